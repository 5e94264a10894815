"""The lab as a static site, from file:// with the network off: every chapter in both languages, and the recorded
training.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from selenium import webdriver
from selenium.webdriver.common.by import By

from convscope.lab.static_site import write_site
from convscope.page.inline import lab_dictionary
from tests.browser.chromium import console, resize, until, visit
from tests.lab.rundirs import trained
from tests.lab.test_static_site import payload_of

pytestmark = pytest.mark.browser
WORDS = {name: lab_dictionary(name) for name in ("en", "ko")}
CHAPTERS = (
    "plain",
    "local",
    "convolution",
    "filters",
    "sharing",
    "activation",
    "depth",
    "architecture",
    "loss",
    "mnist",
    "backwards",
    "training",
    "own",
    "script",
    "workbench",  # after the chapters, without a number
)
NUMBERS = {"workbench": ""}  # the others' are their places


class Site:
    """The built site in a browser without a network."""

    def __init__(self, browser: webdriver.Chrome, run: Path, folder: Path) -> None:
        self.browser, self.run, self.folder = browser, run, folder

    def open(self, address: str, page: str = "index.html") -> None:
        resize(self.browser, 1280)
        visit(self.browser, f"{(self.folder / page).as_uri()}#{address}")
        until(lambda: self.text("h1"))  # what the page was given is unpacked first

    def js(self, code: str, *arguments: object) -> Any:
        return self.browser.execute_script(code, *arguments)

    def text(self, css: str) -> str:
        return str(self.js("return document.querySelector(arguments[0])?.textContent ?? ''", css))

    def console(self) -> list[str]:
        return console(self.browser)


@pytest.fixture(scope="module")
def site(browser: webdriver.Chrome, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("static")
    run = trained(folder / "run", val=500)
    write_site(folder / "my site", run)
    browser.execute_cdp_cmd("Network.enable", {})
    cut = {"offline": True, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1}
    browser.execute_cdp_cmd("Network.emulateNetworkConditions", cut)
    yield Site(browser, run, folder / "my site")
    browser.execute_cdp_cmd("Network.emulateNetworkConditions", {**cut, "offline": False})


@pytest.mark.parametrize("language", ["en", "ko"])
def test_every_chapter_mounts_and_the_console_stays_silent(site: Site, language: str) -> None:
    site.open(f"l={language}")
    links = site.js("return [...document.querySelectorAll('.cover a')].map((a) => a.getAttribute('href'))")
    assert [link.removeprefix("#c=") for link in links] == list(CHAPTERS)
    for number, chapter in enumerate(CHAPTERS, 1):
        site.js("location.hash = arguments[0]", f"c={chapter}&l={language}")  # one page: loading it is a second each
        site.browser.execute_async_script("setTimeout(arguments[0], 50)")
        assert re.match(r"\d*", site.text("h1"))[0] == NUMBERS.get(chapter, str(number))
        assert len(site.text("main")) > 300, chapter
        assert site.js("return document.documentElement.lang") == language
        code = "document.querySelector('.script-code')?.innerText ?? ''"  # Python has {i} of its own
        shown = site.js(f"return document.body.innerText.replace({code}, '')")
        assert not re.search(r"undefined|NaN|\[object|\{\w+\}", shown), chapter
        assert not {word for word in re.findall(r"[\w.]+", shown) if "." in word and word in WORDS[language]}, chapter
        assert site.console() == [], chapter
    asked = site.js(
        "return performance.getEntriesByType('resource').map((one) => one.name).filter((name) => "
        "!/^(data|blob):/.test(name))"
    )
    assert asked == []


@pytest.mark.parametrize(("language", "pictures"), [("en", "pictures"), ("ko", "이미지")])
def test_the_digits_authors_and_licence_are_in_the_footer(site: Site, language: str, pictures: str) -> None:
    line = f"MNIST {pictures}: Y. LeCun, C. Cortes, C. Burges, CC BY-SA 3.0"
    places = ["http://yann.lecun.com/exdb/mnist/", "https://creativecommons.org/licenses/by-sa/3.0/"]
    links = "return [...document.querySelectorAll('.credit a')].map((a) => a.href)"
    for address in (f"l={language}", f"c=mnist&l={language}"):
        site.open(address)
        assert (site.text("footer.credit"), site.js(links)) == (line, places)
    site.open(f"l={language}", "trained.html")
    assert (site.text("footer .credit"), site.js(links)) == (line, places)


def test_the_last_chapter_scrubs_the_recorded_training_and_says_so(site: Site) -> None:
    lines = [json.loads(line) for line in (site.run / "log.jsonl").read_text().splitlines()]
    for language in ("en", "ko"):
        site.open(f"c=mnist&l={language}")
        assert WORDS[language]["mnist.recorded"] in site.text(".training")
        assert not [
            b
            for b in site.browser.find_elements(By.CSS_SELECTOR, ".training button")
            if b.text == WORDS[language]["mnist.start"]
        ]
    site.open("c=mnist&l=en")
    assert site.text("[data-figure='test']") == f"{lines[-1]['test']['accuracy'] * 100:.2f}\xa0%"
    steps = [int(file.stem) for file in sorted((site.run / "snapshots").iterdir())]
    scrubber = site.browser.find_element(By.CSS_SELECTOR, ".train-shown .scrubber")
    assert int(scrubber.get_attribute("max") or -1) == len(steps) - 1
    for at in (0, len(steps) // 2, len(steps) - 1):
        site.js(
            "arguments[0].value = arguments[1]; arguments[0].dispatchEvent(new Event('input', {bubbles: true}))",
            scrubber,
            at,
        )
        assert site.text(".train-shown .readout").startswith(f"step {steps[at]} ")
    assert site.console() == []


def test_its_link_opens_the_trained_networks_page(site: Site) -> None:
    site.open("c=mnist&l=en")
    links = site.js(
        "return [...document.querySelectorAll('main a')].map((a) => a.href).filter((href) => "
        "/trained\\.html/.test(href))"
    )
    assert links
    assert all(link.startswith((site.folder / "trained.html").as_uri()) for link in links)
    site.browser.get(links[0])
    until(lambda: site.text("h1"))
    payload = payload_of((site.folder / "trained.html").read_text(encoding="utf-8"))
    assert payload["formula"] == json.loads((site.run / "run.json").read_text())["formula"]
    assert len(site.browser.find_elements(By.CSS_SELECTOR, "canvas")) > 5


@pytest.mark.parametrize(("page", "chapter"), [("trained.html", "mnist"), ("open.html", "")])
def test_the_pages_beside_the_chapters_lead_back_to_them(site: Site, page: str, chapter: str) -> None:
    site.open("l=ko&h=dark", page)
    site.browser.find_element(By.CSS_SELECTOR, ".brand a").click()
    until(lambda: "/index.html" in site.browser.current_url and site.text("h1"))
    look = "return [document.documentElement.lang, document.documentElement.dataset.theme]"
    assert site.js(look) == ["ko", "dark"]
    until(lambda: site.text("h1").endswith(WORDS["ko"]["mnist.title" if chapter else "lab.title"]))
    assert site.console() == []
    assert site.console() == []
