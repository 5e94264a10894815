"""Page and lab on paper: white, in the colours of the screen, no sum under another's feet or cut by a page's end."""

from __future__ import annotations

import json
from collections.abc import Iterator

import numpy as np
import pytest
from selenium import webdriver

from tests.browser.lab_page import LabPage
from tests.browser.look_page import Page

pytestmark = pytest.mark.browser
STYLE = "getComputedStyle(document.querySelector(arguments[0]))[arguments[1]]"
WHITE = "rgb(255, 255, 255)"
# pairs of pieces of text that are seen and lie over one another by more than a pixel
OVERLAPS = """(() => {
  const pieces = [...document.querySelectorAll("main p, main dt, main dd, main h1, main h2, main h3, main li")]
    .filter((e) => e.checkVisibility({ visibilityProperty: true }) && e.textContent.trim() && !e.closest(".unseen"));
  const found = [];
  pieces.forEach((one, i) => pieces.slice(i + 1).forEach((other) => {
    if (one.contains(other) || other.contains(one)) return;
    const [a, b] = [one.getBoundingClientRect(), other.getBoundingClientRect()];
    const across = Math.min(a.right, b.right) - Math.max(a.left, b.left);
    const down = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
    if (across > 1 && down > 1) found.push([one.textContent, other.textContent]);
  }));
  return found;
})()"""


@pytest.fixture
def paper(browser: webdriver.Chrome) -> Iterator[webdriver.Chrome]:
    """Show pages as they are printed."""
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    yield browser
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_lectures_x_is_seen_on_paper(paper: webdriver.Chrome, lab: LabPage, theme: str) -> None:
    lab.open("convolution", f"&h={theme}")
    assert lab.js(f"return {STYLE}", ".numbers-out .cell", "printColorAdjust") == "exact"
    assert lab.js(f"return {STYLE}", "html", "backgroundColor") == WHITE
    ink = lab.js(f"return {STYLE}", ".sum-of-window", "color")
    assert ink == "rgb(34, 37, 43)"  # dark on white in either theme
    assert lab.js(f"return {STYLE}", ".size-formula .display", "breakInside") == "avoid"
    assert lab.js(f"return {STYLE}", ".pixels-in", "breakInside") == "avoid"
    assert lab.js(f"return {STYLE}", ".lab-head", "display") == "none"
    assert lab.js(f"return {OVERLAPS}") == []


def test_a_layers_sums_stand_clear_of_one_another(paper: webdriver.Chrome, page: Page) -> None:
    for hash in ("v=layer&n=conv2&h=dark", "v=value&n=conv2&c=1&y=3&x=4", "v=loss", "v=where"):
        page.open(hash, width=760)
        assert page.js(OVERLAPS) == [], hash
    page.open("v=layer&n=conv2&h=dark")
    assert page.js(STYLE, "html", "backgroundColor") == WHITE
    assert page.js(STYLE, ".facts dd", "printColorAdjust") == "exact"
    assert page.js(STYLE, ".facts", "breakInside") == "avoid"


# what a page prints: the first colours of its number tables and maps, in the dark theme as they are on paper
COLOURS = """(() => {
  const cells = [...document.querySelectorAll("[style*='--colour']")].slice(0, 60);
  const maps = [...document.querySelectorAll("canvas")].slice(0, 60).filter((c) => c.width && c.height);
  return JSON.stringify([
    cells.map((e) => [e.style.getPropertyValue("--colour"), e.style.getPropertyValue("--cell-ink")]),
    maps.flatMap((c) => [...c.getContext("2d").getImageData(0, 0, c.width, c.height).data].slice(0, 800)),
  ]);
})()"""


@pytest.mark.parametrize("at", ["c=convolution", "c=local", "c=filters", "c=sharing"])
def test_the_dark_theme_prints_the_light_palettes_and_stays_dark(lab: LabPage, at: str) -> None:
    lab.open(at.removeprefix("c="), "&h=light")
    light = json.loads(lab.js(f"return {COLOURS}"))
    lab.open(at.removeprefix("c="), "&h=dark")
    dark = lab.js(f"return {COLOURS}")
    lab.js(f"addEventListener('beforeprint', () => {{ window.printed = {COLOURS}; }})")
    lab.browser.execute_cdp_cmd("Page.printToPDF", {})
    cells, maps = json.loads(lab.js("return window.printed"))
    assert json.loads(dark) != light
    assert cells == light[0]
    assert len(maps) == len(light[1])
    off = np.abs(np.array(maps) - light[1])
    assert off.max(initial=0) <= 4  # where two numbers share one dark colour
    assert lab.js(f"return {COLOURS}") == dark
