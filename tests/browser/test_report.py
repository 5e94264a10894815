"""A report in a real Chromium, from file:// and without network: cells, languages, sizes, paper, and the list of
changes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from selenium import webdriver

from convscope.page.inline import report_html
from convscope.runs.label_changes import LabelChange, read_label_changes
from tests.browser.look_page import Page
from tests.reporting.made import HOSTILE, whole_report

pytestmark = pytest.mark.browser
SECTIONS = [
    *(
        "understood",
        "figures",
        "classes",
        "confusion",
        "errors",
        "questions",
        "copies",
        "sureness",
        "outsiders",
        "robustness",
    ),
    *("more", "curves", "health", "network", "repeat"),
]


@pytest.fixture(scope="module")
def report(browser: webdriver.Chrome, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    path = tmp_path_factory.mktemp("report") / "report.html"
    path.write_text(report_html(whole_report().to_json()), encoding="utf-8")
    yield Page(browser, path)
    browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "", "features": []})


@pytest.mark.parametrize("width", [390, 768, 1280])
def test_every_section_is_there_and_nothing_flows_over(report: Page, width: int) -> None:
    report.open("", width)
    assert report.js("Array.from(document.querySelectorAll('section'), (one) => one.id)") == SECTIONS
    assert report.js("document.documentElement.scrollWidth <= innerWidth")
    assert report.js("Array.from(document.images).every((one) => one.complete && one.naturalWidth > 0)")
    assert report.js("window.hacked") is None
    assert HOSTILE in report.text("h1")
    assert "{" not in report.js("document.querySelector('#page').textContent")
    assert report.console() == []


@pytest.mark.parametrize(("accuracy", "harms"), [(0.0, False), (1.0, True)])
def test_what_does_no_harm_is_not_called_the_most_harmful(
    browser: webdriver.Chrome, tmp_path: Path, accuracy: float, harms: bool
) -> None:
    made = whole_report()
    assert made.robustness is not None
    changes = tuple(
        replace(one, strengths=tuple(replace(strength, accuracy=0.5) for strength in one.strengths))
        for one in made.robustness.changes
    )
    made = replace(made, robustness=replace(made.robustness, accuracy=accuracy, changes=changes))
    path = tmp_path / "report.html"
    path.write_text(report_html(made.to_json()), encoding="utf-8")
    page = Page(browser, path)
    page.open()
    text = page.text("#robustness")
    assert ("What hurts most" in text, "None of the mild changes" in text) == (harms, not harms)


def test_a_cell_opens_its_pictures_by_key(report: Page) -> None:
    report.open()
    cell = report.one("[data-cell='0,1']")
    assert cell.get_attribute("aria-pressed") == "true", "the largest confusion is open"
    assert len(report.all(".cell-pictures .shot")) == 3
    report.js("document.querySelector(\"[data-cell='1,1']\").focus()")
    report.press("\ue007")
    assert len(report.all(".cell-pictures .shot")) == 1
    assert report.one("[data-cell='1,1']").get_attribute("aria-pressed") == "true"
    assert report.one("[data-cell='0,1']").get_attribute("aria-pressed") == "false"


def test_korean_and_light(report: Page) -> None:
    report.open()
    report.one("[data-value='ko']").click()
    assert report.js("document.documentElement.lang") == "ko"
    assert report.text("#confusion-title") == "혼동 행렬"
    assert "{" not in report.js("document.querySelector('#page').textContent")
    assert "색" in report.text("#understood") or "컬러" in report.text("#understood"), "sentences of the data too"
    before = report.js("document.documentElement.dataset.theme")
    report.one(".icon").click()
    assert report.js("document.documentElement.dataset.theme") != before
    assert report.js("document.documentElement.lang") == "ko"
    assert report.console() == []


def test_paper_is_light_and_has_no_buttons(report: Page) -> None:
    report.open()
    report.browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    for css in (".settings", "nav", ".save-line .button"):
        assert report.js("getComputedStyle(document.querySelector(arguments[0])).display", css) == "none"
    pdf = report.browser.execute_cdp_cmd("Page.printToPDF", {"printBackground": True})["data"]
    assert len(pdf) > 20_000
    report.js("window.dispatchEvent(new Event('beforeprint'))")
    folds = "Array.from(document.querySelectorAll('details'), (one) => one.open || one.dataset.print)"
    assert set(report.js(folds)) <= {True, "as it stands"}
    report.js("window.dispatchEvent(new Event('afterprint'))")
    report.browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})


def test_the_list_of_changes_has_what_was_decided(report: Page, tmp_path: Path) -> None:
    report.open()
    report.js("(window.saved = [], URL.createObjectURL = (blob) => (window.saved.push(blob), 'data:,'))")
    button = report.one(".save-line .button")
    assert button.get_attribute("disabled")
    for choice, enabled in (("=apple", False), (f"={HOSTILE}", True)):
        report.js(
            "((select) => { select.value = arguments[0]; select.dispatchEvent(new Event('change')); })"
            "(document.querySelector('.shot select'))",
            choice,
        )
        assert (button.get_attribute("disabled") is None) == enabled
    button.click()
    text = report.browser.execute_async_script("window.saved[0].text().then(arguments[0])")
    assert text == (f'path,sha256,from,to\n"train/a, b.png",,apple,\ntest/0.png,{"0" * 64},apple,{HOSTILE}\n'), (
        "what the run was trained with already comes along"
    )
    (tmp_path / "changes.csv").write_text(text)
    rows = read_label_changes(tmp_path / "changes.csv").rows
    assert rows[1] == LabelChange("test/0.png", "0" * 64, "apple", HOSTILE)


def test_no_korean_word_is_cut_at_the_end_of_a_line(report: Page) -> None:
    report.open("", 390)
    report.one("[data-value='ko']").click()
    cut = report.js("""(() => {
        const cut = [], walker = document.createTreeWalker(document.querySelector("#page"), NodeFilter.SHOW_TEXT);
        for (let node = walker.nextNode(); node; node = walker.nextNode())
          for (const word of node.data.matchAll(/[가-힣]+/g)) {
            const range = document.createRange();
            range.setStart(node, word.index);
            range.setEnd(node, word.index + word[0].length);
            if (new Set(Array.from(range.getClientRects(), (one) => one.top)).size > 1) cut.push(word[0]);
          }
        return cut;
    })()""")
    assert cut == []
