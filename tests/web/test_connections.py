"""A crowd of connections that ask nothing, half a head, or never read: whoever asks is answered meanwhile."""

from __future__ import annotations

import socket
import time
from pathlib import Path

import pytest

from convscope.web import connections
from convscope.web.connections import MOST, Crowd, most_connections
from convscope.web.listening import listening
from tests.lab.asking import KEY
from tests.lab.serving import said, served, statuses

OWN = b"Host: 127.0.0.1:{port}\r\nX-Convscope-Token: " + KEY.encode() + b"\r\n"
ASK = b"GET /api/offer HTTP/1.1\r\n" + OWN + b"Connection: close\r\n\r\n"


class Silent:
    """A connection that only counts."""

    def __init__(self, crowd: Crowd) -> None:
        self.crowd, self.dropped, self.waits = crowd, False, 0

    def drop(self) -> None:
        self.crowd.left(self)  # type: ignore[arg-type]
        self.dropped = True

    def unread(self) -> int:
        return self.waits


def test_of_too_many_the_oldest_that_asks_nothing_goes() -> None:
    crowd = Crowd(3)
    a, b, c, d, e = (Silent(crowd) for _ in range(5))
    for one in (a, b, c):
        crowd.entered(one)  # type: ignore[arg-type]
    crowd.asked(a)  # type: ignore[arg-type]
    crowd.entered(d)  # type: ignore[arg-type]
    assert [one.dropped for one in (a, b, c, d)] == [False, True, False, False]
    crowd.answered(a)  # type: ignore[arg-type]
    crowd.entered(e)  # type: ignore[arg-type]
    assert [one.dropped for one in (a, c, d, e)] == [False, True, False, False]
    for one in (a, d, e):
        assert not crowd.full
        crowd.asked(one)  # type: ignore[arg-type]
    assert crowd.full
    crowd.entered(c)  # type: ignore[arg-type]
    assert not e.dropped  # all are being answered


def test_one_that_has_its_answer_still_to_read_has_longer(monkeypatch: pytest.MonkeyPatch) -> None:
    crowd = Crowd(9)
    silent, reading = Silent(crowd), Silent(crowd)
    reading.waits = 1
    monkeypatch.setattr(connections, "SECONDS", -1)
    for one in (silent, reading):
        crowd.entered(one)  # type: ignore[arg-type]
    crowd.drop_old()
    assert (silent.dropped, reading.dropped) == (True, False)
    monkeypatch.setattr(connections, "UNREAD_SECONDS", -1)
    crowd.drop_old()
    assert reading.dropped


def test_fewer_files_are_fewer_connections() -> None:
    resource = pytest.importorskip("resource")
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (256, before[1]))
        assert most_connections() == 64
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)
    assert most_connections() <= MOST


@pytest.mark.medium
def test_a_second_request_that_never_ends_is_closed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "SECONDS", 0.3)
    with served(tmp_path) as (_, port):
        first = b"GET /api/offer HTTP/1.1\r\n" + OWN + b"\r\n"
        assert statuses(said(port, first, b"GET /api/off", pause=0.1)) == [200]  # it reads until the server closes


@pytest.mark.medium
def test_an_answer_that_nobody_reads_is_not_kept_for_ever(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "SECONDS", 0.3)
    monkeypatch.setattr(connections, "UNREAD_SECONDS", 0.3)
    with served(tmp_path) as (_, port), socket.socket() as one:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        one.settimeout(20)
        one.connect(("127.0.0.1", port))
        page = b"GET /?token=" + KEY.encode() + b" HTTP/1.1\r\n" + OWN + b"\r\n"
        one.sendall(10 * page.replace(b"{port}", b"%d" % port))
        time.sleep(2)
        got = 0
        with pytest.raises(ConnectionResetError):
            while True:
                part = one.recv(65_536)
                got += len(part)
                if not part:
                    raise ConnectionResetError
        assert got < 15_000_000  # of 30 MB


@pytest.mark.medium
def test_in_a_flood_whoever_asks_is_answered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "MOST", 16)
    monkeypatch.setattr(connections, "ACCEPTED", 4)
    with served(tmp_path) as (_, port):
        held = [socket.create_connection(("127.0.0.1", port), timeout=20) for _ in range(100)]
        for one in held[::2]:
            one.settimeout(20)
            try:
                one.sendall(b"GET / HTT")
            except OSError:  # it was closed already
                continue
        for _ in range(10):
            assert statuses(said(port, ASK)) == [200]
        for one in held:
            one.close()


@pytest.mark.medium
def test_what_is_no_http_after_an_answer_has_begun_is_broken_off(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with served(tmp_path) as (lab, port), socket.create_connection(("127.0.0.1", port), timeout=20) as one:
        head = b"GET /api/events HTTP/1.1\r\nTransfer-Encoding: chunked\r\n" + OWN + b"\r\n"
        one.sendall(head.replace(b"{port}", b"%d" % port))
        while b"event: runs" not in one.recv(65_536):
            continue
        one.sendall(b"zz\r\n")
        with pytest.raises(ConnectionResetError):
            while one.recv(65_536):
                continue
            raise ConnectionResetError
        assert lab.streams <= 1
    assert caplog.records == []  # asyncio would tell of a traceback


@pytest.mark.medium
def test_an_answer_that_comes_after_its_request_was_refused_is_not_sent(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    head = b"GET /api/nothing HTTP/1.1\r\nTransfer-Encoding: chunked\r\n" + OWN + b"\r\n"
    with served(tmp_path) as (_, port):
        assert statuses(said(port, head + b"zz\r\n")) == [400]
        assert statuses(said(port, ASK)) == [200]
        assert statuses(said(port, ASK)) == [200]
    assert capfd.readouterr().err == ""


def test_answers_do_not_wait_for_an_acknowledgement() -> None:
    with listening("127.0.0.1", 0) as bound:
        assert bound.proto == socket.IPPROTO_TCP  # else asyncio leaves Nagle's algorithm on: 40 ms an answer
