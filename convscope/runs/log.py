"""log.jsonl: a line of JSON for what a training did, appended to by the process that trains, read by anybody meanwhile.

Its last line may be half written, while a training runs or after it was killed.
"""

from __future__ import annotations

import errno
import json
import os
from bisect import bisect_right
from pathlib import Path
from typing import BinaryIO

from ..errors import InputError, system_reason
from ..files import atomic_write, read_plain, sync_folder, write_faults
from .json_text import parse_json
from .records import LogLine, ResultLine, log_line

NAME = "log.jsonl"
MOST = 1 << 30  # bytes that are read: millions of lines
SHORTEST, LONGEST = 40, 1 << 20  # bytes of a line: no other is looked at


class Log:
    """The log of the run at `folder`, for the process that has locked the run. Raises EnvironmentFault or InputError
    where it cannot be written.
    """

    def __init__(self, folder: Path) -> None:
        self.path = folder / NAME
        self._file: BinaryIO | None = None
        self._named = False  # whether its name in the folder outlasts a power cut

    def append(self, line: LogLine) -> None:
        """Append one line: at once to whoever reads, after `sync` for good."""
        rest = memoryview(json.dumps(line.to_json(), allow_nan=False).encode() + b"\n")
        with write_faults(self.path):
            if self._file is None:
                # Unbuffered: what a full disk refused is not tried again when the log is closed.
                self._file = open(self.path, "ab", buffering=0)  # noqa: SIM115
            while rest:
                written = self._file.write(rest)
                if not written:
                    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
                rest = rest[written:]

    def sync(self) -> None:
        """Make what was appended outlast a power cut, and the log's name too."""
        if self._file is not None:
            with write_faults(self.path):
                os.fsync(self._file.fileno())
                if not self._named:
                    sync_folder(self.path.parent)
                    self._named = True

    def rewind(self, step: int) -> int:
        """Drop the lines after `step`, a half-written one, and the result, which comes with the model file.

        Returns how many lines among those that stay were damaged; they are left out.
        """
        self.close()  # another file may take its name
        with write_faults(self.path):
            try:
                lines = read_plain(self.path, MOST).splitlines(keepends=True)
            except FileNotFoundError:
                return 0
            good = _up_to(lines, step)
            if good and len(good) <= good[-1]:  # not one after the other from the first
                atomic_write(self.path, b"".join(lines[number] for number in good))
            else:
                with open(self.path, "r+b") as file:
                    file.truncate(sum(len(lines[number]) for number in good))
        return good[-1] + 1 - len(good) if good else 0

    def close(self) -> None:
        """Let go of the file. Raises as `append` does."""
        file, self._file = self._file, None
        if file is not None:
            with write_faults(self.path):
                file.close()


def read_log(path: Path) -> list[LogLine]:
    """Return the lines of a run's log as far as they are whole; works while the run goes on. Raises InputError."""
    file = path / NAME
    try:
        lines = read_plain(file, MOST).split(b"\n")[:-1]
    except FileNotFoundError:
        return []
    except OSError as error:
        raise InputError("file.unreadable", reason=system_reason(error), where=str(file)) from error
    return [_log_line(line, f"{file}, line {number}") for number, line in enumerate(lines, 1)]


def read_sound_lines(path: Path, most: int = 20_000) -> list[LogLine]:
    """Return the lines of a run's log that can be shown; none where there is no log. Damaged ones are passed over, and
    of very many lines some `most` are read, evenly spaced over the file.
    """
    try:
        data = read_plain(path / NAME, MOST)
    except OSError:
        return []
    if data.count(b"\n") <= most:
        texts = data.split(b"\n")[:-1]
    else:
        begins = {data.find(b"\n", place) + 1 for place in range(0, len(data), -(-len(data) // most))}
        texts = [data[begin:end] for begin in sorted(begins - {0}) if (end := data.find(b"\n", begin)) > begin]
    return [line for text in texts if (line := sound_line(text)) is not None]


def sound_line(text: bytes) -> LogLine | None:
    """Return the line of a log; None for a damaged one, or with a number that JSON does not have (NaN, infinity)."""
    if not SHORTEST <= len(text) <= LONGEST:
        return None
    try:
        return _log_line(text, "")
    except InputError:
        return None


def _up_to(lines: list[bytes], step: int) -> list[int]:
    """Return the numbers of the lines that are whole, in order, not after `step` and no result."""
    read = [sound_line(text) if text.endswith(b"\n") else None for text in lines]
    kept = [
        (number, line.step)
        for number, line in enumerate(read)
        if line is not None and line.step <= step and not isinstance(line, ResultLine)
    ]
    return [kept[place][0] for place in _longest_rise([at for _, at in kept])]


def _longest_rise(steps: list[int]) -> list[int]:
    """Return the places of the longest part of `steps` that never falls: a damaged one hides itself, not those after
    it.
    """
    ends: list[int] = []  # the last step of the best part of each length
    places: list[int] = []  # and its place
    before: list[int] = []  # for each place the one before it
    for place, step in enumerate(steps):
        length = bisect_right(ends, step)
        before.append(places[length - 1] if length else -1)
        ends[length : length + 1] = [step]
        places[length : length + 1] = [place]
    found = []
    place = places[-1] if places else -1
    while place >= 0:
        found.append(place)
        place = before[place]
    return found[::-1]


def _log_line(text: bytes, where: str) -> LogLine:
    return log_line(parse_json(text, where), where)
