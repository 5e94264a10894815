"""stdout and stderr as the command line uses them: closed, full or left by their reader, they end in one line at most.

What was closed from the start is not wanted, and goes nowhere. A stderr that fails (the reader of `2>&1 | head` went
away, a full disk) goes nowhere from then on: the work is worth more than its progress. A stdout that fails raises:
BrokenPipeError, as everywhere, where its reader left, else EnvironmentFault.
"""

from __future__ import annotations

import io
import os
import sys
from typing import TextIO

from ..errors import EnvironmentFault, phrase, system_reason


class _Output(io.FileIO):
    """An output that, once it failed, goes nowhere: what is still buffered for it does no harm."""

    def write(self, data: object) -> int:
        """Write bytes. Raises as the module says, once."""
        try:
            return super().write(data)  # type: ignore[arg-type]
        except OSError as error:
            _to_nowhere(self.fileno())
            if isinstance(error, BrokenPipeError):
                raise
            hint = phrase("output.failed.try")
            raise EnvironmentFault("output.failed", reason=system_reason(error), hint=hint) from error


class _Messages(io.FileIO):
    """An output whose failures are of no account."""

    def write(self, data: object) -> int:
        """Write bytes, or lose them."""
        try:
            return super().write(data)  # type: ignore[arg-type]
        except OSError:
            _to_nowhere(self.fileno())
            return super().write(data)  # type: ignore[arg-type]


def guard_outputs() -> None:
    """Put such outputs in the place of sys.stdout and sys.stderr; any terminal takes what is printed.

    A descriptor that was closed is opened first: else the next file would get its number, and what a library writes to
    stderr would land in it. Windows keeps its own streams, which know its console.
    """
    for number in (0, 1, 2):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # the lowest number that is free: this one
    if os.name == "nt":
        for stream in (sys.stdout, sys.stderr):
            if isinstance(stream, io.TextIOWrapper):
                stream.reconfigure(errors="backslashreplace")
        return
    sys.stdout = _text(_Output(1, "w", closefd=False), sys.stdout)
    sys.stderr = _text(_Messages(2, "w", closefd=False), sys.stderr)
    sys.stderr.reconfigure(line_buffering=True)


def _text(raw: io.FileIO, before: TextIO | None) -> io.TextIOWrapper:
    encoding = getattr(before, "encoding", None)
    return io.TextIOWrapper(io.BufferedWriter(raw), encoding, "backslashreplace", line_buffering=raw.isatty())


def _to_nowhere(number: int) -> None:
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, number)
    os.close(nowhere)
