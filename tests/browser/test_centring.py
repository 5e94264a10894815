"""The pad's centring and `predict --centre` are one: the same bytes, in Chromium and in Python."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageDraw
from selenium import webdriver

from convscope.pictures.centring import centre_drawing, centred
from tests.browser.engine_page import EnginePage

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def page(browser: webdriver.Chrome, tmp_path_factory: pytest.TempPathFactory) -> EnginePage:
    return EnginePage(browser, tmp_path_factory.mktemp("centring"))


def drawing(rng: np.random.Generator, side: int) -> np.ndarray:
    """Return random strokes as a pad has them, white on black, antialiased, uint8 (side, side)."""
    large = Image.new("L", (3 * side, 3 * side))
    points = [tuple(p) for p in rng.integers(0, 3 * side, (int(rng.integers(2, 6)), 2)).tolist()]
    ImageDraw.Draw(large).line(points, 255, int(rng.integers(3, 132)), "curve")
    return np.asarray(large.resize((side, side), Image.Resampling.BOX))


@pytest.mark.parametrize("size", [(28, 28), (24, 32), (13, 9)])
def test_random_drawings(page: EnginePage, size: tuple[int, int]) -> None:
    rng = np.random.default_rng(size[0])
    for n in range(20):
        ink = drawing(rng, (280, 64, 57)[n % 3])
        got = np.array(page.call("centred", ink.ravel().tolist(), len(ink), size), np.uint8).reshape(size)
        np.testing.assert_array_equal(centred(ink, size), got)
        if ink.max() == 255 and (ink > 0).mean() < 0.25:
            np.testing.assert_array_equal(centre_drawing(ink, size, "no")[0], got, "the pad's picture as a file")
