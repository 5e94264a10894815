"""The lab's server: uvicorn on one socket until Ctrl-C or SIGTERM."""

from __future__ import annotations

import contextlib
import errno
import ipaddress
import re
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from types import FrameType

import uvicorn

from ..errors import EnvironmentFault, UsageError, phrase, system_reason
from ..files import write_fault
from ..leaving import heeded
from .app import Lab
from .connections import ACCEPTED, SECONDS, Connection, Crowd, most_connections
from .own_folder import kept_token, only_lab, write_door
from .security import AccessPolicy

LOOPBACK = ("127.0.0.1", "localhost")
MOST_HEAD = 32_000  # bytes of a request's head
TOKEN = re.compile(r"[A-Za-z0-9_-]{16,128}")


class Server(uvicorn.Server):
    """uvicorn's server, which the first Ctrl-C or SIGTERM ends quietly, together with its event streams."""

    def __init__(self, lab: Lab) -> None:
        self.lab, self.crowd = lab, Crowd(most_connections())
        super().__init__(
            uvicorn.Config(
                lab.application(),
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
                timeout_graceful_shutdown=2,
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
        """End the streams, then the server."""
        self.lab.closing = True
        super().handle_exit(sig, frame)


def serve(
    runs: Path, roots: list[Path], port: int, host: str | None, token: str | None, ready: Callable[[str, Path], None]
) -> None:
    """Serve the lab on the loopback, or on `host` too, until Ctrl-C. `ready` gets its address, which has the token in
    it, and a file that leads there, which only its owner can read.

    Port 0 takes a free one. Raises UsageError for a token without a host and the like, EnvironmentFault for a port that
    is taken, InputError or EnvironmentFault for folders that cannot be used.
    """
    check(host, token)
    for root in roots:
        if not root.is_dir():
            raise UsageError("folder.missing", got=root, hint=phrase("lab.roots.try"))
    try:
        runs.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise write_fault(runs, error) from error
    bound = listening(host or LOOPBACK[0], port)
    with bound:
        port = bound.getsockname()[1]
        names = (*LOOPBACK, host) if host else LOOPBACK
        hosts = frozenset(f"{_literal(name)}:{port}" for name in names) | (
            {*map(_literal, names)} if port == 80 else set()
        )
        with only_lab(runs) as own:
            token = token or kept_token(own)
            lab = Lab(runs, roots, AccessPolicy(hosts, token))
            address = f"http://{_literal(host or LOOPBACK[0])}:{port}/?token={token}"
            ready(address, write_door(own, address))
            Server(lab).run(sockets=[bound])


def check(host: str | None, token: str | None) -> None:
    """Raise UsageError unless host and token make sense."""
    if host is None and token is not None:
        raise UsageError("lab.token.alone", hint=f"--host {socket.gethostname()}")
    if token is not None and not TOKEN.fullmatch(token):
        raise UsageError("lab.token", expected=phrase("lab.token.expected"))
    if host is not None and (not host or not re.fullmatch(r"[A-Za-z0-9.:-]{1,253}", host)):
        raise UsageError("lab.host", got=host, expected=phrase("lab.host.expected"))


def listening(host: str, port: int) -> socket.socket:
    """Return a socket that listens on `host` and `port`. Raises EnvironmentFault or UsageError where that cannot be."""
    if not 0 <= port <= 65535:
        raise UsageError("lab.port", got=port, expected=phrase("value.range.whole", low=0, high="65,535"))
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except OSError as error:
        raise UsageError("lab.host.nowhere", got=host, hint=phrase("lab.host.try")) from error
    where = ipaddress.ip_address(str(address[0]).partition("%")[0])
    where = getattr(where, "ipv4_mapped", None) or where
    if where.is_unspecified or where.is_multicast:  # 0 and 0x0 are 0.0.0.0 too
        raise UsageError("lab.host", got=host, expected=phrase("lab.host.expected"))
    listener = socket.socket(family, kind, protocol)  # without it asyncio leaves Nagle on: 40 ms an answer
    try:
        if sys.platform == "win32":  # where SO_REUSEADDR would let two have one port
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        else:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(128)
    except OSError as error:
        listener.close()
        if error.errno == errno.EADDRINUSE:
            free = port + 1 if port < 65535 else 0
            fault, hint = phrase("lab.port.taken"), phrase("lab.port.taken.try", port=free)
        elif error.errno == errno.EACCES:
            fault, hint = phrase("lab.port.denied"), phrase("lab.port.denied.try")
        else:
            fault, hint = phrase("lab.port.failed", reason=system_reason(error)), phrase("lab.host.try")
        raise EnvironmentFault(fault.key, **fault.words, got=f"{host}:{port}", hint=hint) from error
    return listener


def _literal(host: str) -> str:
    return f"[{host}]" if ":" in host else host
