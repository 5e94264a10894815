"""A training that was tried before its run was made: what it would have written is kept, and the run begins with it.

The settings are the run's, so the run would come to the same bits: it is neither planned nor trained twice.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Self

from ..checking import Copies
from ..data import Dataset
from ..runs.checkpoints import Checkpoint
from ..runs.records import LogLine
from ..runs.snapshots import Snapshot
from .context import RunContext, ignore
from .kept import Kept
from .settings import RunSettings

if TYPE_CHECKING:
    from .state import State
    from .workers import Scores


@dataclass(frozen=True, slots=True, eq=False)
class Trial:
    """A finished training of these settings, of pictures some of which are `copies`: the logits (n, K) of the pictures
    held out, None where there are none, and what it would have written.
    """

    settings: RunSettings
    copies: Copies
    scores: Scores | None
    written: tuple[LogLine | Snapshot | Checkpoint, ...]

    @classmethod
    def of(cls, settings: RunSettings, dataset: Dataset, copies: Copies, context: RunContext) -> Self:
        """Train from scratch as the settings say. Only whether to stop is asked of the context."""
        import torch

        from ..machine.device import cpu_settings
        from .prepared import Prepared

        made, kept = Prepared.of(settings, dataset, copies), Kept()
        with cpu_settings(settings.threads), torch.random.fork_rng():
            state = made.initial()
            quiet = replace(context, on_event=ignore, run=None, kept=kept)
            made.fit(state, quiet)
            scores = None if made.held_out is None else made.held_out.scores(state.result)
        return cls(settings, copies, scores, tuple(kept.written))

    def write_to(self, state: State, context: RunContext) -> None:
        """Bring a state that was not trained to the end of the trial, and write to the run what the trial has kept."""
        run = context.writes
        for one in self.written:
            if isinstance(one, Checkpoint):
                state.restore(one)
                if run is not None:
                    run.write_checkpoint(one)
            elif isinstance(one, Snapshot):
                if run is not None:
                    run.write_snapshot(one)
            else:
                if run is not None:
                    run.append(one)
                context.log(one)
