"""Every Python that starts with this folder on PYTHONPATH imports this file: whatever would leave the machine is
written down in the file CONVSCOPE_SOCKETS and refused.
"""

import os
import sys

FIRST = ("socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr", "socket.getnameinfo", "urllib.Request")
SECOND = ("socket.connect", "socket.bind", "socket.sendto", "socket.sendmsg")  # after the socket itself
HERE = ("127.0.0.1", "::1", "localhost")


def _watch(event: str, arguments: tuple[object, ...]) -> None:
    if event in FIRST:
        address = arguments[0]
    elif event in SECOND:
        address = arguments[1]
    else:
        return
    host = address[0] if isinstance(address, tuple) and address else address
    if host in HERE or (event in SECOND and isinstance(address, str | bytes)):  # a text names a socket of AF_UNIX
        return
    if event == "socket.sendmsg" and address is None:  # as it was connected before
        return
    with open(os.environ["CONVSCOPE_SOCKETS"], "a", encoding="utf-8") as record:
        record.write(f"{event} {address!r} by {sys.argv}\n")
    raise PermissionError(f"{event} {address!r}: the tests allow no network")


sys.addaudithook(_watch)
