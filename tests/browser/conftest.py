"""One headless Chromium for all browser tests of a run."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from selenium import webdriver

from tests.browser.chromium import chromium


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[webdriver.Chrome]:
    """Return a running Chromium without network. A test opens what it needs; it must not count on an empty page."""
    with chromium(tmp_path_factory.mktemp("chromium")) as driver:
        yield driver
