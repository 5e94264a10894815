"""Ctrl-C, SIGTERM and SIGHUP (the terminal was closed) as a question that the work asks between two steps; a second one
ends the process at once.

A signal that is ignored stays so: that is how nohup and a shell's background jobs keep a process alive.
"""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any, Self

from ..errors import INTERRUPTED

SIGNALS = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))


class Stop:
    """Whether a stop was asked for, for whoever finds that the exception was swallowed."""

    asked = False


@contextmanager
def interruptible() -> Iterator[Stop]:
    """While entered, each Ctrl-C, SIGTERM or SIGHUP raises KeyboardInterrupt, also within an `Interrupts`: for work
    that has nothing to save yet, such as reading the data. Yields whether one came.

    Outside the main thread it changes nothing.
    """
    stop = Stop()
    if threading.current_thread() is not threading.main_thread():
        yield stop
        return

    def handle(number: int, frame: FrameType | None) -> None:
        stop.asked = True
        raise KeyboardInterrupt

    before = _heeded()
    for number in before:
        signal.signal(number, handle)
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


class Interrupts:
    """While entered, the first signal makes `asked()` true and the second ends the process with exit code 5.

    `apart` is how many seconds a second one must come after the first to count: torchrun passes on what the terminal
    sent already. Outside the main thread, where Python delivers no signals, it changes nothing.
    """

    def __init__(self, apart: float = 0.0) -> None:
        self._asked, self._apart, self._when = False, apart, 0.0
        self._before: dict[int, Any] = {}

    def asked(self) -> bool:
        """Whether the work should stop."""
        return self._asked

    def __enter__(self) -> Self:
        if threading.current_thread() is threading.main_thread():
            self._before = _heeded()
            for number in self._before:
                signal.signal(number, self._handle)
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)
        self._before = {}

    def _handle(self, number: int, frame: FrameType | None) -> None:
        if self._asked and time.monotonic() - self._when >= self._apart:
            os._exit(INTERRUPTED)
        if not self._asked:
            self._asked, self._when = True, time.monotonic()


def _heeded() -> dict[int, Any]:
    """Return the handlers of those signals that are not ignored."""
    return {s: handler for s in SIGNALS if (handler := signal.getsignal(s)) not in (signal.SIG_IGN, None)}
