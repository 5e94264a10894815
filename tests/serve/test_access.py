"""Who may ask, and what a head may say."""

from __future__ import annotations

from pathlib import Path

import pytest

from convscope.errors import ConvscopeError
from convscope.serve.access import Access, read_token
from convscope.serve.limits import Limits
from convscope.web.guard import Refusal

TOKEN = "a-token-of-a-test-0123456789"


def code(access: Access, path: str = "/predict", method: str = "POST", *more: tuple[str, str], **headers: str) -> int:
    """Return the status of a refusal; 0 for what is let in."""
    given = {"host": "127.0.0.1:8000", **{name.replace("_", "-"): value for name, value in headers.items()}}
    lines = [(name.encode(), value.encode()) for name, value in [*given.items(), *more] if value]
    try:
        access.check({"type": "http", "method": method, "path": path, "headers": lines})
    except Refusal as refusal:
        return refusal.status
    return 0


def test_without_a_token_this_machine_is_answered() -> None:
    access = Access(None, False, Limits())
    for host in ("127.0.0.1:8000", "localhost", "localhost:1", "[::1]:8000", "[::1]"):
        assert code(access, host=host) == 0, host
    for host in ("", "evil.test", "evil.test:8000", "127.0.0.1.evil.test", "10.0.0.1:8000", "::1"):
        assert code(access, host=host) == 421, host


def test_pages_of_others_are_refused_where_no_token_keeps_them_out() -> None:
    for access in (Access(None, False, Limits()), Access(None, True, Limits())):
        assert code(access, sec_fetch_site="same-origin") == code(access, sec_fetch_site="none") == 0
        assert code(access, origin="http://127.0.0.1:8000") == 0
        assert code(access, origin="https://127.0.0.1:8000", sec_fetch_site="same-origin") == 0
        assert code(access, sec_fetch_site="cross-site") == code(access, sec_fetch_site="same-site") == 403
        assert code(access, origin="http://evil.test") == code(access, origin="null") == 403
        assert code(access, method="GET", path="/", sec_fetch_site="cross-site") == 0  # a link leads here
    assert code(Access(None, True, Limits()), host="models.test") == 0


def test_with_a_token_whoever_knows_it_is_answered() -> None:
    access = Access(TOKEN, False, Limits())
    assert code(access, host="models.test", authorization=f"Bearer {TOKEN}") == 0
    for wrong in ("", TOKEN, f"Bearer {TOKEN[:-1]}", f"Bearer {TOKEN}x", f"Basic {TOKEN}", "Bearer "):
        for path in ("/predict", "/metrics", "/model", "/nothing"):
            assert code(access, path, authorization=wrong) == 401, (path, wrong)
    for path in ("/", "/healthz", "/readyz", "/openapi.json"):
        assert code(access, path, "GET") == 0
    twice = ("authorization", f"Bearer {TOKEN}")
    assert code(access, "/predict", "POST", twice, twice) == 400


def test_a_body_that_says_it_is_too_large_is_not_read() -> None:
    access = Access(None, False, Limits(bytes=1000))
    assert code(access, content_length="1000") == 0
    assert code(access, content_length="1001") == 413
    assert code(access, content_length="10", transfer_encoding="chunked") == 400
    head = {"type": "http", "path": "/predict", "headers": [(b"host", b"localhost")]}
    assert access.check({**head, "method": "POST"}) == (1000, 30.0)
    assert access.check({**head, "method": "GET"}) is None


def test_a_token_is_one_line_of_a_file(tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text(f"{TOKEN}\n")
    assert read_token(file) == TOKEN
    for text in ("", "short", f"{TOKEN}\n{TOKEN}", f"{TOKEN} x", "é" * 20, "x" * 5000):
        file.write_text(text)
        with pytest.raises(ConvscopeError, match="token"):
            read_token(file)
    with pytest.raises(ConvscopeError, match="cannot be read"):
        read_token(tmp_path / "nothing")
