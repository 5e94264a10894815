"""EXIF orientation: every one of the eight makes the picture upright; damaged ones count as none."""

from __future__ import annotations

import io
import warnings

import numpy as np
import pytest
from PIL import Image

from convscope.pictures import decoding
from tests.encoded import COLOUR, encoded


@pytest.mark.parametrize("kind", ["PNG", "TIFF", "WEBP", "JPEG"])
@pytest.mark.parametrize("turn", range(1, 9))
def test_orientation(kind: str, turn: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = turn
    data = encoded(Image.fromarray(COLOUR), kind, exif=exif, **({"lossless": True} if kind == "WEBP" else {}))
    with Image.open(
        io.BytesIO(encoded(Image.fromarray(COLOUR), kind, **({"lossless": True} if kind == "WEBP" else {})))
    ) as plain:
        stored = np.asarray(plain)
    # What the standard says: where row 0 and column 0 of the stored pixels are on the upright picture.
    upright = {
        1: stored,  # top, left
        2: stored[:, ::-1],  # top, right
        3: stored[::-1, ::-1],  # bottom, right
        4: stored[::-1],  # bottom, left
        5: stored.transpose(1, 0, 2),  # left, top
        6: stored.transpose(1, 0, 2)[:, ::-1],  # right, top
        7: stored[::-1, ::-1].transpose(1, 0, 2),  # right, bottom
        8: stored.transpose(1, 0, 2)[::-1],  # left, bottom
    }[turn]
    assert np.array_equal(decoding.decode(data), upright.transpose(2, 0, 1))
    assert decoding.probe(data) == upright.shape[:2]


@pytest.mark.parametrize(
    "exif",
    [
        b"Exif\0\0garbage",
        b"Exif\0\0MM\0*\0\0\0\x08\xff\xff",
        b"Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x63\0\0\0",
    ],
)
def test_broken_orientation_is_no_orientation(exif: bytes) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        result = decoding.decode(encoded(Image.fromarray(COLOUR), "JPEG", exif=exif))
    assert np.array_equal(result, decoding.decode(encoded(Image.fromarray(COLOUR), "JPEG")))
