"""Serving a model until SIGTERM or Ctrl-C: what is in the queue then is answered, and no more is taken on."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from ..errors import UsageError
from ..web.listening import LOOPBACK, check_host, listening, literal
from ..web.server import Server
from .access import Access
from .app import Service

if TYPE_CHECKING:
    from ..foreign.predicting import ForeignModel
    from ..prediction import Model
    from .limits import Limits


def serve(
    model: Model | ForeignModel,
    port: int,
    host: str | None,
    token: str | None,
    anybody: bool,
    limits: Limits,
    ready: Callable[[str], None],
) -> None:
    """Serve a model on the loopback, or on `host`, until SIGTERM or Ctrl-C; then what was taken on has the limits'
    seconds to be answered. `ready` gets the address. Port 0 takes a free one.

    Raises UsageError for a host without a token, unless `anybody` may ask, and EnvironmentFault for a port that is
    taken or a model that cannot be computed here.
    """
    if host is not None and host not in LOOPBACK and token is None and not anybody:
        raise UsageError("serve.open", got=f"--host {host}", hint="--token-file FILE, --no-token")
    check_host(host)
    with listening(host or LOOPBACK[0], port, everywhere=True) as bound:
        service = Service(model, Access(token, anybody, limits))
        try:
            service.warm()
            server = Server(service.application(), lambda: _close(service), graceful=int(limits.seconds) + 1)
            ready(f"http://{literal(host or LOOPBACK[0])}:{bound.getsockname()[1]}/")
            server.run(sockets=[bound])
        finally:
            service.answering.close()


def _close(service: Service) -> None:
    service.closing = True
