"""A table that scrolls sideways is reached by key, and has a name; one that does not is no stop of the Tab key."""

from __future__ import annotations

from pathlib import Path

import pytest
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.support.wait import WebDriverWait

from tests.browser.chromium import PATIENCE
from tests.browser.lab_page import LabPage

pytestmark = pytest.mark.browser


def test_tables_that_scroll_are_stops_with_a_name(browser: webdriver.Chrome, tmp_path: Path) -> None:
    lab = LabPage(browser, tmp_path)
    lab.open("depth")
    table = "document.querySelector('.table-scroll')"
    tab_stop = f"return [{table}.tabIndex, {table}.role, {table}.ariaLabel]"
    assert lab.js(tab_stop) == [-1, None, None]
    lab.js(f"{table}.style.width = '200px'")
    WebDriverWait(browser, PATIENCE).until(lambda found: found.find_elements(By.CSS_SELECTOR, ".table-scroll[role]"))
    assert lab.js(tab_stop) == [0, "group", "What depth costs on a large picture"]
    lab.js(f"{table}.style.width = ''")
    WebDriverWait(browser, PATIENCE).until(
        lambda found: not found.find_elements(By.CSS_SELECTOR, ".table-scroll[role]")
    )
    assert lab.js(tab_stop) == [-1, None, None]
