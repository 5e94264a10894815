"""The twenty questions of docs/newcomer.md: each way is gone by clicking, and the answer stands at its end."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

import pytest
from selenium import webdriver

from tests.browser.chromium import console, resize, until, visit

pytestmark = pytest.mark.browser
TABLE = Path(__file__).parents[2] / "docs/newcomer.md"
ROW = re.compile(r"\| (\d+) (.+?) \| (.+?) `(.*?)` \| (.+?) \|")
CLICK = """
const shown = (one) => one.checkVisibility();
const words = (one) => [one, one.querySelector(".cover-name b")].map((e) => e?.innerText?.trim()).concat(one.ariaLabel);
const all = [...document.querySelectorAll("a, button, [role=button], summary")].filter(shown);
const found = all.find((one) => words(one).includes(arguments[0]));
found?.removeAttribute("target"); // in this tab
found?.click();
return Boolean(found);
"""
DRAG = """
const label = [...document.querySelectorAll("main label")].find((one) => one.innerText.includes(arguments[0]));
const slider = label.querySelector("input");
slider.value = arguments[1];
slider.dispatchEvent(new Event("input", { bubbles: true }));
"""


class Row(NamedTuple):
    number: int
    question: str
    way: list[str]
    address: str
    answers: list[str]


def rows() -> list[Row]:
    found = [ROW.fullmatch(line) for line in TABLE.read_text(encoding="utf-8").splitlines()]
    return [Row(int(m[1]), m[2], m[3].split(" › "), m[4], m[5].split(" ¶ ")) for m in found if m]


def close(text: str) -> str:
    return re.sub(r"\s", "", text)


def find(browser: webdriver.Chrome, row: Row) -> None:
    """Wait for the answers to stand on the page."""
    text = "return document.querySelector('#page').innerText"
    until(lambda: all(close(one) in close(str(browser.execute_script(text))) for one in row.answers))


def address(browser: webdriver.Chrome) -> str:
    """Return where the page is, as the table has it: without the folder, the language and the light."""
    page, _, state = browser.current_url.rsplit("/", 1)[1].partition("#")
    kept = [part for part in state.split("&") if not part.startswith(("l=", "h="))]
    return page.removeprefix("index.html") + "#" + "&".join(kept)


def go(browser: webdriver.Chrome, step: str) -> None:
    if drag := re.fullmatch(r"drag “(.+)” to (\S+)", step):
        browser.execute_script(DRAG, *drag.groups())
    else:
        until(lambda: browser.execute_script(CLICK, step))


def test_a_newcomer_finds_twenty_of_twenty(browser: webdriver.Chrome, built: Path) -> None:
    resize(browser, 1280)
    table = rows()
    assert sorted({row.number for row in table}) == list(range(1, 21))
    home = (built / "index.html").as_uri()
    for row in table:
        assert len(row.way) <= 5, row
        if browser.current_url.startswith(home):
            browser.execute_script("location.hash = 'l=en'")
        else:
            visit(browser, f"{home}#l=en")
        for step in row.way:
            go(browser, step)
        find(browser, row)
        browser.execute_async_script("setTimeout(arguments[0], 250)")  # the address follows
        assert address(browser) == row.address, row.question
        if row.address.startswith("#"):
            browser.execute_script("location.hash = 'l=en'")
            browser.execute_script("location.hash = arguments[0]", f"{row.address[1:]}&l=en")
            find(browser, row)
    assert console(browser) == []
