"""Ctrl-C, SIGTERM, SIGHUP (the terminal was closed) and SIGXCPU as a question that a training asks between two steps,
while it has something to save; a second one ends the process at once.

A signal that is ignored stays so: that is how nohup and a shell's background jobs keep a process alive.
"""

from __future__ import annotations

import signal
import threading
import time
from types import FrameType
from typing import Any, Self

from ..leaving import REPEATED, heeded, leave


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
            self._before = heeded()
            for number in self._before:
                signal.signal(number, self._handle)
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)
        self._before = {}

    def _handle(self, number: int, frame: FrameType | None) -> None:
        if not self._asked:
            self._asked, self._when = True, time.monotonic()
        elif number != REPEATED and time.monotonic() - self._when >= self._apart:
            leave(number, frame)
