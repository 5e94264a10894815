"""stdout and stderr as the command line uses them: closed, full or left by their reader, they end in one line at most.

What was closed from the start is not wanted, and goes nowhere. A stderr that fails (the reader of `2>&1 | head` went
away, a full disk) goes nowhere from then on: the work is worth more than its progress. A stdout that fails raises:
BrokenPipeError, as everywhere, where its reader left, else EnvironmentFault.
"""

from __future__ import annotations

import contextlib
import io
import os
import sys
import warnings
from typing import TYPE_CHECKING, TextIO

from ..errors import EnvironmentFault, phrase, system_reason

if TYPE_CHECKING:
    from typing_extensions import Buffer


class _Output(io.FileIO):
    """An output that, once it failed, goes nowhere: what is still buffered for it does no harm."""

    lost = False  # it goes nowhere

    def write(self, data: Buffer) -> int:
        """Write bytes. Raises as the module says, once."""
        if self.lost:
            return memoryview(data).nbytes
        try:
            return super().write(data)
        except OSError as error:
            self.lost = True
            _to_nowhere(self.fileno())
            if isinstance(error, BrokenPipeError):
                raise
            hint = phrase("output.failed.try")
            raise EnvironmentFault("output.failed", reason=system_reason(error), hint=hint) from error


class _Messages(_Output):
    """An output whose failures are of no account."""

    def write(self, data: Buffer) -> int:
        """Write bytes, or lose them."""
        try:
            return super().write(data)
        except (EnvironmentFault, OSError):
            return memoryview(data).nbytes


def ignore_pillow() -> None:
    """Keep what Pillow warns of from the terminal: pieces of a damaged file that make no difference to its picture."""
    warnings.filterwarnings("ignore", module=r"PIL\.")


def guard_outputs() -> None:
    """Put such outputs in the place of sys.stdout and sys.stderr; any terminal takes what is printed.

    A descriptor that was closed is opened first: else the next file would get its number, and what a library writes to
    stderr would land in it. Windows keeps its own streams, which know its console.
    """
    closed = set()
    ignore_pillow()
    for number in (0, 1, 2):
        try:
            os.fstat(number)
        except OSError:
            closed.add(number)
            _nowhere()  # the lowest number that is free: this one
    if sys.platform == "win32":
        for stream in (sys.stdout, sys.stderr):
            if isinstance(stream, io.TextIOWrapper):
                stream.reconfigure(errors="backslashreplace")
        return
    output, messages = _Output(1, "w", closefd=False), _Messages(2, "w", closefd=False)
    output.lost, messages.lost = 1 in closed, 2 in closed
    sys.stdout, sys.stderr = _text(output, sys.stdout), _text(messages, sys.stderr)
    sys.stderr.reconfigure(line_buffering=True)


def _text(raw: io.FileIO, before: TextIO | None) -> io.TextIOWrapper:
    encoding = getattr(before, "encoding", None)
    return io.TextIOWrapper(io.BufferedWriter(raw), encoding, "backslashreplace", line_buffering=raw.isatty())


def _nowhere() -> int:
    """Open what takes everything; where there is no such device, what takes nothing."""
    try:
        return os.open(os.devnull, os.O_RDWR)
    except OSError:
        return os.open(__file__, os.O_RDONLY)


def _to_nowhere(number: int) -> None:
    """Let a descriptor go nowhere, for those who write to it in other ways; for us it does anyway."""
    with contextlib.suppress(OSError):
        nowhere = _nowhere()
        os.dup2(nowhere, number)
        os.close(nowhere)
