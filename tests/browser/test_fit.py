"""A picture that a reader uploads becomes, in Chromium, the very bytes that convscope.pictures.decoding makes of its
file.
"""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pytest
from PIL import Image
from selenium import webdriver

from convscope.pictures.input_spec import InputSpec
from convscope.pictures.preprocessing import preprocess
from convscope.pictures.resizing import RESIZE_RULE
from tests.browser.engine_page import EnginePage

pytestmark = pytest.mark.browser
Array = np.ndarray[Any, Any]


@pytest.fixture(scope="module")
def page(browser: webdriver.Chrome, tmp_path_factory: pytest.TempPathFactory) -> EnginePage:
    return EnginePage(browser, tmp_path_factory.mktemp("fit"))


def picture(rng: np.random.Generator, height: int, width: int, alpha: bool) -> Array:
    """Return random (height, width, 4): a smooth ground, dark or light, with a patch of ink in the middle and noise."""
    ground, ink = rng.permutation([rng.integers(0, 90), rng.integers(150, 256)])
    pixels = np.full((height, width, 4), 255, np.int64)
    pixels[..., :3] = ground
    pixels[height // 3 : -height // 3 or None, width // 3 : -width // 3 or None, :3] = ink
    pixels[..., :3] += rng.integers(-40, 41, (height, width, 3))
    if alpha:
        pixels[..., 3] = rng.integers(0, 256, (height, width))
    return np.clip(pixels, 0, 255).astype(np.uint8)


def as_file(pixels: Array) -> bytes:
    file = io.BytesIO()
    Image.fromarray(pixels, "RGBA").save(file, "PNG")
    return file.getvalue()


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("size", [(28, 28), (13, 20), (1, 1)])
def test_random_pictures(page: EnginePage, size: tuple[int, int], channels: int) -> None:
    rng = np.random.default_rng(size[0] + channels)
    sides = [(28, 28), (1, 1), (1, 90), (90, 1), (150, 61), (61, 150), (10, 10), (13, 20), (29, 28), (57, 3)]
    turned = []
    for n, (height, width) in enumerate([*sides, *rng.integers(2, 80, (12, 2)).tolist()]):
        pixels = picture(rng, height, width, alpha=n % 3 == 0)
        spec = InputSpec((channels, *size), resize=RESIZE_RULE, invert=("auto", "auto", "no", "yes")[n % 4])
        wanted, swapped = preprocess(spec, as_file(pixels))
        got = page.call("fit", pixels.ravel().tolist(), height, width, spec.to_json())
        np.testing.assert_array_equal(np.array(got, np.uint8).reshape(spec.shape), wanted, f"{height}×{width}, {spec}")
        turned.append(swapped and spec.invert == "auto")
    assert size == (1, 1) or 2 <= sum(turned) < 11, "both answers of the automatic rule occur"
