"""The static site on a web host: after one visit it works without the host, and another build comes whole or not."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from selenium import webdriver

from convscope.lab.offline import WORKER, offline_files
from convscope.lab.pretrained_file import FILE as PRETRAINED
from convscope.lab.static_site import PAGES
from convscope.lab.whole_digits import WHOLE
from tests.browser.chromium import LOOPBACK, chromium, console, until

pytestmark = pytest.mark.browser
BUDGET = 11_000_000  # bytes of the site that ships, without what is asked for: the whole of MNIST, lite0's weights
WHOLE_LOAD = "document.querySelector('.whole-load')"
LITE0_HERE = "return document.querySelector('.own-features-words')?.textContent.startsWith('lite0 is here')"
BUILD = "return (document.querySelector('meta[name=build]')?.content ?? 'first')"


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        pass


@contextmanager
def serving(folder: Path, port: int = 0) -> Iterator[int]:
    """Serve a folder on this machine and give its port."""
    server = ThreadingHTTPServer(("127.0.0.1", port), partial(Quiet, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def later_build(folder: Path) -> dict[str, bytes]:
    """Return the files of another build of that site."""
    pages = {name: (folder / name).read_bytes().replace(b"<head>", b'<head><meta name="build" content="second">', 1)
             for name in PAGES}  # fmt: skip
    return pages | offline_files(pages)


@pytest.fixture
def browser(chromium_here: None, tmp_path: Path) -> Iterator[webdriver.Chrome]:
    with chromium(tmp_path / "profile", LOOPBACK) as driver:
        yield driver


def shows(browser: webdriver.Chrome, code: str) -> None:
    """Wait until a script of the page says that it is so."""
    until(lambda: browser.execute_script(code))


def test_it_works_without_its_host_and_takes_another_build_whole(
    browser: webdriver.Chrome, built: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "site"
    shutil.copytree(built, folder)
    assert sum(file.stat().st_size for file in folder.iterdir() if file.name not in (WHOLE, PRETRAINED)) < BUDGET
    with serving(folder) as port:
        home = f"http://127.0.0.1:{port}/"
        browser.get(home)
        shows(browser, "return navigator.serviceWorker.controller !== null")
        assert browser.execute_cdp_cmd("Page.getAppManifest", {})["errors"] == []
        browser.get(home + "#c=mnist")
        shows(browser, f"return {WHOLE_LOAD} !== null")
        assert browser.execute_script("return caches.has('convscope-digits')") is False  # nobody asked for it
        browser.execute_script(f"{WHOLE_LOAD}.click()")
        shows(browser, "return document.querySelector('.whole-words').textContent.startsWith('All of MNIST is here')")
        browser.get(home + "#c=own&m=photo&l=en")
        shows(browser, "return document.querySelector('.own-features-load') !== null")
        browser.execute_script("document.querySelector('.own-features-load').click()")
        shows(browser, LITE0_HERE)
        assert console(browser) == []
    for page in ("", "index.html#c=convolution", "trained.html", "open.html"):
        browser.get(home + page)
        shows(browser, "return document.querySelector('h1') !== null")
    browser.get(home + "?again#c=mnist")
    shows(browser, f"return {WHOLE_LOAD} !== null")
    browser.execute_script(f"{WHOLE_LOAD}.click()")  # kept, for it was asked for
    shows(browser, "return document.querySelector('.whole-words').textContent.startsWith('All of MNIST is here')")
    browser.get(home + "?once more#c=own&m=photo&l=en")
    shows(browser, LITE0_HERE)  # kept, and there without being asked for again
    second = later_build(folder)
    (folder / WORKER).write_bytes(second[WORKER])
    with serving(folder, port):  # half of it is there: nothing of it is taken
        browser.get(home)
        browser.execute_script(
            "navigator.serviceWorker.getRegistration().then((r) => r.update()).then(() => (window.tried = true),"
            " () => (window.tried = true))"
        )
        shows(browser, "return window.tried")
        assert browser.execute_script(BUILD) == "first"
        browser.get(home)
        assert browser.execute_script(BUILD) == "first"
    for name, data in second.items():
        (folder / name).write_bytes(data)
    with serving(folder, port):
        browser.get(home + "#c=filters")
        assert browser.execute_script(BUILD) == "first"  # at once, from what it has
        shows(browser, "return document.querySelector('.newer button') !== null")
        browser.execute_script("document.querySelector('.newer button').click()")
        shows(browser, BUILD + " === 'second' && document.querySelector('h1') !== null")
        assert browser.execute_script("return location.hash").startswith("#c=filters")
    browser.get(home + "trained.html")
    assert browser.execute_script(BUILD) == "second"
    browser.execute_script("caches.keys().then((names) => { window.kept = names.length; })")
    shows(browser, "return window.kept === 3")  # a site's, the digits, and the weights
