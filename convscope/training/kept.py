"""What a training writes, in memory: the log's lines, snapshots and the newest checkpoints, in order."""

from __future__ import annotations

from ..runs.checkpoints import Checkpoint
from ..runs.records import LogLine
from ..runs.snapshots import Snapshot

KEPT = 2  # checkpoints, as in a run directory


class Kept:
    """Stands in a run's place where a training has none."""

    def __init__(self) -> None:
        self.written: list[LogLine | Snapshot | Checkpoint] = []

    def append(self, line: LogLine) -> None:
        """Keep a line of the log."""
        self.written.append(line)

    def write_snapshot(self, snapshot: Snapshot) -> None:
        """Keep a snapshot."""
        self.written.append(snapshot)

    def write_checkpoint(self, checkpoint: Checkpoint) -> None:
        """Keep a checkpoint as it is now, whose tensors the next step changes; and the one before it."""
        tensors = {name: array.copy() for name, array in checkpoint.tensors.items()}
        self.written.append(Checkpoint(tensors, checkpoint.facts))
        places = [at for at, one in enumerate(self.written) if isinstance(one, Checkpoint)]
        if len(places) > KEPT:
            del self.written[places[0]]
