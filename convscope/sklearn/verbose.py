"""What `ConvClassifier(verbose=1)` prints while it trains: what was understood, then how far it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from ..runs.records import EpochLine
from ..training.events import BeginLine, Event, NoteLine
from ..training.live_curve import shown_live

OTHERWISE = {"planned.invert"}  # `predict` of a classifier takes X as it is
LINES = 10  # of epochs, with verbose=1; with 2 or more each epoch has one


@contextmanager
def told(verbose: int) -> Iterator[Callable[[Event], None] | None]:
    """Give what tells of a training: in a notebook its curves, elsewhere lines of text; None where `verbose` is 0."""
    if not verbose:
        yield None
        return
    with shown_live() as live:
        yield live or Told(verbose)


class Told:
    """A training as lines of text, each given to `say`."""

    def __init__(self, verbose: int, say: Callable[[str], None] | None = None) -> None:
        self.verbose, self.say = verbose, say or (lambda line: print(line, flush=True))
        self._begin: BeginLine | None = None
        self._due = 0.0  # the share of all steps at which the next epoch is told

    def __call__(self, event: Event) -> None:
        """Tell of an event, if it has a line."""
        match event:
            case BeginLine():
                self._begin = event
                for line in event.settings.understood:
                    if line.key not in OTHERWISE:
                        self.say(str(line))
            case NoteLine():
                self.say(event.text)
            case EpochLine() if self._begin is not None:
                share = event.step / self._begin.settings.steps
                if self.verbose > 1 or share >= self._due:
                    self._due = share + (1 / LINES if share + 1 / LINES < 1 else 1 - share)
                    self.say(epoch(event, self._begin.settings.steps))


def epoch(line: EpochLine, steps: int) -> str:
    """Return an epoch's figures as one line."""
    parts = [f"epoch {line.epoch:.4g}", f"step {line.step:,} of {steps:,}"]
    parts += [f"loss {line.train.loss:.4f}", f"accuracy {100 * line.train.accuracy:.1f} %"]
    if line.validation is not None:
        parts.append(f"validation {100 * line.validation.accuracy:.2f} %")
    return "  ".join([*parts, f"{line.seconds:.1f} s"])
