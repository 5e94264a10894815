"""One headless Chromium for all browser tests of a run, and a page with every part filled."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium import webdriver

from convscope.lab.static_site import write_site
from convscope.page.inline import page_html
from tests.browser.chromium import NoBrowser, chromium, programs
from tests.browser.lab_page import LabPage
from tests.browser.look_page import Page, whole_payload


@pytest.fixture(scope="session")
def chromium_here() -> None:
    """Skip the test where there is no Chromium, or fail it where CI=true."""
    try:
        programs()
    except NoBrowser as why:
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(str(why))


@pytest.fixture(scope="session")
def browser(chromium_here: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[webdriver.Chrome]:
    """Return a running Chromium without network. A test opens what it needs; it must not count on an empty page."""
    with chromium(tmp_path_factory.mktemp("chromium")) as driver:
        yield driver


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of the static site of the network that ships. A test that changes a file works on a copy."""
    return write_site(tmp_path_factory.mktemp("built") / "site").parent


@pytest.fixture(scope="module")
def lab(browser: webdriver.Chrome, tmp_path_factory: pytest.TempPathFactory) -> LabPage:
    """Return the lab as a file, with the training of a static site."""
    return LabPage(browser, tmp_path_factory.mktemp("lab"))


@pytest.fixture(scope="module")
def page(browser: webdriver.Chrome, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """Return the page that looking.py fills; at the end the window is as it was."""
    path = tmp_path_factory.mktemp("views") / "page.html"
    path.write_text(page_html(whole_payload()), encoding="utf-8")
    yield Page(browser, path)
    browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})
