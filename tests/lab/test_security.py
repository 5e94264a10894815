"""Nobody but the lab's own page changes anything or reads a byte: a matrix of hostile Host, Origin, token and path
values.
"""

from __future__ import annotations

import itertools
import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from convscope.lab.security import MOST_BODY
from convscope.web.error_json import without_paths
from tests.lab.asking import CANARY, HOST, KEY, asked, headers, lab

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


@pytest.fixture
def app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Return the guarded application; a process that it starts fails the test."""

    def never(*_: object, **__: object) -> None:
        raise AssertionError("a process was started")

    monkeypatch.setattr(subprocess, "Popen", never)
    made = lab(tmp_path)
    run = tmp_path / "runs" / "one"
    run.mkdir()
    (run / "run.json").write_text("{}")
    return made.application()


def tree(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


def test_the_pages_own_questions_are_answered(app: Any) -> None:
    assert asked(app, "/api/describe", {"formula": "slides"}).json()["description"]["parameters"] == 274_570
    assert asked(app, "/api/offer", given=headers(origin=f"http://{HOST}")).status == 200
    assert asked(app, f"/?token={KEY}", given=headers(x_convscope_token=None)).status == 200


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


@pytest.mark.parametrize(
    "kind",
    [
        None,
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/jsonp",
        "",
    ],
)
def test_what_a_form_can_send_is_refused(app: Any, kind: str | None) -> None:
    assert asked(app, "/api/describe", {"formula": "fc"}, headers(content_type=kind)).status == 415


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


UP = (
    "..",
    "%2e%2e",
    "..%2f..",
    "%2e%2e%2f%2e%2e",
    "....//",
    "..\\..",
    "..%5c..",
    "%252e%252e",
    "..;",
    ".",
    "%00",
    "..%00",
    "%c0%ae%c0%ae",
    "．．",
    "/",
    "//",
)
THINGS = (
    "canary.txt",
    "etc/passwd",
    "run.json",
    "%2fetc%2fpasswd",
    "C:\\canary.txt",
    "link",
    "link/canary.txt",
    "~/canary.txt",
    "",
    "one/../../canary.txt",
)


@pytest.mark.slow
def test_no_path_leads_out(app: Any, tmp_path: Path) -> None:
    (tmp_path / "runs" / "link").symlink_to(tmp_path)
    (tmp_path / "data" / "link").symlink_to(tmp_path)
    (tmp_path / "run.json").write_text(f'{{"format": "convscope.run/1", "formula": "{CANARY}"}}')
    before, count = tree(tmp_path), 0
    ids = (
        [f"{a}/{b}" for a in UP for b in THINGS]
        + [f"{a}{s}{a}/{b}" for a in UP[:9] for s in ("/", "%2f") for b in THINGS]
        + list(UP)
        + list(THINGS)
    )
    for id in ids:
        targets = [(f"/api/runs/{id}{end}", None) for end in ("", "/network", "/events")] + [
            (f"/runs/{id}/look", None),
            (f"/{id}", None),
            (f"/runs/{id}", None),
        ]
        targets += [(f"/api/runs/{id}/{verb}", {}) for verb in ("stop", "resume")]
        targets += [
            ("/api/describe", {"formula": "fc", "data": data}) for data in (id, f"folder/0/{id}", f"folder/{id}")
        ]
        targets += [("/api/runs", {"data": data}) for data in (id, f"folder/0/{id}")]
        for path, body in targets:
            answer = asked(app, path, body)
            count += 1
            assert CANARY.encode() not in answer.body, path
            assert str(tmp_path).encode() not in answer.body, path
            if answer.status == 200 and not (answer.header("content-type") or "").startswith("text/html"):
                # an id that comes out empty is a list; a formula's error and a link are answered as such
                told = json.loads(answer.body.decode().split("\n\n")[0].removeprefix("event: run\ndata: "))
                assert "runs" in told or told.get("fault") or told.get("state") == "damaged", (path, body)
    assert count > 3000
    assert tree(tmp_path) == before


@pytest.mark.slow
def test_thousands_of_paths_lead_nowhere(app: Any, tmp_path: Path) -> None:
    (tmp_path / "runs" / "link").symlink_to(tmp_path)
    before = tree(tmp_path)
    separators = ("/", "%2f", "\\", "%5c")
    paths = {f"{a}{s}{b}{s}{c}" for a in ("one", *UP) for s in separators for b in UP for c in THINGS}
    assert len(paths) > 5_000
    shapes = (
        "/{}",
        "/runs/{}",
        "/runs/{}/look",
        "/api/{}",
        "/api/runs/{}",
        "/api/runs/{}/network",
        "/api/runs/{}/events",
        "/api/runs/{}/stop",
    )
    for shape, path in zip(itertools.cycle(shapes), sorted(paths), strict=False):
        answer = asked(app, shape.format(path), {} if shape.endswith("stop") else None)
        assert answer.status == 404, (shape, path)
        assert CANARY.encode() not in answer.body
        assert str(tmp_path).encode() not in answer.body
    assert tree(tmp_path) == before


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"null",
        b"{",
        b"\xff\xfe",
        b'{"formula": 1}',
        b'{"formula": "fc", "data": []}',
        b'{"formula": "fc", "size": 1e9}',
        b'{"formula": "fc", "size": true}',
        b"[" * 50_000,
    ],
    ids=lambda body: repr(body[:20]),
)
def test_malformed_bodies_are_the_clients_error(app: Any, body: bytes) -> None:
    assert asked(app, "/api/describe", body).status == 400


@pytest.mark.parametrize(
    "wanted",
    [
        {"data": "mnist", "out": "/tmp/x"},
        {"recipe": "--out=/tmp/x"},
        {"formula": "--out=/tmp/x"},
        {"formula": ["fc"]},
        {"epochs": "1; rm"},
        {"epochs": -1},
        {"epochs": True},
        {"epochs": 1e308 * 10},
        {"epochs": 10**400},
        {"epochs": -(10**400)},
        {"seed": -1},
        {"seed": 1.5},
        {"val": "x"},
        {"data": "--resume=x"},
        {"data": "/etc"},
        {"data": "folder/9"},
        {"formula": "conv(1, 99) + fc"},
        {"data": "folder/0/--out"},
        {"data": "mnist\0"},
        {"recipe": "slides\n"},
    ],
    ids=str,
)
def test_no_training_but_what_was_offered(app: Any, tmp_path: Path, wanted: dict[str, Any]) -> None:
    before = tree(tmp_path)
    assert asked(app, "/api/runs", json.dumps(wanted).encode()).status == 400
    assert tree(tmp_path) == before


def test_a_body_has_its_limit_in_one_piece_and_in_many(app: Any) -> None:
    for pieces in (1, 50):
        assert asked(app, "/api/describe", b" " * (MOST_BODY + 1), pieces=pieces).status == 413
    fitting = json.dumps({"formula": "fc"}).encode().ljust(MOST_BODY)
    assert asked(app, "/api/describe", fitting, pieces=50).status == 200


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


def test_paths_are_cut_to_their_last_name() -> None:
    assert without_paths("/home/me/cats/a.png: cannot be read") == "a.png: cannot be read"
    assert without_paths("try: --resume /tmp/x/y") == "try: --resume y"
    assert without_paths("3/4 of it, and 1 / 2") == "3/4 of it, and 1 / 2"
