"""A server on a real port and a process of its own: how it begins, and that its end loses nothing."""

from __future__ import annotations

import http.client
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from unittest import mock

import pytest

from convscope.cli.main import main
from convscope.errors import EnvironmentFault, UsageError
from convscope.explain.look import SLIDES
from convscope.serve.limits import Limits
from convscope.serve.server import serve
from convscope.web.server import Server
from tests.serve.serving import DIGITS, TOKEN, model, png, served, service

ROOT = Path(__file__).parents[2]


def posted(port: int, answers: list[int], pictures: int = 1) -> None:
    one = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    shape = ",".join(map(str, DIGITS[:pictures].shape))
    headers = {"content-type": "application/octet-stream", "x-convscope-shape": shape}
    one.request("POST", "/predict", DIGITS[:pictures].tobytes(), headers)
    answers.append(one.getresponse().status)
    one.close()


@pytest.mark.medium
def test_many_at_once_are_all_answered() -> None:
    with service() as made, served(made) as (_, port):
        answers: list[int] = []
        threads = [threading.Thread(target=posted, args=(port, answers, 1 + n % 40)) for n in range(48)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert answers == [200] * 48
        assert made.answering.waiting == 0


@pytest.mark.medium
def test_at_its_end_what_is_in_the_queue_is_answered() -> None:
    with service() as made, served(made) as (server, port):
        go, own = threading.Event(), made.answering._batcher._predictor.answers
        with mock.patch.object(
            made.answering._batcher._predictor, "answers", lambda pictures: go.wait(20) and own(pictures)
        ):
            answers: list[int] = []
            threads = [threading.Thread(target=posted, args=(port, answers)) for _ in range(6)]
            for thread in threads:
                thread.start()
            while made.answering.waiting < 6:
                time.sleep(0.01)
            server.should_exit = True
            time.sleep(0.5)  # the socket is closed meanwhile
            with pytest.raises(OSError, match="refused"):
                socket.create_connection(("127.0.0.1", port), 5)
            go.set()
            for thread in threads:
                thread.join()
        assert answers == [200] * 6


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_command(tmp_path: Path, number: int) -> None:
    token = tmp_path / "token"
    token.write_text(TOKEN)
    line = [sys.executable, "-m", "convscope", "serve", str(SLIDES), "--port", "0", "--token-file", str(token)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stdout is not None
        port = int(re.findall(r"^http://127\.0\.0\.1:(\d+)/$", process.stdout.readline().strip())[0])
        one = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        for given, wanted in (({}, 401), ({"authorization": f"Bearer {TOKEN}"}, 200)):
            one.request("POST", "/predict", png(DIGITS[0, 0]), {"content-type": "image/png", **given})
            answer = one.getresponse()
            answer.read()
            assert answer.status == wanted
            one.close()
        process.send_signal(number)
        assert process.wait(30) == 0
        assert process.stderr is not None
        assert "Traceback" not in process.stderr.read()


def test_others_may_ask_only_where_that_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Server, "run", lambda *_, **__: None)
    said: list[str] = []
    with pytest.raises(UsageError, match="without a token"):
        serve(model(), 0, "0.0.0.0", None, False, Limits(), said.append)
    for token, anybody in ((TOKEN, False), (None, True)):
        serve(model(), 0, "0.0.0.0", token, anybody, Limits(), said.append)
    assert len(said) == 2
    assert said[0].startswith("http://0.0.0.0:")


def test_a_port_that_is_taken_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other, pytest.raises(EnvironmentFault, match="port is taken"):
        serve(model(), other.getsockname()[1], None, None, False, Limits(), lambda address: None)


def test_the_command_refuses_in_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    token = tmp_path / "token"
    token.write_text(TOKEN)
    for words, code, says in (
        (["--no-token", "--token-file", str(token)], 2, "one or the other"),
        (["--queue", "5"], 2, "--queue"),
        (["--token-file", str(tmp_path / "none")], 3, "cannot be read"),
        (["--classes", "names.txt"], 2, "classes"),
        (["--batch", "1000"], 2, "--batch"),
        (["--port", "99999"], 2, "port"),
    ):
        assert main(["serve", str(SLIDES), "--port", "0", *words]) == code, words
        assert says in capsys.readouterr().err
