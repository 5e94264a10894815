"""docs/runtimes.md's page for onnxruntime-web, as it stands, where `npm install --no-save onnxruntime-web` was done: it
says what `convscope predict` says, of a float32 file and of one of 8 bits.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium import webdriver

from convscope.pictures.input_spec import InputSpec
from convscope.pictures.resizing import RESIZE_RULE
from tests.browser.chromium import LOOPBACK, chromium, until
from tests.browser.test_lab_offline import serving
from tests.docs.test_runtimes import DOC, agrees, picture, predicted, put, small

DIST = Path(__file__).parents[2] / "node_modules" / "onnxruntime-web" / "dist"
(PAGE,) = re.findall(r"```html\n(.*?)```", DOC, re.DOTALL)

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not DIST.is_dir(), reason="needs npm install --no-save onnxruntime-web"),
]


@pytest.fixture(scope="module")
def browser(chromium_here: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[webdriver.Chrome]:
    with chromium(tmp_path_factory.mktemp("profile"), LOOPBACK) as driver:
        yield driver


@pytest.mark.parametrize("eight", [False, True], ids=["float32", "8 bits"])
@pytest.mark.parametrize("channels", [1, 3], ids=["grey", "colours"])
def test_the_page_says_what_predict_says(browser: webdriver.Chrome, tmp_path: Path, channels: int, eight: bool) -> None:
    put(tmp_path, InputSpec((channels, 12, 11), resize=RESIZE_RULE))
    if eight:
        small(tmp_path)
    picture(tmp_path / "picture.png", (12, 11) if channels == 1 else (12, 11, 3))
    wanted = predicted(tmp_path, "picture.png")[0]
    (tmp_path / "dist").symlink_to(DIST)
    (tmp_path / "index.html").write_text(PAGE, encoding="utf-8")
    with serving(tmp_path) as port:
        browser.get(f"http://127.0.0.1:{port}/")
        until(lambda: browser.execute_script("return document.body?.innerText"))
        agrees(browser.execute_script("return document.body.innerText"), wanted)
