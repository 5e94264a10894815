"""An activation's drawing: the labels of its axes stand clear of its curve and its slope; powers are raised."""

from __future__ import annotations

from pathlib import Path

import pytest
from selenium import webdriver

from convscope.formula.kinds import LAYERS
from convscope.page.inline import page_html
from tests.browser.look_page import Page
from tests.page.samples import small_payload

pytestmark = pytest.mark.browser
CROSSED = """(() => {
  const label = [...document.querySelectorAll('svg.curve text')].find((e) => e.textContent.startsWith('−'));
  const { x, y, width, height } = label.getBBox();
  return [...document.querySelectorAll('svg.curve .graph, svg.curve .gradient')].some((path) => {
    const all = path.getTotalLength();
    return Array.from({ length: 800 }, (_, i) => path.getPointAtLength((i / 799) * all))
      .some((p) => p.x > x && p.x < x + width && p.y > y + height / 4 && p.y < y + (3 * height) / 4);
  });
})()"""


def opened(browser: webdriver.Chrome, folder: Path, kind: str) -> Page:
    """Return the view of the activation `kind` behind a convolution."""
    path = folder / "page.html"
    path.write_text(page_html(small_payload(f"conv(2, 3) + {kind} + fc")), encoding="utf-8")
    first = f"{kind}_1" if kind[-1].isdigit() else f"{kind}1"
    return Page(browser, path).open(f"v=layer&n={first}&c=0&y=1&x=1")


@pytest.mark.parametrize("kind", [name for name, kind in LAYERS.items() if kind.activation])
def test_no_curve_goes_through_the_label_of_the_axis(browser: webdriver.Chrome, tmp_path: Path, kind: str) -> None:
    assert opened(browser, tmp_path, kind).js(CROSSED) is False


@pytest.mark.parametrize(
    ("kind", "written"), [("elu", "max(0, x) + min(0, ex − 1)"), ("elu(0.5)", "max(0, x) + min(0, 0.500 · (ex − 1))")]
)
def test_a_curve_is_written_with_its_own_number(
    browser: webdriver.Chrome, tmp_path: Path, kind: str, written: str
) -> None:
    (tmp_path / "page.html").write_text(page_html(small_payload(f"conv(2, 3) + {kind} + fc")), encoding="utf-8")
    page = Page(browser, tmp_path / "page.html").open("v=layer&n=elu1&c=0&y=1&x=1")
    assert f"y={written}" in page.text("#view").replace(" = ", "=")


def test_a_power_below_a_line_is_raised(browser: webdriver.Chrome, tmp_path: Path) -> None:
    page = opened(browser, tmp_path, "sigmoid")
    power, line = (
        page.js("document.querySelector(arguments[0]).getBoundingClientRect().toJSON()", css)
        for css in (".below sup", ".below")
    )
    centre = (power["top"] + power["bottom"]) / 2
    assert line["top"] < power["top"]
    assert centre < line["top"] + 0.46 * line["height"]  # beside the other terms it would be in the middle or below
