"""Access control: which requests the lab answers. Every web page that the user opens can send requests to a server on
the same machine; docs/lab.md lists the attacks.

One middleware around the whole application decides before routing, and adds the security headers to every response.
"""

from __future__ import annotations

import asyncio
import hmac
import json
import re
import sys
import traceback
from collections.abc import Iterable
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import parse_qs

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ..errors import ConvscopeError
from .drops import MOST_PIECE

TOKEN = b"x-convscope-token"
MOST_BODY = 64_000  # bytes
BODY_SECONDS = 10.0
PIECE = re.compile(r"/api/data/[^/]+/piece")  # the one route that takes bytes, MOST_PIECE of them: a part of a file
PIECE_SECONDS = 60.0
PLAIN_POLICY = b"default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"cache-control", b"no-store"),
)


class Refusal(ConvscopeError):
    """A request that is not answered: its HTTP status, and why."""

    def __init__(self, status: int, key: str, **words: Any) -> None:
        super().__init__(key, **words)
        self.status = status


@dataclass(frozen=True)
class AccessPolicy:
    """What a request must show: one of `hosts` exactly, and that it knows `token`: in a header, or for the lab's page
    in its address. Pages of runs, which links open, have a key of their own in a cookie: browsers send cookies to every
    port of a host, and whoever listens on another learns no more than that.
    """

    hosts: frozenset[str]
    token: str

    @property
    def key(self) -> str:
        """What opens the pages of runs."""
        return hmac.digest(self.token.encode(), b"pages of runs", "sha256").hex()

    @property
    def cookie(self) -> str:
        """The name of the cookie that holds the key: of one's own, for labs on several ports."""
        return f"convscope-{self.key[:8]}"

    def check(self, method: str, path: str, query: bytes, headers: Iterable[tuple[bytes, bytes]]) -> None:
        """Raise Refusal unless the request comes from the lab's own page, or from its user's address bar."""
        given: dict[bytes, list[bytes]] = {}
        for name, value in headers:
            given.setdefault(name.lower(), []).append(value)
        host = _only(given, b"host")
        if host is None or host.decode("latin-1") not in self.hosts:
            raise Refusal(421, "refused.host")  # DNS rebinding: another name that leads here
        if method not in ("GET", "POST"):
            raise Refusal(405, "refused.method")
        if b"transfer-encoding" in given and b"content-length" in given:
            raise Refusal(400, "refused.lengths")  # where one ends, another request could hide
        origin, site = _only(given, b"origin"), _only(given, b"sec-fetch-site")
        if origin is not None and origin != b"http://" + host:
            raise Refusal(403, "refused.origin")
        how = _only(given, b"sec-fetch-mode"), _only(given, b"sec-fetch-dest")
        visit = path == "/" and method == "GET" and how == (b"navigate", b"document")  # not into a frame
        if site is not None and site not in (b"same-origin", b"none") and not visit:
            raise Refusal(403, "refused.origin")
        piece = PIECE.fullmatch(path) is not None
        kind = b"application/octet-stream" if piece else b"application/json"
        if method == "POST" and (_only(given, b"content-type") or b"").split(b";")[0].strip() != kind:
            raise Refusal(415, "refused.type.piece" if piece else "refused.type")
        if _same(_only(given, TOKEN), self.token):
            return
        if path == "/api" or path.startswith("/api/") or method != "GET":
            raise Refusal(403, "refused.token")
        opened = _same(_token_of_address(query), self.token) if path == "/" else _same(self._cookie(given), self.key)
        if not opened:
            raise Refusal(403, "refused.address")

    def _cookie(self, given: dict[bytes, list[bytes]]) -> bytes | None:
        try:
            found = SimpleCookie((_only(given, b"cookie") or b"").decode("latin-1")).get(self.cookie)
        except CookieError:
            return None
        return None if found is None else found.value.encode()


class GuardMiddleware:
    """Middleware around the whole application: checks, limits, headers on every answer, and no word of a traceback."""

    def __init__(self, app: ASGIApp, policy: AccessPolicy) -> None:
        self.app, self.policy = app, policy

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; anything but plain HTTP is closed."""
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
            return
        if scope["type"] != "http":
            return
        begun = False

        async def send_with_headers(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = True
                own = {name.lower() for name, _ in message["headers"]}
                more = [*HEADERS, (b"content-security-policy", PLAIN_POLICY)]
                message = {**message, "headers": [*message["headers"], *(h for h in more if h[0] not in own)]}
            await send(message)

        try:
            self.policy.check(scope["method"], scope["path"], scope["query_string"], scope["headers"])
            if scope["method"] == "POST":
                piece = PIECE.fullmatch(scope["path"]) is not None
                most, seconds = (MOST_PIECE, PIECE_SECONDS) if piece else (MOST_BODY, BODY_SECONDS)
                receive = await _limited(receive, most, seconds)
            await self.app(scope, receive, send_with_headers)
        except Refusal as refusal:
            await _send_refusal(send_with_headers, refusal)
        except Exception:
            traceback.print_exc(file=sys.stderr)
            if not begun:
                await _send_refusal(send_with_headers, Refusal(500, "refused.bug"))


async def _limited(receive: Receive, most: int, seconds: float) -> Receive:
    """Read the body at once, `most` bytes in `seconds`, and return what hands it on."""
    body = bytearray()

    async def read() -> None:
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise Refusal(400, "refused.broken")
            body.extend(message.get("body", b""))
            if len(body) > most:
                raise Refusal(413, "refused.large", n=f"{most:,}")
            if not message.get("more_body", False):
                return

    try:
        await asyncio.wait_for(read(), seconds)
    except TimeoutError:
        raise Refusal(408, "refused.slow") from None
    handed = False

    async def whole() -> Message:
        nonlocal handed
        if handed:
            return await receive()
        handed = True
        return {"type": "http.request", "body": bytes(body), "more_body": False}

    return whole


async def _send_refusal(send: Send, refusal: Refusal) -> None:
    body = json.dumps({"error": refusal.to_json()}).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    headers.append((b"connection", b"close"))  # whatever else was sent along is not looked at
    await send({"type": "http.response.start", "status": refusal.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def _only(given: dict[bytes, list[bytes]], name: bytes) -> bytes | None:
    """Return a header's one value; sent twice it counts as hostile."""
    values = given.get(name)
    if values is None:
        return None
    if len(values) > 1:
        raise Refusal(400, "refused.header")
    return values[0]


def _same(given: bytes | None, wanted: str) -> bool:
    return given is not None and hmac.compare_digest(given, wanted.encode())


def _token_of_address(query: bytes) -> bytes | None:
    asked: Any = parse_qs(query.decode("latin-1")).get("token")
    return str(asked[0]).encode() if asked else None
