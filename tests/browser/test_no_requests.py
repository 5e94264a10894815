"""The page can ask nobody: whatever a script in it tries, its policy lets nothing leave the browser."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from selenium import webdriver

from convscope.lab.payload import lab_payload
from convscope.page.inline import lab_html, page_html
from tests.browser.chromium import LOOPBACK, chromium
from tests.browser.look_page import whole_payload

pytestmark = pytest.mark.browser

ATTEMPTS = """
const [address, done] = [arguments[0], arguments[arguments.length - 1]];
const put = (tag, props, child) => {
  const element = Object.assign(document.createElement(tag), props);
  if (child) element.append(child);
  document.body.append(element);
  return element;
};
const tries = {
  fetch: (at) => fetch(at, { mode: "no-cors" }),
  beacon: (at) => navigator.sendBeacon(at, "x"),
  request: (at) => { const one = new XMLHttpRequest(); one.open("GET", at); one.send(); },
  socket: (at) => new WebSocket(at.replace("http", "ws")),
  events: (at) => new EventSource(at),
  image: (src) => put("img", { src }),
  style: (href) => put("link", { rel: "stylesheet", href }),
  inline: (at) => put("style", { textContent: `body { background: url("${at}") }` }),
  preload: (href) => put("link", { rel: "preload", as: "image", href }),
  script: (src) => put("script", { src }),
  module: (at) => import(at),
  worker: (at) => new Worker(at),
  frame: (src) => put("iframe", { src }),
  object: (data) => put("object", { data, type: "text/html" }),
  media: (src) => put("audio", { src, preload: "auto" }),
  font: (at) => new FontFace("x", `url("${at}")`).load(),
  form: (action) => {
    put("iframe", { name: "hole" });
    put("form", { action, target: "hole" }).submit();
  },
};
for (const [name, run] of Object.entries(tries)) {
  try { Promise.resolve(run(address + name)).catch(() => {}); } catch {}
}
setTimeout(() => done(Object.keys(tries)), 1500);
"""
OTHER = {"worker"}  # a plain page from a file does not get this out either


class Hole:
    """A server outside the page that remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        asked = self.asked

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                asked.append(self.path.lstrip("/").partition("?")[0])
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def do_POST(self) -> None:
                self.do_GET()

            def log_message(self, *words: object) -> None: ...

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server.server_port}/"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture(scope="module")
def hole() -> Iterator[Hole]:
    made = Hole()
    yield made
    made.server.shutdown()
    made.server.server_close()


@pytest.fixture(scope="module")
def browser_that_reaches_it(
    chromium_here: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[webdriver.Chrome]:
    with chromium(tmp_path_factory.mktemp("profile"), LOOPBACK) as driver:
        yield driver


def tried(browser: webdriver.Chrome, file: Path, html: str, hole: Hole) -> tuple[set[str], set[str]]:
    """Return what a script in the page tried, and what of it arrived."""
    file.write_text(html, encoding="utf-8")
    browser.get(file.as_uri())
    hole.asked.clear()
    attempts = browser.execute_async_script(ATTEMPTS, hole.address)
    return set(attempts), set(hole.asked) - {"favicon.ico"}


def test_nothing_leaves_a_page_and_without_a_policy_it_would(
    browser_that_reaches_it: webdriver.Chrome, hole: Hole, tmp_path: Path
) -> None:
    browser = browser_that_reaches_it
    attempts, arrived = tried(browser, tmp_path / "plain.html", "<!doctype html><body>", hole)
    assert attempts - arrived <= OTHER
    for name, html in (
        ("look", page_html(whole_payload())),
        ("lab", lab_html({**lab_payload().to_json(), "recorded": None}, False)),
    ):
        assert tried(browser, tmp_path / f"{name}.html", html, hole) == (attempts, set())
