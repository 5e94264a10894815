"""A network of many layers is drawn as a graph: folded, opened, by keys, and nothing that is not seen."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from selenium import webdriver
from selenium.webdriver.common.keys import Keys

from convscope.page.inline import page_html
from tests.browser.chromium import until
from tests.browser.look_page import Page
from tests.page.samples import small_payload

pytestmark = pytest.mark.browser

FORMULA = "conv(4, 3) + relu + skip(conv(4, 3, pad=1) + bn + relu + conv(4, 3, pad=1) + bn)*12 + gap + fc"


@pytest.fixture(scope="module")
def graph(browser: webdriver.Chrome, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    path = tmp_path_factory.mktemp("graph") / "page.html"
    path.write_text(page_html(small_payload(FORMULA)), encoding="utf-8")
    yield Page(browser, path)
    browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def names(page: Page) -> list[str]:
    """Return what the cards are called, from left to right."""
    script = """
    const cards = Array.from(document.querySelectorAll('.graph-card'));
    const left = (card) => parseFloat(card.style.getPropertyValue('--x'));
    return cards.sort((a, b) => left(a) - left(b)).map((card) => card.ariaLabel);
    """
    found: list[str] = page.browser.execute_script(script)
    return found


def test_blocks_that_are_alike_are_folded_and_opened_again(graph: Page) -> None:
    graph.open("p=s1")
    assert names(graph) == ["input", "conv1", "residual block ×12", "gap1", "fc1"]
    graph.one(".graph-card.many .graph-name").click()
    assert names(graph)[2] == "residual block"
    called = graph.js("Array.from(document.querySelectorAll('.graph-card.folded .graph-name'), (e) => e.ariaLabel)")
    assert "block 1, residual block" in called, "what is heard holds what is written"
    assert len(graph.all(".graph-frame")) == 1
    assert len(graph.all(".graph canvas")) < 100, "what is out of sight is not there"
    graph.one(".graph-fold").click()
    assert names(graph)[2] == "residual block ×12"
    graph.one(".graph-tools .link").click()
    assert len(graph.all(".graph-frame")) == 13, "blocks within others are opened too"
    graph.one(".graph-tools .link").click()
    assert names(graph)[2] == "residual block ×12"
    assert graph.console() == []


def test_every_card_in_sight_comes_however_slow_the_frames_are(graph: Page) -> None:
    """By a clock of which a frame has time for one card only."""
    graph.open("p=s1")
    graph.one(".graph-tools .link").click()
    graph.browser.execute_script("let now = 0; performance.now = () => (now += 1000);")
    for left, last in ((10**6, "fc1"), (0, "conv2")):
        graph.browser.execute_script("document.querySelector('.graph-scroller').scrollLeft = arguments[0]", left)  # type: ignore[no-untyped-call]
        until(lambda last=last: last in names(graph))  # type: ignore[misc]
        until(lambda: graph.js(HOLES) == 0)
        assert len(names(graph)) < 20, "what has gone out of sight is gone"
    assert graph.console() == []


# How many of the pixels in sight, 20 apart, have no card at or near them.
HOLES = """(() => {
  const box = document.querySelector('.graph-scroller').getBoundingClientRect();
  const cards = Array.from(document.querySelectorAll('.graph-card'), card => card.getBoundingClientRect());
  let holes = 0;
  for (let x = box.left + 40; x < box.right - 40; x += 20)
    if (!cards.some(({ left, right }) => left < x + 60 && right > x - 60)) holes++;
  return holes;
})()"""


def test_what_flies_past_is_never_made(graph: Page) -> None:
    """Half a view a frame: all that is in sight on the way is gone with the next frame; where it ends there is all."""
    graph.open("p=s1")
    graph.one(".graph-tools .link").click()
    graph.browser.set_script_timeout(30)
    met = graph.browser.execute_async_script(FLIGHT)  # type: ignore[no-untyped-call]
    assert met == []
    until(lambda: graph.js(HOLES) == 0)
    assert graph.js("document.querySelector('.graph-scroller').scrollLeft") > 2000
    assert graph.console() == []


# Scroll half a view a frame, and return the cards that were in sight on the way, those of the beginning left out.
FLIGHT = """
const done = arguments[0];
const scroller = document.querySelector(".graph-scroller");
const first = new Set(document.querySelectorAll(".graph-card"));
const met = new Set();
const step = (left) => {
  const { left: from, right: to } = scroller.getBoundingClientRect();
  for (const card of document.querySelectorAll(".graph-card")) {
    const { left: a, right: b } = card.getBoundingClientRect();
    if (b > from && a < to && !first.has(card)) met.add(card.getAttribute("aria-label"));
  }
  if (!left) return done([...met]);
  scroller.scrollLeft += scroller.clientWidth / 2;
  requestAnimationFrame(() => step(left - 1));
};
requestAnimationFrame(() => step(6));
"""


def test_a_layer_within_a_block_is_found_again(graph: Page) -> None:
    graph.open("p=s2&v=layer&n=bn6&c=1")
    graph.press(Keys.ESCAPE)
    assert graph.view() == "network"
    assert "conv6" in names(graph)
    assert graph.js("document.querySelectorAll('.graph-line.skip').length") == 1
    assert graph.js("document.querySelector('.graph-line.skip').getAttribute('d').split('M').length - 1") >= 1


def test_arrow_keys_walk_from_card_to_card(graph: Page) -> None:
    graph.open("p=s3")
    graph.press(Keys.ARROW_RIGHT, Keys.ARROW_RIGHT)
    assert graph.js("document.activeElement.closest('.graph-card').ariaLabel") == "conv1"
    graph.press(Keys.ENTER)
    assert (graph.view(), graph.state()["n"]) == ("layer", "conv1")
    graph.open("p=s3", width=390)
    assert graph.js("document.documentElement.scrollWidth") <= 390
