"""A service over the lecture's model, asked without a server or through one, and pictures to ask about."""

from __future__ import annotations

import contextlib
import io
import threading
import time
from collections.abc import Iterator
from typing import Any

import numpy as np
from PIL import Image

from convscope.data import mnist
from convscope.explain.look import SLIDES
from convscope.prediction import Model, load
from convscope.serve.access import Access
from convscope.serve.app import Service
from convscope.serve.limits import Limits
from convscope.web.listening import listening
from convscope.web.server import Server
from tests.lab.asking import Answer, asked

HOST = "127.0.0.1:8000"
TOKEN = "a-token-of-a-test-0123456789"
DIGITS: np.ndarray = mnist().test.images[:40]  # type: ignore[union-attr]


def model() -> Model:
    return load(SLIDES)


@contextlib.contextmanager
def service(limits: Limits | None = None, token: str | None = None, anybody: bool = False) -> Iterator[Service]:
    made = Service(model(), Access(token, anybody, limits or Limits()))
    made.warm()
    try:
        yield made
    finally:
        made.answering.close()


def ask(
    made: Service,
    target: str,
    body: bytes | None = None,
    kind: str | None = None,
    method: str | None = None,
    **more: str,
) -> Answer:
    """Return what is answered to one request; _ in a header's name is -."""
    given = {"host": HOST, **({} if kind is None else {"content-type": kind}), **more}
    headers = [(name.replace("_", "-").encode(), value.encode("latin-1")) for name, value in given.items()]
    return asked(made.application(), target, body, headers, method)


def png(picture: np.ndarray) -> bytes:
    file = io.BytesIO()
    Image.fromarray(picture).save(file, "PNG")
    return file.getvalue()


def array(made: Service, pictures: np.ndarray, query: str = "", **more: Any) -> Answer:
    """Ask about raw numbers."""
    shape = ",".join(map(str, pictures.shape))
    return ask(
        made, f"/predict{query}", pictures.tobytes(), "application/octet-stream", x_convscope_shape=shape, **more
    )


@contextlib.contextmanager
def served(made: Service, graceful: int = 10) -> Iterator[tuple[Server, int]]:
    """Serve on a real port, in a thread; yield the server and the port."""
    with listening("127.0.0.1", 0) as bound:
        port = bound.getsockname()[1]
        server = Server(made.application(), lambda: None, graceful=graceful)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [bound]}, daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.01)
        try:
            yield server, port
        finally:
            server.should_exit = True
            thread.join(20)
            assert not thread.is_alive()
