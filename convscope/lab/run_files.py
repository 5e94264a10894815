"""What a run's directory holds, read so that nothing damaged or hostile in it does harm: settings, log, and whether it
is all its own.
"""

from __future__ import annotations

import json
import stat
from pathlib import Path
from typing import Any

from ..errors import ConvscopeError, InputError, MissingError
from ..formula import describe
from ..runs.directory import read_run_json

Json = dict[str, Any]
BITE, TAIL = 8_000_000, 200  # bytes of a log read at once, and compared
MOST_SETTINGS = 1_000_000  # bytes


class LogTail:
    """A log.jsonl that grows, or is cut when its run is resumed: `read` returns the new lines, `version` counts
    beginnings.
    """

    def __init__(self, path: Path) -> None:
        self.path, self.offset, self.version = path, 0, 0
        self._tail = b""  # what stood before the offset: elsewhere now, the log was cut and has grown again

    def read(self) -> list[Json]:
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
        return [line for text in data[:end].splitlines() if (line := log_line(text)) is not None]

    def rest(self) -> list[Json]:
        """Return all lines that are whole and new."""
        found: list[Json] = []
        while True:
            before = self.offset, self.version
            lines = self.read()
            found = lines if self.version != before[1] else found + lines
            if (self.offset, self.version) == before:
                return found


def log_line(text: bytes) -> Json | None:
    """Return a line of a log; None for one that is damaged, or not as docs/run-directory.md says."""
    try:
        line = json.loads(text)
        json.dumps(line, allow_nan=False)  # NaN and 1e999 are read, but no browser reads them
        figures = [line["time"]["seconds"]]
        if line["kind"] == "step":
            figures += [line["loss"], line["accuracy"]]
        elif line["kind"] not in ("epoch", "result"):
            return None
        for name in ("validation", "test"):
            if line.get(name) is not None:
                figures += [line[name]["loss"], line[name]["accuracy"]]
        return line if is_count(line["step"]) and all(map(is_number, figures)) else None
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def is_number(value: object) -> bool:
    """Whether a value read from JSON is a number that the page can show."""
    return isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) < 1e300


def is_count(value: object) -> bool:
    """Whether a value is a whole number from 0 that a browser holds exactly."""
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**53


def settings_time(path: Path) -> int:
    """Return when a run's run.json was written, in nanoseconds. Raises InputError where there is none."""
    try:
        return (path / "run.json").stat().st_mtime_ns
    except OSError as error:
        raise MissingError("run.unknown", got=path.name) from error


def has_only_plain_files(path: Path) -> bool:
    """Whether everything that is read of a run lies in it: plain files and folders, no links, no pipes."""
    files, folders = ("run.json", "log.jsonl", "model.onnx", "lock", "stop"), ("snapshots", "checkpoints")
    for kind, names in ((stat.S_ISREG, files), (stat.S_ISDIR, folders)):
        for name in names:
            try:
                if not kind((path / name).lstat().st_mode):
                    return False
            except OSError:
                continue
    return True


def checked_settings(path: Path) -> Json:
    """Return what run.json holds: what the page shows of it is text and numbers of the right kinds. Raises
    InputError."""
    try:
        if (path / "run.json").stat().st_size > MOST_SETTINGS:
            raise ValueError("too long")
        settings = read_run_json(path)
        json.dumps(settings, allow_nan=False)
        recipe, data = settings["recipe"], settings["data"]
        texts = [settings["formula"], recipe["name"], data["set"], *settings["classes"], settings.get("plan") or ""]
        optional = [value for value in (data.get("validation"), data.get("test")) if value is not None]
        counts = [settings["steps"], recipe["batch_size"], data["train"], *data["shape"], *optional]
        lists = [settings["classes"], data["shape"]]
        if not (
            all(isinstance(text, str) for text in texts)
            and all(isinstance(one, list) for one in lists)
            and all(map(is_count, counts))
            and is_number(settings["epochs"])
            and is_number(settings["seed"])
        ):
            raise TypeError("settings of another kind")
        channels, rows, columns = data["shape"]
        describe(settings["formula"], (channels, rows, columns), len(settings["classes"]))
        return settings
    except (KeyError, TypeError, AttributeError, ValueError, RecursionError, ConvscopeError) as error:
        raise InputError("run.unreadable", got=path.name) from error
