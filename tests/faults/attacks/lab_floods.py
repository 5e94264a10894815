"""Crowds of connections and streams: whoever has the token is answered meanwhile, and the lab is as before after it."""

from __future__ import annotations

import contextlib
import socket
import time
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from tests.faults.campaign import Campaign, Tally
from tests.faults.lab_process import LabProcess, lab_process, status
from tests.lab.asking import KEY

HELD = 200  # at most open at once on this side
PATIENCE = 20.0  # seconds for an answer in a crowd


def floods(times: int, random: Random, tally: Tally) -> None:
    """Open connections of one kind until HELD are open, ask, and go on with another kind."""
    with TemporaryDirectory() as folder, lab_process(Path(folder)) as lab:
        lab.ask("GET", "/api/runs")
        first = lab.usage()
        opened = 0
        while opened < times:
            kind = random.choice(
                ("silent", "half a head", "dripping", "unread page", "streams", "half closed", "strangers")
            )
            with contextlib.ExitStack() as held:
                crowd = [_open(held, lab, kind) for _ in range(min(HELD, times - opened))]
                opened += len(crowd)
                for _ in range(3):
                    for one in crowd if kind == "dripping" else ():
                        with contextlib.suppress(OSError):
                            one.send(b"x")
                    begun = time.monotonic()
                    code = status(lab.ask("GET", "/api/offer", seconds=PATIENCE))
                    tally.most("slowest answer in s", time.monotonic() - begun)
                    if code != 200:
                        tally.fault(f"{kind}: the lab's owner is answered {code}")
                most = lab.usage()["files"]
                tally.most("files", most)
                if most > 200:
                    tally.fault(f"{kind}: {most} files are open")
            for _ in crowd:
                tally.ended(kind)
        end = time.monotonic() + 60
        while lab.usage()["files"] > first["files"] + 5 and time.monotonic() < end:
            time.sleep(0.2)
        if lab.usage()["files"] > first["files"] + 5 or lab.usage()["threads"] > first["threads"] + 8:
            tally.fault(f"from {first} to {lab.usage()}")
        if lab.tracebacks():
            tally.fault(lab.tracebacks())


def _open(held: contextlib.ExitStack, lab: LabProcess, kind: str) -> socket.socket:
    """Open a connection that is of no use to anybody, and keep it."""
    one = held.enter_context(socket.socket())
    one.settimeout(PATIENCE)
    own = f"Host: 127.0.0.1:{lab.port}\r\nX-Convscope-Token: {KEY}\r\n"
    sent = {
        "silent": "",
        "half a head": "GET /api/runs HTTP/1.1\r\nHost: 127.",
        "dripping": "GET /api/runs HTTP/1.1\r\nX-Long: ",
        "unread page": f"GET /?token={KEY} HTTP/1.1\r\n{own}\r\n",
        "streams": f"GET /api/events HTTP/1.1\r\n{own}\r\n",
        "half closed": f"GET /api/runs HTTP/1.1\r\n{own}\r\n",
        "strangers": f"GET /api/runs HTTP/1.1\r\nHost: 127.0.0.1:{lab.port}\r\n\r\n",
    }[kind]
    if kind == "unread page":
        one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    with contextlib.suppress(OSError):  # it may be closed at once
        one.connect(("127.0.0.1", lab.port))
        one.sendall(sent.encode())
        if kind == "half closed":
            one.shutdown(socket.SHUT_WR)
    return one


CAMPAIGNS = (
    Campaign(
        "floods", "connections",
        "The lab, by crowds of connections that ask nothing, half a request, or never read: its owner is answered",
        floods, quick=1_000, long=30_000,
    ),
)  # fmt: skip
