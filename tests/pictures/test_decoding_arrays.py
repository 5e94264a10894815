"""Arrays as pictures: every type and shape that is one, and an error for those that are none."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from PIL import Image

from convscope.errors import InputError
from convscope.pictures import decoding
from tests.encoded import COLOUR, GREY

ARRAYS: list[tuple[Any, list[int]]] = [
    (np.array([[True, False]]), [255, 0]),
    (np.array([[0, 65535, 257 * 7]], np.uint16), [0, 255, 7]),
    (np.array([[0, 255]], np.int64), [0, 255]),
    (np.array([[0.0, 0.5, 1.0]]), [0, 128, 255]),
    (np.array([[0.0, 0.5, 200.0]], np.float32), [0, 1, 200]),
    (np.array([[0.0, 1.0, 1.5]]), [0, 1, 2]),
    (np.array([[0.0, 253.45 / 255]]), [0, 253]),
    (np.array([[0, 200]], np.uint32), [0, 200]),
    ([[3, 4]], [3, 4]),
    (np.array([[0, 4080, 4095]], np.uint16), [0, 254, 255]),  # 12 bits, as a file of them is read
    (np.array([[0, 255]], np.uint16), [0, 255]),
]


@pytest.mark.parametrize(("array", "expected"), ARRAYS)
def test_arrays_of_every_type(array: Any, expected: list[int]) -> None:
    assert decoding.from_array(array).pixels.tolist() == [[expected]]


def test_arrays_of_every_shape() -> None:
    planes = COLOUR.transpose(2, 0, 1)
    assert np.array_equal(decoding.from_array(COLOUR).pixels, planes)
    assert np.array_equal(decoding.from_array(planes).pixels, planes)
    assert np.array_equal(decoding.from_array(GREY[:, :, None]).pixels, GREY[None])
    assert np.array_equal(decoding.from_array(GREY[None]).pixels, GREY[None])
    with_alpha = np.dstack([COLOUR, np.full((5, 7), 255, np.uint8)])
    assert np.array_equal(decoding.from_array(with_alpha).pixels, planes)
    untouched = GREY.copy()
    decoding.from_array(GREY).pixels[:] = 0
    assert np.array_equal(GREY, untouched)


@pytest.mark.parametrize(
    ("array", "message"),
    [
        (
            np.zeros((2, 3, 4, 5), np.uint8),
            "not a picture, got shape (2, 3, 4, 5), expected (H, W), (H, W, C) or (C, H, W)",
        ),
        (np.zeros((0, 3), np.uint8), "not a picture"),
        (np.zeros((3, 9, 3), np.uint8), "either side could be the channels"),
        (np.zeros((2, 9, 5), np.uint8), "no side of 1, 3 or 4 channels"),
        (np.array([[300]]), "pixels out of range, got 300 to 300, expected 0 to 255, or 0 to 1"),
        (np.array([[-1, 3]]), "pixels out of range"),
        (np.array([[np.nan]]), "pixels out of range"),
        (np.array([[np.inf]]), "pixels out of range"),
        (np.array([["a"]]), "pixels of the wrong type"),
        (np.array([[1j]]), "pixels of the wrong type"),
    ],
)
def test_arrays_that_are_no_pictures(array: Any, message: str) -> None:
    with pytest.raises(InputError) as caught:
        decoding.from_array(array)
    assert message in str(caught.value)


def test_pixels_out_of_range() -> None:
    mixed = [Image.fromarray(np.array([[low, high]], np.int32)) for low, high in ((-1, 5), (5, 65536))]
    for picture in (*mixed, Image.new("I", (1, 1), 65536), Image.new("I", (1, 1), -1), Image.new("F", (1, 1), 256.0)):
        with pytest.raises(InputError, match=r"(?s)cat\.tif: pixels out of range"):
            decoding.from_image(picture, where="cat.tif")


def test_deep_colours_have_one_white_level() -> None:
    deep = COLOUR.astype(np.uint16) * 16
    made = decoding.from_array(deep)
    assert made.guessed == 4095
    assert [note.key for note in made.notes] == ["note.depth.guessed"]
    assert np.abs(made.pixels.astype(int) - COLOUR.transpose(2, 0, 1)).max() <= 1
