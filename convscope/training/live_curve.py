"""A training as a notebook shows it: its curves of loss and accuracy, which grow below the cell and stay."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from ..notebook.curve import Curve, plot
from ..notebook.display import Show, live_output
from ..notebook.table import line_html
from ..runs.records import EpochLine, ResultLine, StepLine
from ..runs.result_figures import SplitFigures
from .events import BeginLine, Event, LoadingLine, NoteLine

BETWEEN = 0.5  # seconds between two states that are shown, so that drawing costs a training nothing
NOTES = 12  # shown at most, the last


@contextmanager
def shown_live() -> Iterator[Callable[[Event], None] | None]:
    """Give what shows the events of a training in a notebook, at the end in its last state however it ends; None
    outside of notebooks.
    """
    show = live_output()
    if show is None:
        yield None
        return
    curve = LiveCurve(show)
    try:
        yield curve
    except BaseException:
        curve.stopped = True
        if curve.shown:
            curve.show()
        raise
    curve.show()


class LiveCurve:
    """What is known of a training so far. Called with each event; `show` shows it, in HTML and in text."""

    def __init__(self, show: Show, clock: Callable[[], float] = time.monotonic) -> None:
        self._show, self._clock = show, clock
        self._due = -1.0
        self.shown = self.stopped = False
        self.begin: BeginLine | None = None
        self.loading: LoadingLine | None = None
        self.steps: list[StepLine] = []
        self.epochs: list[EpochLine] = []
        self.result: ResultLine | None = None
        self.notes: list[str] = []

    def __call__(self, event: Event) -> None:
        """Take in an event, and show it if the last time is long enough ago."""
        match event:
            case BeginLine():
                self.begin = event
            case LoadingLine():
                self.loading = event
            case NoteLine():
                self.notes.append(event.text)
            case StepLine():
                self.steps.append(event)
            case EpochLine():
                self.epochs.append(event)
            case ResultLine():
                self.result = event
                self.notes += [str(note) for note in event.notes]
        if self._clock() >= self._due:
            self.show()
            self._due = self._clock() + BETWEEN

    def show(self) -> None:
        """Show the state of now."""
        self.shown = True
        self._show(Shown(self.html(), self.text()))

    def text(self) -> str:
        """Return where training stands, as one line, and what it came to, as another."""
        standing = self._standing() + " · stopped" * self.stopped
        return "\n".join(filter(None, (standing, self._outcome())))

    def html(self) -> str:
        """Return the two plots with the same lines below, and the notes."""
        plots = self._plots() if len(self.training) > 1 else ""
        lines = [line_html(line) for line in self.text().splitlines()]
        notes = self.notes[-NOTES:]
        kept = "".join(line_html(note) for note in notes)
        said = f"<details><summary>notes: {len(notes)}</summary>{kept}</details>" if notes else ""
        return f"<div>{plots}{''.join(lines)}{said}</div>"

    @property
    def training(self) -> list[StepLine]:
        """The figures of training: those of steps, of a linear layer that was fitted those of its one epoch."""
        if self.begin is None or self.steps:
            return self.steps
        return [
            StepLine(e.step, e.epoch, e.train.loss, e.train.loss, e.train.accuracy, 0.0, e.seconds) for e in self.epochs
        ]

    def _standing(self) -> str:
        if self.begin is None:
            if self.loading is None:
                return "loading"
            return f"{self.loading.what}: {self.loading.done:,} of {self.loading.total:,}"
        if not self.training:
            return f"{self.begin.run}: first step"
        newest = self.training[-1]
        parts = [f"step {newest.step:,} of {self.begin.settings.steps:,}"]
        parts += [f"loss {newest.loss:.4f}", f"accuracy {100 * newest.accuracy:.1f} %"]
        validation = next((line.validation for line in reversed(self.epochs) if line.validation is not None), None)
        if validation is not None:
            parts.append(f"validation {100 * validation.accuracy:.2f} %")
        return " · ".join([*parts, f"{newest.seconds:.1f} s"])

    def _outcome(self) -> str:
        if self.result is None or self.begin is None:
            return ""
        splits = (("test", self.result.test), ("validation", self.result.validation))
        return " · ".join([*(_split(name, split) for name, split in splits if split is not None), self.begin.run])

    def _plots(self) -> str:
        assert self.begin is not None
        last = float(self.begin.settings.steps)
        training = self.training
        validated = [(line.step, line.validation) for line in self.epochs if line.validation is not None]
        losses = [(s.step, s.loss) for s in training], [(step, v.loss) for step, v in validated]
        rates = [(s.step, s.accuracy) for s in training], [(step, v.accuracy) for step, v in validated]
        worst = max(y for points in losses for _, y in points)
        shares = [y for points in rates for _, y in points]
        floor = max(0.0, int(10 * sorted(shares)[len(shares) // 10]) / 10)  # a tenth may lie below: the very beginning
        names = ("training", "validation")
        return plot("loss", _curves(names, losses), last, 0.0, worst) + plot(
            "accuracy", _curves(names, rates), last, floor, 1.0, "{:.0%}"
        )


class Shown:
    """One state: HTML where that is shown, else text."""

    def __init__(self, html: str, text: str) -> None:
        self._html, self._text = html, text

    def _repr_html_(self) -> str:
        return self._html

    def __repr__(self) -> str:
        return self._text


def _curves(names: tuple[str, ...], points: tuple[list[tuple[int, float]], ...]) -> list[Curve]:
    return [Curve(name, found) for name, found in zip(names, points, strict=True) if found]


def _split(name: str, figures: SplitFigures) -> str:
    interval = figures.interval and f" ({100 * figures.interval[0]:.2f} … {100 * figures.interval[1]:.2f})"
    of = f" of {figures.n:,}" if figures.n else ""
    return f"{name} accuracy {100 * figures.accuracy:.2f} %{interval or ''}{of}"
