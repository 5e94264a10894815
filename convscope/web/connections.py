"""Connections within bounds: whoever asks nothing, or does not read what was answered, locks nobody else out.

uvicorn counts every open connection against its limit, closes an idle one only after its first answer, and waits for
ever for a reader. Anybody on the machine can open a hundred connections and keep them.
"""

from __future__ import annotations

import asyncio
import sys
import time
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

MOST = 128  # connections at once
ACCEPTED = 32  # at once, before what was accepted is listened to: three such rounds stay below MOST
SECONDS = 10.0  # that a connection may ask nothing, or take for the head of a request
UNREAD_SECONDS = 60.0  # that an answer may wait for its reader


def most_connections() -> int:
    """Return how many connections may be open: MOST, or a quarter of the files that this process may open."""
    if sys.platform == "win32":
        return MOST
    import resource

    files = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    return MOST if files == resource.RLIM_INFINITY else min(MOST, max(8, files // 4))


class Crowd:
    """The connections of one server: those that ask nothing, the oldest first, and those that are being answered."""

    def __init__(self, most: int) -> None:
        self.most = most
        self._idle: dict[Connection, float] = {}  # since when
        self._busy: set[Connection] = set()

    def entered(self, one: Connection) -> None:
        """Count a new connection. Of too many, the oldest that asks nothing goes: whoever asks at once is not that."""
        self._idle[one] = time.monotonic()
        if len(self._idle) + len(self._busy) > self.most and len(self._idle) > 1:
            next(iter(self._idle)).drop()

    @property
    def full(self) -> bool:
        """Whether as many as there may be are being answered."""
        return len(self._busy) >= self.most

    def asked(self, one: Connection) -> None:
        """A connection's request has come: it stays until it is answered."""
        if self._idle.pop(one, None) is not None:
            self._busy.add(one)

    def answered(self, one: Connection) -> None:
        """A connection's request is answered: it asks nothing, as a new one does."""
        if one in self._busy:
            self._busy.remove(one)
            self._idle[one] = time.monotonic()

    def left(self, one: Connection) -> None:
        """A connection is over."""
        self._idle.pop(one, None)
        self._busy.discard(one)

    def drop_old(self) -> None:
        """Close those that have asked nothing for SECONDS; one that has its answer still to read has UNREAD_SECONDS."""
        now = time.monotonic()
        for one, since in list(self._idle.items()):
            if now - since > (UNREAD_SECONDS if one.unread() else SECONDS):
                one.drop()


class Connection(H11Protocol):
    """One connection, counted in its server's `crowd`."""

    def __init__(self, *arguments: Any, crowd: Crowd, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._crowd, self._impatience = crowd, None

    _impatience: asyncio.TimerHandle | None

    def connection_made(self, transport: Any) -> None:
        """Count it."""
        super().connection_made(transport)
        self._crowd.entered(self)

    def handle_events(self) -> None:
        """Go on with what has come: a request makes it busy."""
        before, self.limit_concurrency = self.cycle, 0 if self._crowd.full else None  # 0: the answer is 503
        super().handle_events()
        if self.cycle is not before and not self.cycle.response_complete:
            self._crowd.asked(self)

    def send_400_response(self, msg: str) -> None:
        """Refuse what is no HTTP; where an answer has begun already, break off: uvicorn would end in a traceback. An
        answer that is still being made has nobody to go to.
        """
        if self.cycle is not None:
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        try:
            super().send_400_response(msg)
        except h11.LocalProtocolError:
            self.transport.abort()

    def on_response_complete(self) -> None:
        """Be idle, unless the next request waits already."""
        self._crowd.answered(self)
        super().on_response_complete()

    def pause_writing(self) -> None:
        """Nobody reads: that may last a while and not for ever."""
        super().pause_writing()
        self._impatience = self.loop.call_later(UNREAD_SECONDS, self.transport.abort)

    def resume_writing(self) -> None:
        """It is read again."""
        super().resume_writing()
        self._patient()

    def connection_lost(self, exc: Exception | None) -> None:
        """Count it no more."""
        self._patient()
        self._crowd.left(self)
        super().connection_lost(exc)

    def unread(self) -> int:
        """Return how many bytes of an answer wait for their reader."""
        return self.transport.get_write_buffer_size()

    def drop(self) -> None:
        """Close it now, whatever its other end does."""
        self._crowd.left(self)
        self.transport.abort()

    def _patient(self) -> None:
        if self._impatience is not None:
            self._impatience.cancel()
            self._impatience = None
