"""Connections that ask nothing: closed after a while, and at once where they would lock everybody else out.

uvicorn counts every open connection against its limit and closes an idle one only after its first answer. Anybody on
the machine can open a hundred and keep them.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import Any
from weakref import WeakKeyDictionary

SECONDS = 10.0  # that a connection may take for the head of a request


class IdleConnections:
    """When each connection was first seen; `most` are allowed altogether."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._since: WeakKeyDictionary[Any, float] = WeakKeyDictionary()

    def close_old(self, connections: Iterable[Any]) -> None:
        """Close uvicorn's connections that have asked nothing for SECONDS; the oldest half where three quarters of the
        places are taken.
        """
        now, every = time.monotonic(), list(connections)
        idle = [one for one in every if one.cycle is None]
        for one in idle:
            self._since.setdefault(one, now)
        idle.sort(key=lambda one: self._since[one])
        crowded = len(idle) // 2 + 1 if 4 * len(every) >= 3 * self._most else 0
        for place, one in enumerate(idle):
            if place < crowded or now - self._since[one] > SECONDS:
                one.transport.close()
