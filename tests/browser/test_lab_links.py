"""A link to chapter 8 whose formula costs more than any page may spend: the tab answers, in the served lab and in the
static site.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from selenium import webdriver

from tests.browser.chromium import LOOPBACK, chromium, console, resize
from tests.lab.asking import KEY
from tests.lab.serving import served

pytestmark = pytest.mark.browser
PATIENCE = 60.0  # seconds in which a tab answers, also of a machine that has other things to do
FORMULAS = (
    "conv(1, (500000,1), pad=(1000000,0), dilation=(2,1)) + fc",
    "(conv(1, 3, pad=1) + relu)*99999999 + fc",
    "conv(99999999999, 3) + fc",
    "conv(64, 3, pad=99999999)*9 + fc",
    "avgpool(2, stride=1, pad=1)*400 + fc",
    "[" * 2_000 + "relu" + "]*9" * 2_000,
    "residual(" * 900 + "relu" + ")" * 900,
    "relu + " * 2_000 + "fc",
    "<img src=x onerror=alert(1)>",
    "x" * 30_000,
)


@pytest.fixture(scope="module")
def browser(chromium_here: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[webdriver.Chrome]:
    with chromium(tmp_path_factory.mktemp("profile"), LOOPBACK) as made:
        made.set_page_load_timeout(PATIENCE)
        made.set_script_timeout(PATIENCE)
        resize(made, 1280)
        yield made


@pytest.fixture(scope="module", params=["served", "static"])
def address(request: pytest.FixtureRequest, built: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    if request.param == "served":
        with served(tmp_path_factory.mktemp("lab")) as (_, port):
            yield f"http://127.0.0.1:{port}/?token={KEY}"
    else:
        yield (built / "index.html").as_uri()


def test_a_hostile_link_freezes_no_tab(browser: webdriver.Chrome, address: str) -> None:
    for formula in FORMULAS:
        browser.get("about:blank")
        browser.get(f"{address}#l=en&c=architecture&f={quote(formula, safe='')}")
        end = time.monotonic() + PATIENCE
        while not browser.execute_script("return document.querySelector('.chapter')?.textContent"):
            assert time.monotonic() < end, formula[:60]
            time.sleep(0.05)
        beats = "const [done] = arguments; let n = 0; const go = () => (++n > 20 ? done(n) : setTimeout(go, 5)); go()"
        assert browser.execute_async_script(beats) == 21  # it goes on
        assert browser.execute_script("return document.querySelectorAll('main img').length") == 0
        browser.execute_script("location.hash = 'l=en&c=architecture&f=fc'")
        while "7,850" not in browser.execute_script("return document.querySelector('.chapter').textContent"):
            assert time.monotonic() < end, formula[:60]
            time.sleep(0.05)
    assert console(browser) == []
