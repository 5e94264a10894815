"""What a run's directory holds, read so that nothing damaged or hostile in it does harm: settings, log, and whether it
is all its own.
"""

from __future__ import annotations

import contextlib
import errno
import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from ..errors import InputError, system_reason
from ..formula import describe
from ..runs.json_fields import Fields
from ..runs.label_smoothing import label_smoothing
from ..runs.log import sound_line
from ..runs.records import LogLine
from ..runs.run_json import read_run_json
from .records import RunData

BITE, TAIL = 8_000_000, 200  # bytes of a log read at once, and compared
MOST_SETTINGS = 8_000_000  # bytes of a run.json that is shown


class LogTail:
    """A log.jsonl that grows, or is cut when its run is resumed: `read` returns the new lines, `version` counts
    beginnings.
    """

    def __init__(self, path: Path) -> None:
        self.path, self.offset, self.version = path, 0, 0
        self._tail = b""  # what stood before the offset: elsewhere now, the log was cut and has grown again

    def read(self) -> list[LogLine]:
        """Return lines that are whole and new, of at most some 8 MB. After a cut `version` is one more and everything
        comes again.
        """
        try:
            if not self.path.is_file():  # a pipe would make its reader wait
                return []
            with open(self.path, "rb") as file:
                file.seek(self.offset - len(self._tail))
                if file.read(len(self._tail)) != self._tail:
                    self.offset, self._tail, self.version = 0, b"", self.version + 1
                    file.seek(0)
                data = file.read(BITE)
        except OSError:
            return []
        end = data.rfind(b"\n") + 1
        if not end and len(data) == BITE:  # no line is so long: passed over, so that what follows is read
            end = BITE
        self.offset += end
        if end:
            self._tail = data[max(0, end - TAIL) : end]
        return [line for text in data[:end].splitlines() if (line := shown_line(text)) is not None]

    def rest(self) -> list[LogLine]:
        """Return all lines that are whole and new."""
        found: list[LogLine] = []
        while True:
            before = self.offset, self.version
            lines = self.read()
            found = lines if self.version != before[1] else found + lines
            if (self.offset, self.version) == before:
                return found


def shown_line(text: bytes) -> LogLine | None:
    """Return a line of a log; None for one that is damaged, or whose step a browser would not hold exactly."""
    line = sound_line(text)
    return line if line is not None and is_count(line.step) else None


def is_count(value: object) -> bool:
    """Whether a value is a whole number from 0 that a browser holds exactly."""
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**53


FILES, FOLDERS = ("run.json", "log.jsonl", "model.onnx", "lock", "stop", "report.html"), ("snapshots", "checkpoints")
Stamp = tuple[int, int, int]


def settings_stamp(path: Path) -> Stamp:
    """Return what changes when a run's run.json does: its time in nanoseconds, which comes first, size and number.

    Raises InputError where there is none.
    """
    try:
        found = (path / "run.json").lstat()
    except FileNotFoundError as error:
        raise InputError("run.settings.missing") from error
    except OSError as error:
        raise InputError("file.unreadable", reason=system_reason(error), where="run.json") from error
    return found.st_mtime_ns, found.st_size, found.st_ino


def looks_like_a_run(path: Path) -> bool:
    """Whether a directory has what training leaves behind, whole or not."""
    return any(os.path.lexists(path / name) for name in ("run.json", "log.jsonl"))


def check_own(path: Path) -> None:
    """Raise InputError unless all that is read of a run lies in it: plain files and folders, no links, no pipes."""
    every = [
        (stat.S_ISDIR, "."),
        *((stat.S_ISREG, name) for name in FILES),
        *((stat.S_ISDIR, name) for name in FOLDERS),
    ]
    for is_kind, name in every:
        try:
            if not is_kind((path / name if name != "." else path).lstat().st_mode):
                raise InputError("run.foreign", where=path.name if name == "." else name)
        except OSError:
            continue


@dataclass(frozen=True, slots=True)
class ShownSettings:
    """What the lab shows of a run.json, whichever version of convscope wrote it."""

    formula: str
    plan: str | None
    classes: tuple[str, ...]
    seed: int
    epochs: float
    steps: int
    recipe: str
    is_fit: bool
    batch: int
    label_smoothing: float
    data: RunData

    @classmethod
    def from_json(cls, fields: Fields) -> Self:
        """Return the settings. Raises InputError for a field of another type."""
        recipe, data = fields.within("recipe"), fields.within("data")
        start = fields.if_there(fields.within, "start")
        shape = data.integers("shape")
        if len(shape) != 3:
            raise InputError("run.numbers", where=data.where)
        return cls(
            formula=fields.text("formula"),
            plan=fields.if_there(fields.text, "plan"),
            classes=fields.texts("classes"),
            seed=fields.integer("seed"),
            epochs=fields.number("epochs"),
            steps=fields.integer("steps"),
            recipe=recipe.text("name"),
            is_fit=start is not None and start.text("tune") == "head",
            batch=recipe.integer("batch_size"),
            label_smoothing=label_smoothing(fields),
            data=RunData(
                data.text("set"),
                data.integer("train"),
                data.if_there(data.integer, "validation"),
                data.if_there(data.integer, "test"),
                (shape[0], shape[1], shape[2]),
            ),
        )

    def counts(self) -> tuple[int, ...]:
        """Return every number that must be a count."""
        data = self.data
        return (self.steps, self.batch, data.train, data.validation or 0, data.test or 0, *data.shape)


def checked_settings(path: Path) -> ShownSettings:
    """Return what is shown of run.json: text and numbers of the right kinds, and a formula that fits. Raises
    ConvscopeError, which says what does not.
    """
    with contextlib.suppress(OSError):
        if (path / "run.json").stat().st_size > MOST_SETTINGS:
            reason = os.strerror(errno.EFBIG)
            raise InputError("file.unreadable", reason=reason, where=str(path / "run.json"))
    settings = ShownSettings.from_json(Fields(read_run_json(path), "run.json"))
    if not all(map(is_count, settings.counts())):
        raise InputError("run.numbers", where="run.json")
    describe(settings.formula, settings.data.shape, len(settings.classes))
    return settings
