"""A training's progress on stderr: one live line on a terminal, a plain line every few seconds elsewhere. It reads the
log's lines, nothing else.
"""

from __future__ import annotations

import os
from typing import Self, TextIO

from ..errors import Phrase, phrase
from ..leaving import undone
from ..runs.records import EpochLine, Figures, StepLine
from ..training.events import BeginLine, Event, LoadingLine, NoteLine
from ..training.settings import RunSettings
from .loading import LIVE, QUIET, LoadingText, is_live

AS_BEFORE = b"\r\x1b[2K\x1b[?25h"  # to a terminal: back to the line's begin, empty it, show the cursor


def progress(stream: TextIO) -> Progress:
    """Return what shows a training on `stream`."""
    return Bar(stream) if is_live(stream) else Progress(stream)


class Progress:
    """Plain lines. A context manager, called with each line of the log. `begin` is the first line, the run's
    settings."""

    def __init__(self, stream: TextIO) -> None:
        self.stream = stream
        self.begin: BeginLine | None = None
        self._first: StepLine | None = None  # of this session, from which speed is counted
        self._shown = 0.0  # seconds of training at the last plain line
        self._newest: StepLine | None = None
        self._validation: Figures | None = None  # of the last epoch
        self._loading, self._features = LoadingText(QUIET), LoadingText(QUIET)

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
            case LoadingLine(what="features"):
                if (text := self._features(line.done, line.total, "features of pictures")) is not None:
                    self.loading(text)
            case LoadingLine() if (text := self._loading(line.done, line.total)) is not None:
                self.loading(text)
            case NoteLine():
                self.note("note: " + line.text)
            case EpochLine() if self.begin is not None:
                self.epoch(line, self.begin)
            case StepLine() if self.begin is not None:
                if self._first is None:  # its step also builds kernels: speed is counted from its end
                    self._first, self._shown = line, line.seconds
                self._newest = line
                self.step(line, self.begin)

    def loading(self, text: str) -> None:
        """Show how far the reading of pictures is."""
        self.note(text)

    def step(self, line: StepLine, begin: BeginLine) -> None:
        """Show where training stands."""
        if begin.settings.is_fit:
            return
        if is_lecture(begin):
            self.lecture(line, begin)
        elif line.seconds - self._shown >= QUIET and line.step not in begin.settings.rounds:
            self._shown = line.seconds
            self.note(self.standing(line, begin))

    def epoch(self, line: EpochLine, begin: BeginLine) -> None:
        """Take in an epoch's figures; at the end of the schedule, or of a round of it, show the last line."""
        self._validation = line.validation
        if begin.settings.is_fit:
            self.note(self.fitted(line))
        elif is_lecture(begin):
            if line.validation is not None:
                self.note(f"epoch {line.epoch:.4g}  validation accuracy {100 * line.validation.accuracy:.2f} %")
        elif self._newest is not None and line.step in begin.settings.rounds:
            self.note(self.standing(self._newest, begin))

    def fitted(self, line: EpochLine) -> str:
        """Return one line for a linear layer that was fitted: it has no steps."""
        parts = [f"linear layer fitted in {line.seconds:.1f} s", f"loss {line.train.loss:.4f}"]
        parts.append(f"accuracy {100 * line.train.accuracy:.1f} %")
        if line.validation is not None:
            parts.append(f"validation {100 * line.validation.accuracy:.2f} %")
        return "  ".join(parts)

    def standing(self, line: StepLine, begin: BeginLine) -> str:
        """Return one line for where training stands."""
        return f"step {line.step:,} of {begin.settings.steps:,}  {self.figures(line, begin)}"

    def figures(self, line: StepLine, begin: BeginLine) -> str:
        """Return the time left, the figures of the last steps and of the last validation, and the speed."""
        speed, left = self.pace(line, begin)
        parts = [f"{duration(left)} left"] if line.step < begin.settings.steps else []
        parts.append(f"loss {line.loss:.4f}  accuracy {100 * line.accuracy:5.1f} %")
        if self._validation is not None:
            parts.append(f"validation {100 * self._validation.accuracy:.2f} %")
        return "  ".join([*parts, f"{speed:,.0f} pictures/s"])

    def lecture(self, line: StepLine, begin: BeginLine) -> None:
        """Show the loss of one batch as the lecture's script prints it, at steps 0, 100, 200 … of each epoch."""
        recipe = begin.settings.recipe
        epoch, index = divmod(line.step - 1, recipe.batches(begin.settings.data.train))
        if index % recipe.log_every == 0:
            self.note(f"epoch {epoch + 1}  step {index}  loss {line.batch_loss:.4f}")

    def pace(self, line: StepLine, begin: BeginLine) -> tuple[float, float]:
        """Return pictures per second since this session's first line, and the seconds left at that speed."""
        recipe, pictures, first = begin.settings.recipe, begin.settings.data.train, self._first
        since, began = (first.step, first.seconds) if first and line.step > first.step else (begin.step, 0.0)
        spent = max(line.seconds - began, 1e-9)
        shown = recipe.pictures(pictures, line.step) - recipe.pictures(pictures, since)
        return shown / spent, spent / (line.step - since) * (begin.settings.steps - line.step)

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
        from rich.table import Column

        one_line = Column(no_wrap=True, overflow="ellipsis")
        columns = (
            TextColumn("{task.percentage:3.0f} %"),
            BarColumn(bar_width=20),
            TextColumn("{task.fields[figures]}", table_column=one_line),
        )
        self._bar = RichProgress(*columns, console=Console(file=stream, highlight=False), transient=True)
        self._task = self._bar.add_task("", total=None, figures="loading")
        self._loading, self._features = LoadingText(LIVE), LoadingText(LIVE)
        # Not by rich, whose locks the thread that draws may hold.
        self._undone = undone(lambda: os.write(stream.fileno(), AS_BEFORE))

    def __enter__(self) -> Self:
        self._undone.__enter__()
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()
        self._undone.__exit__(None, None, None)

    def __call__(self, line: Event) -> None:
        super().__call__(line)
        if isinstance(line, BeginLine):
            self._bar.update(self._task, total=line.settings.steps, completed=line.step, figures="first step")
        elif isinstance(line, StepLine) and self.begin is not None and line.step == self.begin.settings.steps:
            self._bar.update(self._task, figures="measuring")

    def loading(self, text: str) -> None:
        self._bar.update(self._task, figures=text)

    def step(self, line: StepLine, begin: BeginLine) -> None:
        if begin.settings.is_fit:
            return
        if is_lecture(begin):
            self.lecture(line, begin)
        self._bar.update(self._task, completed=line.step, figures=self.figures(line, begin))

    def note(self, text: str) -> None:
        self._bar.console.print(text, markup=False, soft_wrap=True)


def is_lecture(begin: BeginLine) -> bool:
    """Whether the lecture's own output is wanted."""
    return begin.settings.recipe.name == "slides"


def opening(begin: BeginLine) -> str:
    """Return the first lines of a training: what was understood, what is trained, for how long, to where."""
    settings = begin.settings
    lines = [str(line) for line in settings.understood]
    if begin.step:
        lines.append(f"resuming {begin.run} at step {begin.step:,} of {settings.steps:,}")
    else:
        lines += [str(planned_time(settings)), f"run {begin.run}"]
    return "\n".join(lines)


def planned_time(settings: RunSettings) -> Phrase:
    """Return how long a training takes by what was measured before it, and on what."""
    seconds = settings.planned_seconds
    if seconds is None:
        precision = settings.recipe.precision
        return phrase("planned.fit", device=settings.device, threads=settings.threads, precision=precision)
    key = "planned.time.least" if settings.target is not None else "planned.time"
    return phrase(
        key,
        time=duration(max(1.0, seconds)),
        device=settings.device,
        threads=settings.threads,
        precision=settings.recipe.precision,
        **({} if settings.target is None else {"target": f"{100 * settings.target:g} %"}),
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
