"""Access control: which requests the lab answers. Every web page that the user opens can send requests to a server on
the same machine; docs/lab.md lists the attacks.

The middleware of web/guard.py around the whole application asks it before routing.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Iterable
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import parse_qs

from starlette.types import ASGIApp, Scope

from ..web.guard import Guard, Refusal, headers_of, only, same
from .drops import MOST_PIECE

TOKEN = b"x-convscope-token"
MOST_BODY = 64_000  # bytes
BODY_SECONDS = 10.0
PIECE = re.compile(r"/api/data/[^/]+/piece")  # the one route that takes bytes, MOST_PIECE of them: a part of a file
PIECE_SECONDS = 60.0


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
        given = headers_of(headers)
        host = only(given, b"host")
        if host is None or host.decode("latin-1") not in self.hosts:
            raise Refusal(421, "refused.host")  # DNS rebinding: another name that leads here
        if method not in ("GET", "POST"):
            raise Refusal(405, "refused.method")
        if b"transfer-encoding" in given and b"content-length" in given:
            raise Refusal(400, "refused.lengths")  # where one ends, another request could hide
        origin, site = only(given, b"origin"), only(given, b"sec-fetch-site")
        if origin is not None and origin != b"http://" + host:
            raise Refusal(403, "refused.origin")
        how = only(given, b"sec-fetch-mode"), only(given, b"sec-fetch-dest")
        visit = path == "/" and method == "GET" and how == (b"navigate", b"document")  # not into a frame
        if site is not None and site not in (b"same-origin", b"none") and not visit:
            raise Refusal(403, "refused.origin")
        piece = PIECE.fullmatch(path) is not None
        kind = b"application/octet-stream" if piece else b"application/json"
        if method == "POST" and (only(given, b"content-type") or b"").split(b";")[0].strip() != kind:
            raise Refusal(415, "refused.type.piece" if piece else "refused.type")
        if same(only(given, TOKEN), self.token):
            return
        if path == "/api" or path.startswith("/api/") or method != "GET":
            raise Refusal(403, "refused.token")
        opened = same(_token_of_address(query), self.token) if path == "/" else same(self._cookie(given), self.key)
        if not opened:
            raise Refusal(403, "refused.address")

    def _cookie(self, given: dict[bytes, list[bytes]]) -> bytes | None:
        try:
            found = SimpleCookie((only(given, b"cookie") or b"").decode("latin-1")).get(self.cookie)
        except CookieError:
            return None
        return None if found is None else found.value.encode()

    def bounds(self, scope: Scope) -> tuple[int, float] | None:
        """Check a request, and return the bytes and the seconds that its body may take. Raises Refusal."""
        self.check(scope["method"], scope["path"], scope["query_string"], scope["headers"])
        if scope["method"] != "POST":
            return None
        piece = PIECE.fullmatch(scope["path"]) is not None
        return (MOST_PIECE, PIECE_SECONDS) if piece else (MOST_BODY, BODY_SECONDS)


def guarded(app: ASGIApp, policy: AccessPolicy) -> ASGIApp:
    """Return an application that answers only what the policy lets in, within its bounds."""
    return Guard(app, policy.bounds)


def _token_of_address(query: bytes) -> bytes | None:
    asked: Any = parse_qs(query.decode("latin-1")).get("token")
    return str(asked[0]).encode() if asked else None
