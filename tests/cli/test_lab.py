"""`convscope lab`: what it prints, how it ends, what it refuses, and that trainings outlive it."""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from convscope.cli.main import main
from convscope.cli.parser import verb_parser
from convscope.lab import server
from convscope.runs.directory import ask_to_stop, in_use
from convscope.web.listening import listening
from tests.lab.rundirs import run_dir, step

HINT = "Ctrl-C stops the lab; trainings go on\n"


class Started:
    """A lab of its own process, asked as its page asks."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        assert process.stdout is not None
        self.address = process.stdout.readline().strip()
        found = re.fullmatch(r"http://127\.0\.0\.1:(\d+)(/\?token=[\w-]+)", self.address)
        assert found, self.address
        self.port = int(found[1])
        page = self.ask(found[2]).decode()
        token = re.search(r'"token":\s*"([\w-]+)"', page)
        assert token
        self.token = token[1]

    def ask(self, path: str, body: Any = None) -> bytes:
        made = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        given = {"Content-Type": "application/json", "X-Convscope-Token": getattr(self, "token", "")}
        made.request("GET" if body is None else "POST", path, None if body is None else json.dumps(body), given)
        answer = made.getresponse()
        got = answer.read()
        made.close()
        assert answer.status in (200, 201), got
        return got

    def end(self, number: int = signal.SIGINT) -> tuple[int, str, str]:
        """End it; return its exit code and what it had still to say."""
        self.process.send_signal(number)
        out, err = self.process.communicate(timeout=30)
        return self.process.returncode, out, err


@contextmanager
def lab(folder: Path, *words: str) -> Iterator[Started]:
    command = [sys.executable, "-m", "convscope", "lab", "--port", "0", "--runs", str(folder / "runs"), *words]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        yield Started(process)
    finally:
        process.kill()
        process.communicate()


def until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not true():
        assert time.monotonic() < end, "never came true"
        time.sleep(0.05)


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, pytest.param(signal.SIGTERM, marks=pytest.mark.long)])
def test_one_signal_ends_it_quietly_even_while_pages_follow(tmp_path: Path, number: int) -> None:
    with lab(tmp_path) as started:
        with socket.create_connection(("127.0.0.1", started.port)) as page:
            page.sendall(
                (
                    f"GET /api/events HTTP/1.1\r\nHost: 127.0.0.1:{started.port}\r\nX-Convscope-Token: "
                    f"{started.token}\r\n"
                    f"\r\n"
                ).encode()
            )
            assert b"200 OK" in page.recv(64)
            assert started.end(number) == (0, "", HINT)
        assert (tmp_path / "runs").is_dir()


@pytest.mark.slow
def test_a_training_goes_on_without_the_lab_and_the_next_lab_finds_it(tmp_path: Path) -> None:
    with lab(tmp_path) as first:
        wanted = {"data": "mnist", "formula": "conv(2, 5, stride=4) + relu + fc", "epochs": 1_000}
        id = json.loads(first.ask("/api/runs", wanted))["id"]
        path = tmp_path / "runs" / id
        until(lambda: json.loads(first.ask(f"/api/runs/{id}"))["state"] == "running")
        first.process.send_signal(signal.SIGINT)
        assert first.process.wait(30) == 0
    try:
        log = path / "log.jsonl"
        before = log.stat().st_size if log.exists() else 0
        until(lambda: log.exists() and log.stat().st_size > before)
        with lab(tmp_path) as second:
            assert second.token == first.token
            assert json.loads(second.ask("/api/runs"))["runs"][0]["state"] == "running"
            second.ask(f"/api/runs/{id}/stop", {})
            until(lambda: json.loads(second.ask(f"/api/runs/{id}"))["state"] == "stopped")
    finally:
        if path.exists():
            ask_to_stop(path)
            until(lambda: not in_use(path))


@pytest.mark.slow
def test_with_a_host_the_address_carries_the_token(tmp_path: Path) -> None:
    token = "A-good_token-0123456789"
    command = [
        sys.executable,
        "-m",
        "convscope",
        "lab",
        "--port",
        "0",
        "--runs",
        str(tmp_path),
        "--host",
        "127.0.0.1",
        "--token",
        token,
    ]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        address = process.stdout.readline().strip()
        assert re.fullmatch(rf"http://127\.0\.0\.1:\d+/\?token={token}", address)
        made = http.client.HTTPConnection("127.0.0.1", int(address.split(":")[2].split("/")[0]), timeout=30)
        made.request("GET", "/")
        refused = made.getresponse()
        assert (refused.status, token.encode() in refused.read()) == (403, False)
        made.request("GET", f"/?token={token}")
        page = made.getresponse()
        assert (page.status, token.encode() in page.read()) == (200, True)
        made.close()
    finally:
        process.kill()
        process.communicate()


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (["--port", "99999999"], 2, "no such port, got 99999999"),
        (["--port", "-1"], 2, "no such port"),
        (["--port", "x"], 2, "invalid int value"),
        (["--host", "192.0.2.1"], 4, "cannot listen there"),
        (["--token", "a" * 20], 2, "--token goes with --host"),
        (["--host", "192.0.2.1", "--token", "short"], 2, "the token is too short, too long or has other characters"),
        (["--host", "0", "--token", "a" * 20], 2, "--host is the name or address"),
        (["--host", "192.0.2.1", "--token", "a" * 20], 4, "cannot listen there"),
        (["--host", "no-such-name.invalid", "--token", "a" * 20], 2, "cannot be resolved"),
        (["--roots", "nowhere"], 2, "no such folder, got nowhere"),
        (["--run", "runs/x"], 2, "--run goes with --build"),
        (["--build", "site", "--run", "nowhere"], 3, "no finished run is here"),
        (["--build", "."], 3, "holds something else"),
        (["--runs", "file"], 3, "cannot be written"),
        (["extra"], 2, "unrecognized arguments"),
    ],
)
def test_what_is_refused_says_why_and_serves_nothing(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    words: list[str],
    code: int,
    says: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(server.Server, "run", lambda *_, **__: pytest.fail("it serves"))
    (tmp_path / "file").write_text("")
    try:
        got = main(["lab", *words])
    except SystemExit as end:
        got = int(end.code or 0)
    out, err = capsys.readouterr()
    assert (got, out) == (code, "")
    assert says in err
    assert "Traceback" not in err
    assert not (tmp_path / "site").exists()


def test_a_taken_port_is_named_with_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    with listening("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
        assert main(["lab", "--port", str(port)]) == 4
    out, err = capsys.readouterr()
    assert (out, err) == (
        "",
        f"this port is taken, got 127.0.0.1:{port}\ntry: --port {port + 1}, or close the lab that has it\n",
    )


def test_only_the_owner_can_read_the_way_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    modes: list[int] = []

    def look(address: str, door: Path) -> None:
        modes.extend(path.stat().st_mode & 0o777 for path in (door.parent, door))
        assert address in door.read_text()

    monkeypatch.setattr(server.Server, "run", lambda *_, **__: None)
    before = os.umask(0)
    try:
        server.serve(tmp_path / "runs", [], 0, None, None, look)
    finally:
        os.umask(before)
    assert modes == [0o700, 0o600]


def test_a_second_lab_on_one_folder_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    runs = str(tmp_path / "runs")
    again: list[int] = []
    monkeypatch.setattr(
        server.Server, "run", lambda *_, **__: again.append(main(["lab", "--port", "0", "--runs", runs]))
    )
    server.serve(Path(runs), [], 0, None, None, lambda address, door: None)
    assert again == [4]
    assert "another lab works in this folder" in capsys.readouterr().err
    monkeypatch.setattr(server.Server, "run", lambda *_, **__: None)
    assert main(["lab", "--port", "0", "--runs", runs]) == 0


@pytest.mark.parametrize("there", [True, False])
def test_open_asks_for_a_browser_and_says_where_there_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], there: bool
) -> None:
    monkeypatch.chdir(tmp_path)
    opened: list[str] = []
    monkeypatch.setattr(server.Server, "run", lambda *_, **__: None)
    monkeypatch.setattr("webbrowser.open", lambda address: opened.append(address) or there)
    assert main(["lab", "--port", "0", "--open"]) == 0
    out, err = capsys.readouterr()
    door = tmp_path / "runs" / ".lab" / "open.html"
    assert (opened, door.exists()) == ([door.as_uri()], False)  # it goes when the lab does
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+/\?token=[\w-]{43}\n", out)
    assert err == HINT + ("" if there else "no browser was found here: open the address in one yourself\n")


def test_build_prints_the_first_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run = run_dir(tmp_path, "one", [step(1)], finished=True)
    asked: list[tuple[Path, Path | None]] = []
    monkeypatch.setattr(
        "convscope.lab.static_site.write_site", lambda folder, run: asked.append((folder, run)) or folder / "index.html"
    )
    assert main(["lab", "--build", str(tmp_path / "site"), "--run", str(run)]) == 0
    assert main(["lab", "--build", str(tmp_path / "site")]) == 0
    assert asked == [(tmp_path / "site", run), (tmp_path / "site", None)]
    assert capsys.readouterr().out == f"{tmp_path / 'site' / 'index.html'}\n" * 2


def test_the_defaults_are_the_documented_ones() -> None:
    args = verb_parser("lab").parse_args([])
    assert (args.port, args.runs, args.roots, args.open, args.host, args.token, args.build, args.shown) == (
        8765,
        "runs",
        [],
        False,
        None,
        None,
        None,
        None,
    )
