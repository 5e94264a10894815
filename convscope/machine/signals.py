"""Ctrl-C and SIGTERM as a question the work asks between two steps; a second one ends the process at once."""

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

SIGNALS = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def interruptible() -> Iterator[None]:
    """While entered, the first Ctrl-C or SIGTERM raises KeyboardInterrupt, also within an `Interrupts`: for work that
    has nothing to save yet, such as reading the data.

    A signal that is ignored stays so. Outside the main thread it changes nothing.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {s: handler for s in SIGNALS if (handler := signal.getsignal(s)) not in (signal.SIG_IGN, None)}
    for number in before:
        signal.signal(number, signal.default_int_handler)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


class Interrupts:
    """While entered, the first Ctrl-C or SIGTERM makes `asked()` true and the second ends the process with exit code 5.

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
            self._before = {s: signal.signal(s, self._handle) for s in SIGNALS}
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
