"""A real lab on a real port, in a thread, and plain sockets to speak to it."""

from __future__ import annotations

import contextlib
import re
import select
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from starlette.types import ASGIApp

from convscope.lab.app import Lab
from convscope.lab.security import AccessPolicy
from convscope.lab.server import Server
from convscope.web.listening import listening
from tests.lab.asking import CANARY, KEY


@contextmanager
def served(folder: Path, over: Callable[[ASGIApp], ASGIApp] = lambda app: app) -> Iterator[tuple[Lab, int]]:
    """Serve a lab over folder/runs with a canary beside it, `over` wrapped around it; yield it and its port."""
    for name in ("runs", "data"):
        (folder / name).mkdir(exist_ok=True)
    (folder / "canary.txt").write_text(CANARY)
    with listening("127.0.0.1", 0) as bound:
        port = bound.getsockname()[1]
        hosts = frozenset({f"127.0.0.1:{port}", f"localhost:{port}"})
        lab = Lab(folder / "runs", [folder / "data"], AccessPolicy(hosts, KEY))
        server = Server(lab)
        server.config.app = over(server.config.app)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [bound]}, daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.01)
        try:
            yield lab, port
        finally:
            lab.closing = server.should_exit = True
            thread.join(10)
            assert not thread.is_alive()


def said(port: int, *pieces: bytes, pause: float = 0.0, seconds: float = 20.0) -> bytes:
    """Return everything the server answers to these bytes until it closes, sent with a pause between; {port} is filled
    in.
    """
    with socket.create_connection(("127.0.0.1", port), timeout=seconds) as made:
        answer = b""
        with contextlib.suppress(ConnectionResetError, BrokenPipeError):
            for piece in pieces:
                made.sendall(piece.replace(b"{port}", str(port).encode()))
                if pause and select.select([made], [], [], pause)[0]:
                    part = made.recv(65_536)
                    answer += part
                    if not part:
                        return answer
            while part := made.recv(65_536):
                answer += part
        return answer


def statuses(answer: bytes) -> list[int]:
    """Return the status of every answer in a stream of them."""
    return [int(code) for code in re.findall(rb"HTTP/1\.1 (\d{3}) ", answer)]
