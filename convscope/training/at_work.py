"""How several processes wait for one that is at work, however long, and still notice soon when one is gone or stands.

An operation of gloo waits for a fixed time. Loading data, or checking it, takes longer; so whoever works tells the
others every few seconds that it does.
"""

from __future__ import annotations

import threading
from types import TracebackType
from typing import Self

import torch
import torch.distributed as dist

from ..errors import ConvscopeError


class AtWork:
    """While entered, a thread says every `seconds` that this process is at work; leaving it waits for all the others.

    Nothing within may use the group. Raises RuntimeError, when left, where another process has ended or has said
    nothing for as long as an operation of the group waits. A ConvscopeError is waited with; another exception ends this
    process, and the others notice by that.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._done, self._leaves = threading.Event(), False
        self._fault: RuntimeError | None = None
        self._thread = threading.Thread(target=self._tell, name="at work", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._leaves = kind is not None and not issubclass(kind, ConvscopeError)
        self._done.set()
        while self._thread.is_alive() and not self._leaves:
            self._thread.join(0.1)  # a wait without a limit would not let Windows heed Ctrl-C
        if self._fault is not None and not self._leaves:
            raise self._fault

    def _tell(self) -> None:
        try:
            while True:
                self._done.wait(self._seconds)
                if self._leaves:
                    return
                working = torch.tensor([not self._done.is_set()], dtype=torch.int32)
                dist.all_reduce(working, dist.ReduceOp.MAX)
                if not working:
                    return
        except RuntimeError as fault:
            self._fault = fault
