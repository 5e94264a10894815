"""Nobody but the lab's own page changes anything or reads a byte: a matrix of hostile Host, Origin and token values."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import pytest

from tests.lab.asking import HOST, KEY, asked, headers, lab, tree

HOSTS = (
    "evil.example",
    "127.0.0.1",
    "localhost",
    "127.0.0.1:8766",
    "127.0.0.1:80",
    "127.0.0.1:08765",
    "127.0.0.1:8765.",
    "127.0.0.1.:8765",
    "127.1:8765",
    "2130706433:8765",
    "0x7f000001:8765",
    "0177.0.0.1:8765",
    "0.0.0.0:8765",
    "[::1]:8765",
    "[::ffff:127.0.0.1]:8765",
    "localhost.:8765",
    "localhost:8765 ",
    "LOCALHOST:8765",
    "evil.localhost:8765",
    "localhost.evil.example:8765",
    "127.0.0.1.nip.io:8765",
    "127.0.0.1:8765@evil.example",
    "evil.example:8765",
    "evil@127.0.0.1:8765",
    "127.0.0.1:8765,evil.example",
    "127.0.0.1:8765/",
    "127.0.0.1:8765#",
    "127.0.0.1:8765\t",
    "",
    " ",
    "*",
    "null",
    "127.0.0.1:8765:8765",
    None,
)
ORIGINS = (
    "http://evil.example",
    "https://127.0.0.1:8765",
    "http://127.0.0.1:8766",
    "http://127.0.0.1",
    "http://localhost:8765",
    "null",
    "",
    "file://",
    "http://127.0.0.1:8765/",
    "http://127.0.0.1:8765.evil.example",
    "http://evil@127.0.0.1:8765",
    "HTTP://127.0.0.1:8765",
    "chrome-extension://abcdef",
    "http://127.0.0.1:8765 http://evil.example",
    "*",
)
SITES = ("cross-site", "same-site", "none ", "", "Same-Origin", "same-origin,none", "evil")
TOKENS = (
    None,
    "",
    "x",
    KEY[:-1],
    KEY + "x",
    KEY.upper(),
    KEY[::-1],
    f"{KEY} ",
    f"Bearer {KEY}",
    "null",
    "undefined",
    "\xff" * 8,
    "0" * 5000,
)
STATE: tuple[tuple[str, Any], ...] = (
    ("/api/runs", {"data": "mnist"}),
    ("/api/runs/one/stop", {}),
    ("/api/runs/one/resume", {}),
    ("/api/describe", {"formula": "fc"}),
)
READ = (
    "/api/offer",
    "/api/lite0.bin",
    "/api/runs",
    "/api/runs/one",
    "/api/runs/one/report",
    "/api/runs/one/network",
    "/api/runs/one/events",
    "/api/events",
)


@pytest.mark.medium
def test_the_pages_own_questions_are_answered(app: Any) -> None:
    assert asked(app, "/api/describe", {"formula": "slides"}).json()["description"]["parameters"] == 274_570
    assert asked(app, "/api/offer", given=headers(origin=f"http://{HOST}")).status == 200
    assert asked(app, f"/?token={KEY}", given=headers(x_convscope_token=None)).status == 200


@pytest.mark.medium
def test_no_other_host_origin_site_or_token_gets_in(app: Any, tmp_path: Path) -> None:
    """What is wrong alone, and in pairs."""
    before, wrong = tree(tmp_path), []
    wrong += [{"host": host} for host in HOSTS]
    wrong += [{"origin": origin} for origin in ORIGINS]
    wrong += [{"sec_fetch_site": site} for site in SITES]
    wrong += [{"x_convscope_token": token} for token in TOKENS]
    pairs = [a | b for a, b in itertools.combinations(wrong, 2) if not a.keys() & b.keys()]
    targets: list[tuple[str, Any]] = [*STATE, *((path, None) for path in READ)]
    asked_of = [(target, case) for target in targets for case in wrong]
    asked_of += [(targets[i % len(targets)], case) for i, case in enumerate(pairs)]
    for (path, body), case in asked_of:
        answer = asked(app, path, body, headers(**case))
        assert answer.status in (400, 403, 421), (path, case)
        assert KEY.encode() not in answer.body
        assert set(answer.json()) == {"error"}
    assert len(asked_of) > 1500
    assert tree(tmp_path) == before


def mutants(good: str) -> set[str]:
    """Return what is one character away from `good`: one left out, put in, or another in its place; and some of the
    other case.
    """
    odd = " \t.,:;@/\\#?%&[]01aZ-_\x00\xad\xff"
    found = {good[:i] + good[i + 1 :] for i in range(len(good))}
    found |= {good[:i] + c + good[i + skip :] for i in range(len(good) + 1) for c in odd for skip in (0, 1)}
    return found | {good.upper(), good.title(), good.swapcase(), good * 2, good[::-1]}


@pytest.mark.slow
def test_thousands_of_near_hosts_and_origins(app: Any, tmp_path: Path) -> None:
    before, allowed = tree(tmp_path), {HOST, "localhost:8765"}
    hosts = mutants(HOST) | mutants("localhost:8765") - allowed
    hosts |= {
        f"{a}{mark}{b}" for a in allowed for mark in (".", "@", ",", " ", "/", "#") for b in ("evil.example", *allowed)
    }
    origins = mutants(f"http://{HOST}") | {
        f"{kind}://{host}" for kind in ("http", "https", "ws", "file", "data") for host in hosts
    }
    hosts, origins = hosts - allowed, origins - {f"http://{HOST}"}
    assert len(hosts) > 1_000
    assert len(origins) > 5_000
    targets: list[tuple[str, Any]] = [*STATE, ("/", None), *((path, None) for path in READ)]
    for given, status, values in (("host", 421, hosts), ("origin", 403, origins)):
        for (path, body), value in zip(itertools.cycle(targets), sorted(values), strict=False):
            answer = asked(app, path, body, headers(**{given: value}))
            assert (answer.status, KEY.encode() in answer.body) == (status, False), (path, given, value)
    assert tree(tmp_path) == before


@pytest.mark.parametrize("host", [host for host in HOSTS if host is not None])
def test_the_page_with_its_token_goes_to_no_other_host(app: Any, host: str) -> None:
    answer = asked(app, "/", given=headers(host=host, sec_fetch_site="none", sec_fetch_mode="navigate"))
    assert (answer.status, KEY.encode() in answer.body) == (421, False)


@pytest.mark.medium
def test_another_site_may_lead_to_the_lab_but_not_embed_it(app: Any) -> None:
    led = {"sec_fetch_site": "cross-site", "x_convscope_token": None, "sec_fetch_dest": "document"}
    for dest in ("iframe", "frame", "object", "embed", "empty", None):
        framed = headers(**{**led, "sec_fetch_dest": dest}, sec_fetch_mode="navigate")
        assert asked(app, "/", given=framed).status == 403
    assert asked(app, "/", given=headers(**led, sec_fetch_mode="navigate")).status == 403  # without the token
    assert asked(app, f"/?token={KEY}", given=headers(**led, sec_fetch_mode="navigate")).status == 200
    for mode in ("no-cors", "cors", "same-origin", "websocket", "nested-navigate", None):
        assert asked(app, "/", given=headers(**led, sec_fetch_mode=mode)).status == 403
    assert asked(app, "/runs/one/look", given=headers(**led, sec_fetch_mode="navigate")).status == 403


@pytest.mark.parametrize("name", ["host", "origin", "x-convscope-token", "sec-fetch-site", "content-type"])
def test_a_header_that_decides_may_not_come_twice(app: Any, name: str) -> None:
    good = {
        "host": HOST,
        "origin": f"http://{HOST}",
        "x-convscope-token": KEY,
        "sec-fetch-site": "same-origin",
        "content-type": "application/json",
    }
    answer = asked(
        app, "/api/describe", {"formula": "fc"}, [*headers(origin=good["origin"]), (name.encode(), good[name].encode())]
    )
    assert answer.status == 400


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "HEAD", "TRACE", "CONNECT", "get", "PROPFIND"])
def test_other_methods_are_refused(app: Any, method: str) -> None:
    answer = asked(app, "/api/runs", method=method)
    assert answer.status == 405
    assert not [name for name, _ in answer.headers if name.lower().startswith(b"access-control")]


def test_every_answer_is_dressed(app: Any) -> None:
    for path, given in (("/", None), ("/api/offer", None), ("/nothing", None), ("/api/offer", headers(host="evil"))):
        answer = asked(app, path, given=given)
        assert answer.header("x-content-type-options") == "nosniff"
        assert answer.header("referrer-policy") == "no-referrer"
        policy = answer.header("content-security-policy") or ""
        assert "frame-ancestors 'none'" in policy
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy.replace("'wasm-unsafe-eval'", "", int(path == "/"))
        assert not [name for name, _ in answer.headers if name.lower().startswith(b"access-control")]


def test_a_bug_shows_no_traceback(
    app: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError(f"secret at {tmp_path}")

    monkeypatch.setattr("convscope.lab.catalogue.Catalogue.offer", broken)
    answer = asked(app, "/api/offer")
    assert answer.status == 500
    assert b"secret" not in answer.body
    assert b"Traceback" not in answer.body
    assert "secret" in capsys.readouterr().err


def test_nothing_is_read_without_the_token(tmp_path: Path) -> None:
    app = lab(tmp_path).application()
    bare = headers(x_convscope_token=None)
    assert asked(app, "/", given=bare).status == 403
    assert asked(app, f"/?token={KEY}x", given=bare).status == 403
    assert asked(app, "/runs/one/look", given=bare).status == 403
    opened = asked(app, f"/?token={KEY}", given=bare)
    assert opened.status == 200
    cookie = opened.header("set-cookie") or ""
    assert "HttpOnly" in cookie
    assert "samesite=strict" in cookie.lower()
    assert "path=/runs" in cookie.lower()
    assert KEY not in cookie
    assert asked(app, "/", given=headers(x_convscope_token=None, cookie=cookie.split(";")[0])).status == 403
    # The cookie opens pages only: whatever changes state needs the header, which no other page can send.
    assert asked(app, "/api/runs", {}, headers(x_convscope_token=None, cookie=cookie.split(";")[0])).status == 403
