"""Who may ask: with a token whoever knows it; without one, this machine alone, or anybody where that is said."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..errors import InputError, UsageError, phrase
from ..files import read_plain
from ..web.guard import Refusal, headers_of, only, same
from ..web.listening import LOOPBACK, TOKEN

if TYPE_CHECKING:
    from pathlib import Path

    from starlette.types import Scope

    from .limits import Limits

OPEN = ("/", "/healthz", "/readyz", "/openapi.json")  # needs no token: it tells nothing that is not in the manual
MOST_TOKEN = 4096  # bytes of a token's file
NAMES = {*LOOPBACK, "[::1]"}


@dataclass(frozen=True)
class Access:
    """The `token` that a request must show, if there is one; `anybody`: whether others than this machine may ask
    without. `limits` are those of a body.
    """

    token: str | None
    anybody: bool
    limits: Limits

    def check(self, scope: Scope) -> tuple[int, float] | None:
        """Check a request's head, and return the bytes and the seconds that its body may take. Raises Refusal."""
        given = headers_of(scope["headers"])
        method, path = scope["method"], scope["path"]
        host = only(given, b"host")
        if b"transfer-encoding" in given and b"content-length" in given:
            raise Refusal(400, "refused.lengths")  # where one ends, another request could hide
        if self.token is not None:
            if path not in OPEN and not same(only(given, b"authorization"), f"Bearer {self.token}"):
                raise Refusal(401, "serve.token")
        elif not self.anybody:
            name = (host or b"").decode("latin-1")
            if name.rpartition(":")[0] not in NAMES and name not in NAMES:
                raise Refusal(421, "serve.host")  # DNS rebinding: another name that leads here
        if self.token is None and method not in ("GET", "HEAD"):
            self._refuse_other_pages(given, host)
        length = only(given, b"content-length")
        if length is not None and length.isdigit() and int(length) > self.limits.bytes:
            raise Refusal(413, "refused.large", n=f"{self.limits.bytes:,}")
        return (self.limits.bytes, self.limits.seconds) if method == "POST" else None

    def _refuse_other_pages(self, given: dict[bytes, list[bytes]], host: bytes | None) -> None:
        """Raise Refusal for what another site's page sends from its reader's browser."""
        site, origin = only(given, b"sec-fetch-site"), only(given, b"origin")
        own = origin is None or origin.rpartition(b"://")[2] == host
        if not own if site is None else site not in (b"same-origin", b"none"):
            raise Refusal(403, "refused.origin")


def read_token(path: Path) -> str:
    """Return the token in a file: its one line. Raises InputError or UsageError."""
    try:
        text = read_plain(path, MOST_TOKEN).decode("ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError("serve.token.file", where=str(path), got=str(error)) from error
    if not TOKEN.fullmatch(text):
        raise UsageError("serve.token.form", where=str(path), expected=phrase("lab.token.expected"))
    return text
