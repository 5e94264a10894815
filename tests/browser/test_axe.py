"""axe-core, which `npm ci` brings, finds nothing on any page, in both languages, light and dark; nowhere are there many
stops of the Tab key.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from selenium import webdriver

from convscope.page.inline import report_html
from tests.browser.chromium import resize, until, visit
from tests.browser.look_page import VIEWS
from tests.browser.test_lab_static import CHAPTERS
from tests.reporting.made import whole_report

pytestmark = pytest.mark.browser
AXE = Path(__file__).parents[2] / "node_modules/axe-core/axe.min.js"
LOOKS = (
    ("l=en&h=light", None),
    ("l=ko&h=dark", ["color-contrast", "label-content-name-mismatch"]),
)  # and all, or those
RUN = """
const [only, done] = arguments;
// "Label in name" (WCAG 2.5.3) is an experiment of axe's and off by default
const rules = { "label-content-name-mismatch": { enabled: true } };
axe.run(document, { resultTypes: ["violations"], rules, ...(only && { runOnly: only }) }).then((found) =>
  done(found.violations.flatMap((one) => one.nodes.map((node) => `${one.id}: ${node.target.join(" ")}`))));
"""

MOST_STOPS = 62
STOPS = """
return [...document.querySelectorAll("#page :is(a, button, input, select, textarea, summary, [tabindex])")].filter(
  (one) => one.tabIndex >= 0 && !one.disabled && one.checkVisibility()).length;
"""


@pytest.fixture(scope="module")
def axe() -> str:
    if not AXE.is_file():
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)("needs axe-core: npm ci")
    return AXE.read_text(encoding="utf-8") + "; window.axe = axe;"


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("axe") / "report.html"
    path.write_text(report_html(whole_report().to_json()), encoding="utf-8")
    return path


@pytest.fixture
def window(browser: webdriver.Chrome) -> Iterator[webdriver.Chrome]:
    resize(browser, 1280)
    yield browser
    browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def findings(browser: webdriver.Chrome, file: Path, places: tuple[str, ...], axe: str) -> dict[str, Any]:
    """Return what axe finds, by place and look; places of one page are walked without loading it again."""
    found = {}
    for look, rules in LOOKS:
        visit(browser, f"{file.as_uri()}#{look}&{places[0]}")
        until(lambda: browser.execute_script("return document.querySelector('h1')"))
        browser.execute_script(axe)
        for place in places:
            browser.execute_script("location.hash = arguments[0]", f"{look}&{place}")
            browser.execute_async_script("setTimeout(arguments[0], 150)")
            if faults := browser.execute_async_script(RUN, rules):
                found[f"{look}&{place}"] = faults
            if (
                file.name != "teacher.html" and (stops := browser.execute_script(STOPS)) > MOST_STOPS
            ):  # that is all links
                found[f"{look}&{place}, stops"] = stops
    return found


def test_the_labs_chapters(window: webdriver.Chrome, built: Path, axe: str) -> None:
    places = ("", *(f"c={chapter}" for chapter in (*CHAPTERS, "glossary", "certificate")))
    assert findings(window, built / "index.html", places, axe) == {}


def test_the_see_through_page(window: webdriver.Chrome, built: Path, axe: str) -> None:
    assert findings(window, built / "trained.html", tuple(f"v={view}" for view in VIEWS), axe) == {}


def test_the_page_without_a_network(window: webdriver.Chrome, built: Path, axe: str) -> None:
    assert findings(window, built / "open.html", ("",), axe) == {}


def test_the_page_for_teachers(window: webdriver.Chrome, built: Path, axe: str) -> None:
    assert findings(window, built / "teacher.html", ("",), axe) == {}


def test_a_report(window: webdriver.Chrome, report: Path, axe: str) -> None:
    assert findings(window, report, ("",), axe) == {}
