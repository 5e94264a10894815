"""A training's progress on stderr: a live bar on a terminal, plain lines elsewhere. It reads the log's lines, nothing
else.
"""

from __future__ import annotations

import os
from typing import Self, TextIO

from ..runs.records import EpochLine, StepLine
from ..training.events import BeginLine, Event, NoteLine

QUIET = 1.0  # seconds at least between two plain lines


def progress(stream: TextIO) -> Progress:
    """Return what shows a training on `stream`."""
    live = stream.isatty() and os.environ.get("TERM") != "dumb"
    return Bar(stream) if live else Progress(stream)


class Progress:
    """Plain lines. A context manager, called with each line of the log. `begin` is the first line, the run's
    settings."""

    def __init__(self, stream: TextIO) -> None:
        self.stream = stream
        self.begin: BeginLine | None = None
        self._seconds = 0.0  # of the first line, from which speed is counted
        self._step = 0
        self._last = -QUIET

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def __call__(self, line: Event) -> None:
        """Show one line of the log."""
        match line:
            case BeginLine():
                self.begin = line
                self.note(opening(line))
            case NoteLine():
                self.note("note: " + line.text)
            case EpochLine(validation=v) if v is not None:
                self.note(f"epoch {line.epoch:.4g}: validation accuracy {100 * v.accuracy:.2f} %, loss {v.loss:.4f}")
            case StepLine() if self.begin is not None:
                self.step(line, self.begin)

    def step(self, line: StepLine, begin: BeginLine) -> None:
        """Show where training stands."""
        speed, left = self.pace(line, begin)
        steps = begin.settings.steps
        if is_lecture(begin):
            self.lecture(line, begin)
        elif line.seconds - self._last >= QUIET or line.step == steps:
            self._last = line.seconds
            figures = f"loss {line.loss:.4f}  accuracy {100 * line.accuracy:5.1f} %"
            self.note(f"step {line.step:,} of {steps:,}  {figures}  {speed:,.0f} pictures/s  {duration(left)} left")

    def lecture(self, line: StepLine, begin: BeginLine) -> None:
        """Show the loss of one batch as the lecture's script prints it, at steps 0, 100, 200 … of each epoch."""
        recipe = begin.settings.recipe
        epoch, index = divmod(line.step - 1, recipe.batches(begin.settings.data.train))
        if index % recipe.log_every == 0:
            self.note(f"epoch {epoch + 1}  step {index}  loss {line.batch_loss:.4f}")

    def pace(self, line: StepLine, begin: BeginLine) -> tuple[float, float]:
        """Return pictures per second since this session's first line, and the seconds left at that speed."""
        seconds, step = line.seconds, line.step
        if not self._step:  # the first step also builds kernels; speed is counted from its end
            self._seconds, self._step = seconds, step
        spent = seconds - self._seconds if step > self._step else seconds
        steps = step - self._step if step > self._step else step
        per_step = max(spent, 1e-9) / steps
        return begin.settings.recipe.batch_size / per_step, per_step * (begin.settings.steps - step)

    def note(self, text: str) -> None:
        """Write one line."""
        print(text, file=self.stream, flush=True)


class Bar(Progress):
    """A bar with loss, accuracy, pictures/s and the time left, drawn by rich."""

    def __init__(self, stream: TextIO) -> None:
        super().__init__(stream)
        from rich.console import Console
        from rich.progress import BarColumn, TextColumn
        from rich.progress import Progress as RichProgress

        columns = TextColumn("{task.percentage:3.0f} %"), BarColumn(), TextColumn("{task.fields[figures]}")
        self._bar = RichProgress(*columns, console=Console(file=stream, highlight=False), transient=True)
        self._task = self._bar.add_task("", total=None, figures="loading")

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def __call__(self, line: Event) -> None:
        super().__call__(line)
        if isinstance(line, BeginLine):
            self._bar.update(self._task, total=line.settings.steps, completed=line.step, figures="first step")
        elif isinstance(line, StepLine) and self.begin is not None and line.step == self.begin.settings.steps:
            self._bar.update(self._task, figures="measuring")

    def step(self, line: StepLine, begin: BeginLine) -> None:
        speed, left = self.pace(line, begin)
        if is_lecture(begin):
            self.lecture(line, begin)
        figures = (
            f"loss {line.loss:.4f}  accuracy {100 * line.accuracy:5.1f} %  {speed:,.0f} pictures/s  "
            f"{duration(left)} left"
        )
        self._bar.update(self._task, completed=line.step, figures=figures)

    def note(self, text: str) -> None:
        self._bar.console.print(text, markup=False, soft_wrap=True)


def is_lecture(begin: BeginLine) -> bool:
    """Whether the lecture's own output is wanted."""
    return begin.settings.recipe.name == "slides"


def opening(begin: BeginLine) -> str:
    """Return the first thing a training says: what, on what, for how long, to where."""
    settings, data = begin.settings, begin.settings.data
    if begin.step:
        return f"resuming {begin.run} at step {begin.step:,} of {settings.steps:,}"
    held = f", {data.validation:,} held out" if data.validation else ""
    return (
        f"training {settings.plan or settings.formula}\n"
        f"  {begin.parameters:,} parameters, {data.train:,} pictures of {data.set}{held}, "
        f"{settings.epochs:.4g} epochs of recipe {settings.recipe.name} on {settings.device}, "
        f"{settings.recipe.precision}\n  {begin.run}"
    )


def duration(seconds: float) -> str:
    """Return a time as a person says it.

    >>> duration(8), duration(75), duration(7260)
    ('8 s', '1:15 min', '2:01 h')
    """
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    return f"{minutes}:{rest:02d} min" if minutes < 60 else f"{minutes // 60}:{minutes % 60:02d} h"
