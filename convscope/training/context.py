"""What a training needs besides its settings, handed on from `train` to the loop."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from ..errors import Interrupted, Phrase
from ..runs.directory import Run
from .events import Event, LoadingLine, NoteLine
from .kept import Kept
from .workers import SingleWorker, Workers


def ignore(event: Event) -> None:
    """Do nothing with an event; the default of `on_event`."""


@dataclass(frozen=True, slots=True)
class RunContext:
    """The processes that take part, the run to write to, the callbacks, and how often checkpoints are written.
    `should_stop` None: signals say when to stop, as soon as there is something to save.

    Of several processes only the first has a `run` to write to, and only its `on_event` says anything. Without a run,
    nothing is written, or in memory: into `kept`. `cache`: whether what networks make of pictures is kept for the next
    time. `brief`: only a model file that predicts is wanted of the run: no baseline, no bound of "none of these", no
    report, and no guess at how long it takes.
    """

    workers: Workers = field(default_factory=SingleWorker)
    on_event: Callable[[Event], None] = ignore
    should_stop: Callable[[], bool] | None = None
    checkpoint_seconds: float = 15.0  # between two checkpoints
    run: Run | None = None
    cache: bool = True
    kept: Kept | None = None
    brief: bool = False

    @property
    def writes(self) -> Run | Kept | None:
        """Where the log, snapshots and checkpoints go to."""
        return self.run or self.kept

    def note(self, message: Phrase) -> None:
        """Tell the user what the log does not hold."""
        self.on_event(NoteLine(message))

    def loading(self, done: int, total: int) -> None:
        """Tell the user how many pictures are loaded so far, and of how many."""
        self.on_event(LoadingLine(done, total))

    def features(self, done: int, total: int) -> None:
        """Tell the user of how many pictures the features are computed so far, and of how many."""
        self.on_event(LoadingLine(done, total, "features"))

    def log(self, *lines: Event) -> None:
        """Hand on lines that were written to the log."""
        for line in lines:
            self.on_event(line)

    def stop_requested(self) -> bool:
        """Whether the user, or somebody who put a file `stop` into the run, wants training to stop."""
        asked = self.should_stop is not None and self.should_stop()
        return asked or (self.run is not None and self.run.asked_to_stop())

    def stopped(self, step: int, steps: int) -> Interrupted:
        """Return the error that ends a training which was stopped after `step`, and says how to go on."""
        where = str(self.run.path) if self.run else ""
        hint = f"convscope train --resume {where}" if self.run else ""
        return Interrupted("training.stopped", step=f"{step:,}", steps=f"{steps:,}", where=where, hint=hint)
