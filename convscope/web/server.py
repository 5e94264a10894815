"""A server of one application: uvicorn on sockets that listen already, until Ctrl-C or SIGTERM."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Callable, Iterator
from functools import partial
from types import FrameType

import uvicorn
from starlette.types import ASGIApp

from ..leaving import heeded
from ..machine.heap import share_one_heap
from .connections import ACCEPTED, SECONDS, Connection, Crowd, most_connections

MOST_HEAD = 32_000  # bytes of a request's head


class Server(uvicorn.Server):
    """uvicorn's server, which the first Ctrl-C or SIGTERM ends quietly: `closing` is called then, and what is being
    answered has `graceful` seconds.
    """

    def __init__(self, app: ASGIApp, closing: Callable[[], None], graceful: int = 2) -> None:
        share_one_heap()
        self.closing, self.crowd = closing, Crowd(most_connections())
        super().__init__(
            uvicorn.Config(
                app,
                http=partial(Connection, crowd=self.crowd),  # type: ignore[arg-type]
                ws="none",
                lifespan="off",
                log_level="critical",  # what goes wrong is said by the application's guard
                access_log=False,
                server_header=False,
                proxy_headers=False,
                backlog=ACCEPTED,
                timeout_keep_alive=2 * int(SECONDS),  # the crowd's own rule comes first
                h11_max_incomplete_event_size=MOST_HEAD,
                timeout_graceful_shutdown=graceful,
            )
        )

    async def on_tick(self, counter: int) -> bool:
        """Close connections that ask nothing, as uvicorn does only after their first answer."""
        self.crowd.drop_old()
        return await super().on_tick(counter)

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Handle the signals while serving, and put back what was there before; in a thread there are none."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {number: signal.signal(number, self.handle_exit) for number in heeded()}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Say so to the application, then end the server."""
        self.closing()
        super().handle_exit(sig, frame)
