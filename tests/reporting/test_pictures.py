"""Pictures as data: addresses: small ones to the bit, large ones smaller."""

from __future__ import annotations

import base64
import io

import numpy as np
import pytest
from PIL import Image

from convscope.reporting.pictures import LONGEST, LOSSLESS, address_of


def image_of(address: str) -> Image.Image:
    return Image.open(io.BytesIO(base64.b64decode(address.split(",")[1])))


@pytest.mark.parametrize("channels", [1, 3])
def test_small_ones_keep_every_pixel(channels: int) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (channels, LOSSLESS, 17), dtype=np.uint8)
    back = np.asarray(image_of(address_of(pixels)))
    assert (back[None] if channels == 1 else back.transpose(2, 0, 1)).tolist() == pixels.tolist()


def test_large_ones_are_made_smaller_and_keep_their_shape() -> None:
    pixels = np.full((3, 2 * LONGEST, 4 * LONGEST), 90, np.uint8)
    image = image_of(address_of(pixels))
    assert image.format == "JPEG"
    assert image.size == (LONGEST, LONGEST // 2)
    assert abs(int(np.asarray(image).mean()) - 90) <= 1
