"""The lab's server spoken to with plain sockets: what no browser would send, and what never ends."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from convscope.errors import EnvironmentFault, InputError, UsageError
from convscope.lab import security
from convscope.lab.app import STREAMS
from convscope.lab.server import serve
from convscope.runs.directory import Run
from convscope.web import connections
from convscope.web.listening import check, listening
from convscope.web.server import MOST_HEAD
from tests.lab.asking import CANARY, KEY
from tests.lab.rundirs import run_dir, step
from tests.lab.serving import said, served, statuses

HOST = b"Host: 127.0.0.1:{port}\r\n"
OWN = HOST + b"X-Convscope-Token: " + KEY.encode() + b"\r\n"
JSON = b"Content-Type: application/json\r\n"
END = b"Connection: close\r\n\r\n"
SHORT = 0.3  # seconds, in place of the real limits


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(connections, "SECONDS", SHORT)
        patch.setattr(security, "BODY_SECONDS", SHORT)
        with served(tmp_path_factory.mktemp("lab")) as (_, number):
            yield number


def test_the_page_comes_dressed_and_without_a_name_of_the_server(port: int) -> None:
    path = b"/?token=" + KEY.encode()
    head, _, body = said(port, b"GET " + path + b" HTTP/1.1\r\n" + HOST + END).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200 ")
    assert KEY.encode() in body
    lines = {line.split(b":")[0].lower() for line in head.splitlines()[1:]}
    assert {
        b"content-security-policy",
        b"x-content-type-options",
        b"x-frame-options",
        b"cross-origin-opener-policy",
    } <= lines
    assert not {b"server", b"access-control-allow-origin"} & lines


@pytest.mark.parametrize(
    ("request_", "wanted"),
    [
        (b"GET /api/offer HTTP/1.1\r\n" + OWN + END, [200]),
        (b"GET /api/offer HTTP/1.0\r\n" + OWN + b"\r\n", [200]),
        (b"GET /api/offer HTTP/1.0\r\nX-Convscope-Token: " + KEY.encode() + b"\r\n\r\n", [421]),
        (b"GET / HTTP/1.0\r\n\r\n", [421]),
        (b"GET / HTTP/1.1\r\n" + END, [400]),
        (b"GET / HTTP/0.9\r\n" + END, [421]),
        (b"GET /\r\n\r\n", [400]),
        (b"GET / HTTP/1.1\r\n" + HOST + HOST + END, [400]),
        (b"GET / HTTP/1.1\r\n" + HOST + b"Host: evil.test\r\n" + END, [400]),
        (b"GET / HTTP/1.1\r\nHost: evil.test\r\n" + HOST + END, [400]),
        (b"GET / HTTP/1.1\r\nHost: evil.test:{port}\r\n" + END, [421]),
        (b"GET / HTTP/1.1\r\nHost : 127.0.0.1:{port}\r\n" + END, [400]),
        (b"GET / HTTP/1.1\r\n Host: 127.0.0.1:{port}\r\n" + END, [400]),
        (b"GET http://127.0.0.1:{port}/api/offer HTTP/1.1\r\n" + OWN + END, [404]),
        (b"GET http://evil.test/ HTTP/1.1\r\n" + HOST + END, [403]),
        (b"GET http://evil.test/ HTTP/1.1\r\n" + OWN + END, [404]),
        (b"GET http://evil.test/ HTTP/1.1\r\nHost: evil.test\r\n" + END, [421]),
        (b"GET //api/runs HTTP/1.1\r\n" + HOST + END, [403]),
        (b"GET //api/runs HTTP/1.1\r\n" + OWN + END, [404]),
        (b"GET /%2e%2e/canary.txt HTTP/1.1\r\n" + HOST + END, [403]),
        (b"GET /%2e%2e/canary.txt HTTP/1.1\r\n" + OWN + END, [404]),
        (b"GET /../canary.txt HTTP/1.1\r\n" + HOST + END, [403]),
        (b"GET /../canary.txt HTTP/1.1\r\n" + OWN + END, [404]),
        (b"GET ../canary.txt HTTP/1.1\r\n" + HOST + END, [403]),
        (b"GET ../canary.txt HTTP/1.1\r\n" + OWN + END, [404]),
        (b"GET \\..\\canary.txt HTTP/1.1\r\n" + HOST + END, [403]),
        (b"GET \\..\\canary.txt HTTP/1.1\r\n" + OWN + END, [404]),
        (b"GET /\x00 HTTP/1.1\r\n" + HOST + END, [400]),
        (b"GET /\xff\xfe HTTP/1.1\r\n" + HOST + END, [400]),
        (b"GET / HTTP/1.1\r\nHost: 127.0.0.1:{port}\x00\r\n" + END, [400]),
        (b"CONNECT evil.test:80 HTTP/1.1\r\n" + HOST + END, [405]),
        (
            b"OPTIONS * HTTP/1.1\r\n"
            + OWN
            + b"Origin: http://evil.test\r\nAccess-Control-Request-Method: POST\r\n"
            + END,
            [405],
        ),
        (b"TRACE / HTTP/1.1\r\n" + OWN + END, [405]),
        (b"HEAD / HTTP/1.1\r\n" + HOST + END, [405]),
        (b"get /api/offer HTTP/1.1\r\n" + OWN + END, [405]),
        (
            b"POST /api/describe HTTP/1.1\r\n" + OWN + JSON + b"Content-Length: 17\r\n" + END + b'{"formula": "fc"}',
            [200],
        ),
        (
            b"POST /api/describe HTTP/1.1\r\n"
            + OWN
            + JSON
            + b"Transfer-Encoding: chunked\r\n"
            + END
            + b'11\r\n{"formula": "fc"}\r\n0\r\n\r\n',
            [200],
        ),
        (
            b"POST /api/describe HTTP/1.1\r\n" + HOST + JSON + b"Content-Length: 17\r\n" + END + b'{"formula": "fc"}',
            [403],
        ),
        (
            b"POST /api/describe HTTP/1.1\r\n"
            + OWN
            + JSON
            + b"Content-Length: 17\r\nContent-Length: 3\r\n"
            + END
            + b'{"formula": "fc"}',
            [400],
        ),
        (b"POST /api/describe HTTP/1.1\r\n" + OWN + JSON + b"Content-Length: -1\r\n" + END, [400]),
        (b"POST /api/describe HTTP/1.1\r\n" + OWN + JSON + b"Content-Length: 0x11\r\n" + END, [400]),
        (b"POST /api/describe HTTP/1.1\r\n" + OWN + JSON + b"Transfer-Encoding: chunked, gzip\r\n" + END, [400]),
        (b"POST /api/describe HTTP/1.1\r\n" + OWN + JSON + b"Transfer-Encoding: chunked\r\n" + END + b"zz\r\n", [400]),
        (
            b"POST /api/describe HTTP/1.1\r\n" + OWN + JSON + b"Content-Length: 999999999\r\n" + END + b"x" * 70_000,
            [413],
        ),
        (
            b"GET / HTTP/1.1\r\n"
            + HOST
            + (
                b"Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: "
                b"eHh4eHh4eHh4eHh4eHh4eA==\r\nOrigin: http://evil.test\r\n\r\n"
            ),
            [403],
        ),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", [400]),
        (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", [421]),
    ],
)
def test_what_no_browser_sends(port: int, request_: bytes, wanted: list[int]) -> None:
    answer = said(port, request_)
    assert statuses(answer) == wanted, answer[:300]
    assert CANARY.encode() not in answer
    assert b"Traceback" not in answer
    assert wanted == [200] or KEY.encode() not in answer


def test_a_request_hidden_in_anothers_body_is_answered_to_nobody(port: int) -> None:
    hidden = b"GET /api/offer HTTP/1.1\r\n" + OWN + END
    # by one reading the body ends where the hidden request begins
    both = b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n"
    for head in (
        both,
        b"Transfer-Encoding: chunked\r\nContent-Length: 4\r\n",
        b"Transfer-Encoding:\tchunked\r\nContent-Length: 4\r\n",
        b"Transfer-Encoding: xchunked\r\nContent-Length: 4\r\n",
    ):
        answer = said(port, b"POST /api/describe HTTP/1.1\r\n" + OWN + JSON + head + b"\r\n0\r\n\r\n" + hidden)
        assert b'"recipes"' not in answer, head
        assert 200 not in statuses(answer)


def test_pipelined_requests_are_each_checked(port: int) -> None:
    good = b"GET /api/offer HTTP/1.1\r\n" + OWN + b"\r\n"
    bad = b"GET /api/offer HTTP/1.1\r\nHost: evil.test\r\n\r\n"
    last = b"GET /api/offer HTTP/1.1\r\n" + HOST + END
    assert statuses(said(port, good + good + last + good)) == [200, 200, 403]
    assert statuses(said(port, good + bad + good)) == [200, 421]  # after a refusal nothing more is read


def test_a_head_has_its_limit(port: int) -> None:
    fits = b"X-Long: " + b"x" * (MOST_HEAD // 2) + b"\r\n"
    assert statuses(said(port, b"GET /api/offer HTTP/1.1\r\n" + OWN + fits + END)) == [200]
    for long in (b"X-Long: " + b"x" * 50 * MOST_HEAD, b"".join(b"X-%d: y\r\n" % n for n in range(200_000))):
        answer = said(port, b"GET / HTTP/1.1\r\n" + HOST + long + b"\r\n" + END)
        assert statuses(answer) in ([400], [431], [])
        assert KEY.encode() not in answer
    assert statuses(said(port, b"GET /" + b"a" * 50 * MOST_HEAD + b" HTTP/1.1\r\n" + HOST + END)) in ([400], [])


@pytest.mark.medium
def test_an_answered_connection_that_asks_nothing_more_is_closed(port: int) -> None:
    kept = said(port, b"GET /api/offer HTTP/1.1\r\n" + OWN + b"\r\n")  # it reads until the server closes
    assert statuses(kept) == [200]


def test_connections_that_ask_nothing_lock_nobody_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "MOST", 8)
    ask = b"GET /api/offer HTTP/1.1\r\n" + OWN + END
    with served(tmp_path) as (_, port):
        for _ in range(3):
            silent = [socket.create_connection(("127.0.0.1", port), timeout=20) for _ in range(12)]
            for one in silent:
                one.sendall(b"GET / HTT")  # and no more
            wait_for(lambda: statuses(said(port, ask)) == [200])
            for one in silent:
                one.close()


@pytest.mark.medium
def test_a_connection_that_asks_nothing_is_closed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "SECONDS", SHORT)
    with served(tmp_path) as (_, port):
        assert said(port) == b""  # it reads until the server closes
        assert said(port, b"GET /api/off") == b""


def test_beyond_so_many_answers_at_once_the_answer_is_503(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "MOST", 2)
    follow = b"GET /api/events HTTP/1.1\r\n" + OWN + b"\r\n"
    with served(tmp_path) as (lab, port):
        busy = [socket.create_connection(("127.0.0.1", port), timeout=20) for _ in range(2)]
        for one in busy:
            one.sendall(follow.replace(b"{port}", str(port).encode()))
            until(one, b"event: runs")
        assert statuses(said(port, b"GET /api/offer HTTP/1.1\r\n" + OWN + END)) == [503]
        for one in busy:
            one.close()
        wait_for(lambda: lab.streams == 0)


@pytest.mark.medium
def test_a_body_that_never_ends_is_not_waited_for(port: int) -> None:
    head = b"POST /api/describe HTTP/1.1\r\n" + OWN + JSON
    assert statuses(said(port, head + b"Content-Length: 50\r\n\r\n", b'{"formula', pause=0.05)) == [408]
    drops = [b"1\r\n \r\n"] * 40
    assert statuses(said(port, head + b"Transfer-Encoding: chunked\r\n\r\n", *drops, pause=0.02)) == [408]


@pytest.mark.medium
def test_streams_are_counted_and_given_back(tmp_path: Path) -> None:
    with served(tmp_path) as (lab, port):
        run_dir(lab.runs.root, "one", [step(1)])
        ask = (b"GET /api/events HTTP/1.1\r\n" + OWN + b"\r\n").replace(b"{port}", str(port).encode())
        opened = [socket.create_connection(("127.0.0.1", port), timeout=20) for _ in range(STREAMS)]
        for one in opened:
            one.sendall(ask)
            assert b"event: runs" in until(one, b"event: runs")
        assert b"too many pages" in said(port, b"GET /api/events HTTP/1.1\r\n" + OWN + END)
        assert lab.streams == STREAMS
        for one in opened:
            one.close()
        wait_for(lambda: lab.streams == 0)


def test_a_stream_ends_with_its_lab(tmp_path: Path) -> None:
    with served(tmp_path) as (lab, port):
        path = run_dir(lab.runs.root, "one", [step(1)])
        with Run.reopen(path), socket.create_connection(("127.0.0.1", port), timeout=20) as one:
            one.sendall(
                (b"GET /api/runs/one/events HTTP/1.1\r\n" + OWN + b"\r\n").replace(b"{port}", str(port).encode())
            )
            until(one, b"event: line")
            lab.closing = True
            assert until(one, b"0\r\n\r\n").endswith(b"0\r\n\r\n")


def until(one: socket.socket, wanted: bytes) -> bytes:
    got = b""
    while wanted not in got:
        part = one.recv(65_536)
        assert part, got
        got += part
    return got


def wait_for(true: Any) -> None:
    import time

    end = time.monotonic() + 20
    while not true():
        assert time.monotonic() < end
        time.sleep(0.02)


@pytest.mark.parametrize(
    ("host", "token"),
    [
        (None, "a" * 20),
        ("192.168.0.2", "a" * 15),
        ("192.168.0.2", "a" * 129),
        ("192.168.0.2", "a b" * 8),
        ("192.168.0.2", "ä" * 20),
        ("192.168.0.2", ""),
        ("", "a" * 20),
        ("a b", "a" * 20),
        ("a/b", "a" * 20),
        ("a\n", "a" * 20),
        ("a@b", "a" * 20),
        ("h" * 254, "a" * 20),
    ],
)
def test_a_host_and_a_token_go_together_and_make_sense(host: str | None, token: str | None) -> None:
    with pytest.raises(UsageError):
        check(host, token)


def test_what_check_lets_pass() -> None:
    for host in ("192.168.0.2", "my-laptop.local", "fe80::1"):
        check(host, "A-good_token-0123456789")
    check(None, None)
    check("192.168.0.2", None)  # the lab's own token


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "0", "0x0", "00.0.0.0", "0:0::0", "::ffff:0.0.0.0", "224.0.0.1"])
def test_every_address_at_once_is_no_host(host: str) -> None:
    with pytest.raises(UsageError, match="the name or address that browsers use"):
        listening(host, 0)


def test_a_taken_port_and_a_strange_one(tmp_path: Path) -> None:
    with listening("127.0.0.1", 0) as first:
        port = first.getsockname()[1]
        with pytest.raises(EnvironmentFault, match="this port is taken"):
            listening("127.0.0.1", port)
        with pytest.raises(EnvironmentFault, match="this port is taken"):
            serve(tmp_path / "runs", [], port, None, None, lambda *_: pytest.fail("it is not ready"))
    listening("127.0.0.1", port).close()
    for number in (-1, 65_536, 10**9):
        with pytest.raises(UsageError, match="no such port"):
            listening("127.0.0.1", number)
    with pytest.raises(UsageError, match="cannot be resolved"):
        listening("no-such-name.invalid", 0)
    with pytest.raises(EnvironmentFault, match="cannot listen there"):
        listening("192.0.2.1", 0)  # an address for documents only


def test_only_the_loopback_is_listened_on(tmp_path: Path) -> None:
    with listening("127.0.0.1", 0) as bound:
        assert bound.getsockname()[0] == "127.0.0.1"
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="no such folder"):
        serve(tmp_path / "runs", [tmp_path / "file"], 0, None, None, lambda *_: None)
    assert not (tmp_path / "runs").exists()
    with pytest.raises(InputError, match="cannot be written"):
        serve(tmp_path / "file", [], 0, None, None, lambda *_: None)
