"""A hostile page in a real Chromium against a real lab: it changes nothing, and reads no byte of a run or of a file."""

from __future__ import annotations

import functools
import http.server
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from selenium import webdriver
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from convscope.lab.app import Lab
from tests.browser.chromium import chromium
from tests.lab.asking import CANARY, KEY
from tests.lab.rundirs import run_dir, step
from tests.lab.serving import served

pytestmark = pytest.mark.browser
RULES = "--host-resolver-rules=MAP evil.test 127.0.0.1, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"
FORMULA = "conv(7, 3) + relu + fc"


@dataclass
class Answers:
    """Every answer that a lab gave: method, path, what the browser said of the request, status, and its bytes."""

    all: list[tuple[str, str, dict[str, str], int, bytes]] = field(default_factory=list)

    def over(self, app: ASGIApp) -> ASGIApp:
        async def kept(scope: Scope, receive: Receive, send: Send) -> None:
            given = {n.decode("latin-1"): v.decode("latin-1") for n, v in scope.get("headers", [])}
            status, body = 0, b""

            async def send_recorded(message: Message) -> None:
                nonlocal status, body
                status = message.get("status", status)
                body += message.get("body", b"")
                await send(message)

            await app(scope, receive, send_recorded)
            if scope["type"] == "http":
                self.all.append((scope["method"], scope["path"], given, status, body))

        return kept


@dataclass
class Scene:
    browser: webdriver.Chrome
    lab: Lab
    port: int
    answers: Answers
    page: int
    """The hostile page's port."""

    def attack(self, page: str, base: str) -> dict[str, str]:
        """Open a page and let it attack the lab at `base`; return what it read."""
        self.answers.all.clear()
        self.browser.get(page)
        self.browser.set_script_timeout(120)
        script = (Path(__file__).parent / "hostile_page.js").read_text(encoding="utf-8")
        self.browser.execute_script(f"{script}; return 0")
        return dict(
            self.browser.execute_async_script(
                "const done = arguments[2]; window.attack(arguments[0], arguments[1]).then(done)", base, "canary.txt"
            )
        )


@contextmanager
def files(folder: Path) -> Iterator[int]:
    """Serve a folder as any web server does; yield its port."""

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_: Any) -> None:
            return

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=folder)) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server.server_port
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture(scope="module")
def scene(chromium_here: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    folder, web = tmp_path_factory.mktemp("lab"), tmp_path_factory.mktemp("web")
    (web / "index.html").write_text("<!doctype html><title>kittens</title><body>")
    answers = Answers()
    with (
        served(folder, answers.over) as (lab, port),
        files(web) as page,
        chromium(tmp_path_factory.mktemp("profile"), RULES) as browser,
    ):
        run_dir(lab.runs.root, "one", [step(1)], finished=True, formula=FORMULA, classes=[CANARY, "b"])
        yield Scene(browser, lab, port, answers, page)


def tree(folder: Path) -> dict[str, tuple[int, int]]:
    return {str(p.relative_to(folder)): (p.stat().st_size, p.stat().st_mtime_ns) for p in folder.rglob("*")}


@pytest.mark.parametrize(
    ("site", "name"), [("evil.test", "127.0.0.1"), ("127.0.0.1", "127.0.0.1"), ("evil.test", "evil.test")]
)
def test_a_page_elsewhere_changes_nothing_and_reads_nothing(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, site: str, name: str
) -> None:
    monkeypatch.setattr("subprocess.Popen", lambda *_, **__: pytest.fail("a training was started"))
    before = tree(scene.lab.runs.root.parent)
    read = scene.attack(f"http://{site}:{scene.page}/", f"http://{name}:{scene.port}")
    assert len(read) > 150
    answers = " ".join(read.values())
    for secret in (CANARY, KEY, FORMULA, "convscope", "recipes"):
        assert secret not in answers, [attempt for attempt, text in read.items() if secret in text]
    assert {text for attempt, text in read.items() if attempt.startswith("fetch cors")} == {"threw TypeError"}
    assert tree(scene.lab.runs.root.parent) == before
    assert len(scene.answers.all) > 60  # they did arrive
    visits = [answer for answer in scene.answers.all if answer[3] == 200]
    for method, path, given, _, _ in visits:  # a window of its own may be led to the page, and cannot be read
        assert (method, path, given["sec-fetch-dest"], name) == ("GET", "/", "document", "127.0.0.1")
    assert {answer[3] for answer in scene.answers.all} - {200} <= {403, 404, 405, 415, 421}


def test_a_name_that_comes_to_lead_here_is_no_way_in(scene: Scene) -> None:
    """DNS rebinding: to the browser the page and the lab are one origin, so that it may read every answer, and set
    every header.
    """
    before, origin = tree(scene.lab.runs.root.parent), f"http://evil.test:{scene.port}"
    scene.browser.execute_cdp_cmd("Page.setBypassCSP", {"enabled": True})  # the page came from the other server
    try:
        read = scene.attack(f"{origin}/", origin)
    finally:
        scene.browser.execute_cdp_cmd("Page.setBypassCSP", {"enabled": False})
    reached = [text for attempt, text in read.items() if attempt.startswith(("fetch cors", "post cors"))]
    assert len(reached) > 20
    assert {text.split(" ")[0] for text in reached} == {"basic"}  # it does read them: all say the same
    assert all("this address is not the lab's" in text for text in reached)
    for secret in (CANARY, KEY, FORMULA, "recipes"):
        assert secret not in " ".join(read.values())
    assert {answer[3] for answer in scene.answers.all} == {421}
    assert tree(scene.lab.runs.root.parent) == before


def test_the_labs_own_page_gets_in(scene: Scene) -> None:
    """The same browser, the lab's own address: what is refused above is not refused here."""
    scene.answers.all.clear()
    scene.browser.get(f"http://127.0.0.1:{scene.port}/?token={KEY}")
    read = scene.browser.execute_async_script(
        """const [done] = arguments, {token} = JSON.parse(document.getElementById("payload").textContent);
        fetch("/api/runs", {headers: {"X-Convscope-Token": token}}).then((answer) => answer.text()).then(done)"""
    )
    assert FORMULA in read
    assert CANARY in read
