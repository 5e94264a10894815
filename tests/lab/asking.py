"""Ask an ASGI application without a server: quick enough for thousands of hostile requests."""

from __future__ import annotations

import asyncio
import atexit
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from convscope.lab.app import Lab
from convscope.lab.security import AccessPolicy

HOST, KEY = "127.0.0.1:8765", "a-token-of-a-test-0123456789"
RUNNER = asyncio.Runner()  # one loop and its threads for all requests
atexit.register(RUNNER.close)
CANARY = "canary-c0ffee-5eed"


@dataclass
class Answer:
    status: int
    headers: list[tuple[bytes, bytes]]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)

    def header(self, name: str) -> str | None:
        found = [v.decode() for n, v in self.headers if n.decode().lower() == name]
        return found[0] if found else None


def lab(tmp_path: Path) -> Lab:
    """Return a lab over tmp_path/runs, with tmp_path/data as a root, and a canary beside both."""
    (tmp_path / "runs").mkdir(exist_ok=True)
    (tmp_path / "data").mkdir(exist_ok=True)
    (tmp_path / "canary.txt").write_text(CANARY)
    hosts = frozenset({HOST, "localhost:8765"})
    return Lab(tmp_path / "runs", [tmp_path / "data"], AccessPolicy(hosts, KEY))


def tree(folder: Path) -> list[str]:
    """Return every path below a folder: what a refused request must not change."""
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


def headers(**more: str | None) -> list[tuple[bytes, bytes]]:
    """Return the page's own headers, some replaced or (None) left out; _ in a name is -."""
    own = {"host": HOST, "x-convscope-token": KEY, "content-type": "application/json", "sec-fetch-site": "same-origin"}
    own |= {name.replace("_", "-"): value for name, value in more.items()}
    return [(n.encode(), v.encode("latin-1")) for n, v in own.items() if v is not None]


def asked(app: Any, target: str, body: Any = None, *more: Any, **named: Any) -> Answer:
    """Return what the application answers to one request, as `ask` makes it."""
    return RUNNER.run(ask(app, target, body, *more, **named))


async def ask(
    app: Any,
    target: str,
    body: Any = None,
    given: list[tuple[bytes, bytes]] | None = None,
    method: str | None = None,
    pieces: int = 1,
) -> Answer:
    """Return what the application answers. `body` is sent as JSON unless it is bytes; it makes the request a POST."""
    data = b"" if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
    path, _, query = target.partition("?")
    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": method or ("GET" if body is None else "POST"),
        "path": unquote(path, errors="replace"),
        "raw_path": path.encode("utf-8", "replace"),
        "query_string": query.encode("latin-1", "replace"),
        "headers": headers() if given is None else given,
        "root_path": "",
        "scheme": "http",
        "server": ("127.0.0.1", 8765),
        "client": ("127.0.0.1", 1),
    }
    size = max(1, -(-len(data) // pieces))
    chunks = [data[i : i + size] for i in range(0, len(data), size)] or [b""]
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        if not chunks:
            await asyncio.Event().wait()  # it stays and listens
        return {"type": "http.request", "body": chunks.pop(0), "more_body": bool(chunks)}

    async def send(message: Any) -> None:
        sent.append(message)

    await asyncio.wait_for(app(scope, receive, send), 60)
    start = next(m for m in sent if m["type"] == "http.response.start")
    return Answer(start["status"], list(start["headers"]), b"".join(m.get("body", b"") for m in sent))
