"""Requests within bounds: what is too large, too slow or not allowed is refused by one JSON error, and every answer has
the headers that keep a browser from doing more with it than to show it.
"""

from __future__ import annotations

import asyncio
import hmac
import json
import sys
import traceback
from collections.abc import Callable, Iterable
from typing import Any, TypeAlias

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ..errors import ConvscopeError

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

    retry: int | None = None  # after how many seconds it may come again

    def __init__(self, status: int, key: str, **words: Any) -> None:
        super().__init__(key, **words)
        self.status = status


class Busy(Refusal):
    """A request that may come again in a moment."""

    retry = 1


class Held:
    """How many bytes of bodies all requests together hold in memory."""

    def __init__(self, most: int) -> None:
        self.most, self.now = most, 0

    def take(self, count: int) -> None:
        """Count more bytes. Raises Refusal where that is too many: others will be gone in a moment."""
        if self.now + count > self.most:
            raise Busy(429, "refused.full")
        self.now += count


Check: TypeAlias = Callable[[Scope], "tuple[int, float] | None"]


class Guard:
    """Middleware around a whole application. `check` looks at a request's head: it raises Refusal, or returns how many
    bytes its body may have and in how many seconds it must be there; None for one without a body to read. All bodies
    together stay within what may be `held`. `told` gets each request's scope and the status of its answer.
    """

    def __init__(
        self, app: ASGIApp, check: Check, held: Held | None = None, told: Callable[[Scope, int], None] | None = None
    ) -> None:
        self.app, self.check, self.held, self.told = app, check, held, told

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; anything but plain HTTP is closed, and nobody is told a traceback."""
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
            return
        if scope["type"] != "http":
            return
        begun, taken = False, 0

        def take(count: int) -> None:
            nonlocal taken
            if self.held is not None:
                self.held.take(count)
                taken += count

        async def send_with_headers(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = True
                if self.told is not None:
                    self.told(scope, message["status"])
                own = {name.lower() for name, _ in message["headers"]}
                more = [*HEADERS, (b"content-security-policy", PLAIN_POLICY)]
                message = {**message, "headers": [*message["headers"], *(h for h in more if h[0] not in own)]}
            await send(message)

        try:
            bounds = self.check(scope)
            if bounds is not None:
                receive = await limited(receive, *bounds, take)
            await self.app(scope, receive, send_with_headers)
        except Refusal as refusal:
            await send_refusal(send_with_headers, refusal)
        except Exception:
            traceback.print_exc(file=sys.stderr)
            if not begun:
                await send_refusal(send_with_headers, Refusal(500, "refused.bug"))
        finally:
            if self.held is not None:
                self.held.now -= taken


async def limited(receive: Receive, most: int, seconds: float, take: Callable[[int], None]) -> Receive:
    """Read the body at once, `most` bytes in `seconds`, and return what hands it on; `take` counts its bytes."""
    body = bytearray()

    async def read() -> None:
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise Refusal(400, "refused.broken")
            piece = message.get("body", b"")
            if len(body) + len(piece) > most:
                raise Refusal(413, "refused.large", n=f"{most:,}")
            take(len(piece))
            body.extend(piece)
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


async def send_refusal(send: Send, refusal: Refusal) -> None:
    body = json.dumps({"error": refusal.to_json()}).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    if refusal.retry is not None:
        headers.append((b"retry-after", str(refusal.retry).encode()))
    headers.append((b"connection", b"close"))  # whatever else was sent along is not looked at
    await send({"type": "http.response.start", "status": refusal.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def headers_of(headers: Iterable[tuple[bytes, bytes]]) -> dict[bytes, list[bytes]]:
    """Return every value that each header has, by its name in small letters."""
    given: dict[bytes, list[bytes]] = {}
    for name, value in headers:
        given.setdefault(name.lower(), []).append(value)
    return given


def only(given: dict[bytes, list[bytes]], name: bytes) -> bytes | None:
    """Return a header's one value; sent twice it counts as hostile."""
    values = given.get(name)
    if values is None:
        return None
    if len(values) > 1:
        raise Refusal(400, "refused.header")
    return values[0]


def same(given: bytes | None, wanted: str) -> bool:
    """Whether two secrets are the same, told in the same time whether they are or not."""
    return given is not None and hmac.compare_digest(given, wanted.encode())
