"""Every mode that Pillow has, palettes and transparency: which grey or colour a pixel becomes."""

from __future__ import annotations

import struct
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageCms

from convscope.pictures import decoding
from tests.encoded import encoded

# One pixel of every mode Pillow has, and what it must become.
MODES: list[tuple[str, Any, list[int]]] = [
    ("1", 1, [255]),
    ("1", 0, [0]),
    ("L", 77, [77]),
    ("LA", (0, 51), [204]),  # a fifth of black on white
    ("LA", (100, 255), [100]),
    ("La", (51, 51), [255]),  # premultiplied: white that is a fifth opaque
    ("RGB", (1, 2, 3), [1, 2, 3]),
    ("RGBX", (1, 2, 3, 0), [1, 2, 3]),
    ("RGBA", (255, 0, 0, 0), [255]),
    ("RGBA", (255, 0, 0, 255), [255, 0, 0]),
    ("RGBA", (255, 0, 0, 51), [255, 204, 204]),
    ("RGBa", (51, 0, 0, 51), [255, 204, 204]),
    ("CMYK", (255, 0, 0, 0), [0, 255, 255]),
    ("CMYK", (0, 0, 0, 255), [0]),
    ("YCbCr", (90, 128, 128), [90]),
    ("HSV", (0, 255, 255), [255, 0, 0]),
    ("HSV", (7, 0, 90), [90]),
    ("I", 65535, [255]),
    ("I", 257 * 9, [9]),
    ("I;16", 257 * 8 + 128, [8]),
    ("I;16", 257 * 8 + 129, [9]),
    ("I;16", 65535, [255]),
    ("I;16B", 257 * 200, [200]),
    ("F", 0.5, [128]),
    ("F", 1.0, [255]),
    ("F", 127.4, [127]),
]


@pytest.mark.parametrize(("mode", "value", "expected"), MODES)
def test_every_mode(mode: str, value: Any, expected: list[int]) -> None:
    if mode == "I;16B":
        picture = Image.frombytes(mode, (1, 1), struct.pack(">H", value))
    else:
        picture = Image.new(mode, (1, 1), value)
    assert decoding.from_image(picture)[:, 0, 0].tolist() == expected


def test_lab_against_littlecms() -> None:
    assert decoding.from_image(Image.new("LAB", (1, 1), (255, 128, 128))).min() >= 254
    lab = ImageCms.profileToProfile(
        Image.new("RGB", (1, 1), (200, 30, 60)),
        ImageCms.createProfile("sRGB"),
        ImageCms.createProfile("LAB"),
        outputMode="LAB",
    )
    assert lab is not None
    there_and_back = decoding.decode(encoded(lab, "TIFF"))[:, 0, 0].astype(int)
    assert np.abs(there_and_back - (200, 30, 60)).max() <= 3  # 8-bit LAB is coarse


def test_palette_with_transparency() -> None:
    picture = Image.new("P", (3, 1))
    picture.putpalette([10, 10, 10, 0, 0, 0, 40, 50, 60])
    picture.putdata([0, 1, 2])
    assert decoding.decode(encoded(picture), channels=1)[0, 0].tolist() == [
        10,
        0,
        round(0.299 * 40 + 0.587 * 50 + 0.114 * 60),
    ]
    assert decoding.decode(encoded(picture, transparency=bytes([255, 51, 0]))).tolist() == [[[10, 204, 255]]]
    assert decoding.decode(encoded(picture, transparency=1))[:, 0, 1].tolist() == [255] * 3
    assert decoding.decode(encoded(picture, "GIF", transparency=1), channels=1)[0, 0, 1] == 255
    alpha = Image.new("PA", (1, 1))
    assert decoding.from_image(alpha).tolist() == [[[255]]]


@pytest.mark.parametrize(("mode", "value"), [("1", 0), ("L", 7), ("RGB", (1, 2, 3)), ("I;16", 3000)])
def test_a_colour_named_transparent_becomes_white(mode: str, value: Any) -> None:
    data = encoded(Image.new(mode, (2, 1), value), transparency=value)
    assert decoding.decode(data).tolist() == [[[255, 255]]]
