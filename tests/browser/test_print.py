"""Page and lab on paper: white, in the colours of the screen, no sum under another's feet or cut by a page's end."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from selenium import webdriver

from tests.browser.lab_chapters import LabPage
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


@pytest.fixture(scope="module")
def lab(browser: webdriver.Chrome, tmp_path_factory: pytest.TempPathFactory) -> LabPage:
    return LabPage(browser, tmp_path_factory.mktemp("print"))
