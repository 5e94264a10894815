"""The socket that a server listens on, and what is asked of its address and its token."""

from __future__ import annotations

import errno
import ipaddress
import re
import socket
import sys

from ..errors import EnvironmentFault, UsageError, phrase, system_reason

LOOPBACK = ("127.0.0.1", "localhost")
TOKEN = re.compile(r"[A-Za-z0-9_-]{16,128}")


def check(host: str | None, token: str | None) -> None:
    """Raise UsageError unless host and token make sense."""
    if host is None and token is not None:
        raise UsageError("lab.token.alone", hint=f"--host {socket.gethostname()}")
    if token is not None and not TOKEN.fullmatch(token):
        raise UsageError("lab.token", expected=phrase("lab.token.expected"))
    check_host(host)


def check_host(host: str | None) -> None:
    """Raise UsageError unless a host is the name or the number of one, or None."""
    if host is not None and (not host or not re.fullmatch(r"[A-Za-z0-9.:-]{1,253}", host)):
        raise UsageError("lab.host", got=host, expected=phrase("lab.host.expected"))


def listening(host: str, port: int, everywhere: bool = False) -> socket.socket:
    """Return a socket that listens on `host` and `port`; on every address of this machine, 0.0.0.0 or ::, only where
    that is meant. Raises EnvironmentFault or UsageError where it cannot.
    """
    if not 0 <= port <= 65535:
        raise UsageError("lab.port", got=port, expected=phrase("value.range.whole", low=0, high="65,535"))
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except OSError as error:
        raise UsageError("lab.host.nowhere", got=host, hint=phrase("lab.host.try")) from error
    where = ipaddress.ip_address(str(address[0]).partition("%")[0])
    where = getattr(where, "ipv4_mapped", None) or where
    if (where.is_unspecified and not everywhere) or where.is_multicast:  # 0 and 0x0 are 0.0.0.0 too
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


def literal(host: str) -> str:
    """Return a host as it stands in an address."""
    return f"[{host}]" if ":" in host else host
