"""The lab's server, until Ctrl-C or SIGTERM."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from ..errors import UsageError, phrase
from ..files import write_fault
from ..web import server
from ..web.listening import LOOPBACK, check, listening, literal
from .app import Lab
from .own_folder import kept_token, only_lab, write_door
from .security import AccessPolicy


class Server(server.Server):
    """A server that ends the lab's event streams with itself."""

    def __init__(self, lab: Lab) -> None:
        self.lab = lab
        super().__init__(lab.application(), self._close)

    def _close(self) -> None:
        self.lab.closing = True


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
        hosts = frozenset(f"{literal(name)}:{port}" for name in names) | (
            {*map(literal, names)} if port == 80 else set()
        )
        with only_lab(runs) as own:
            token = token or kept_token(own)
            lab = Lab(runs, roots, AccessPolicy(hosts, token))
            address = f"http://{literal(host or LOOPBACK[0])}:{port}/?token={token}"
            ready(address, write_door(own, address))
            Server(lab).run(sockets=[bound])
