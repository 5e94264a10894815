"""The ground behind transparent pictures: by the picture alone, and so that the drawing stays visible."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from convscope.pictures import decoding
from tests.encoded import encoded


def drawing(level: int, kind: str = "PNG") -> bytes:
    """Return a stroke of that grey level, antialiased, on nothing."""
    pixels = np.zeros((20, 20, 4), np.uint8)
    pixels[5:15, 9:12] = (level, level, level, 255)
    pixels[5:15, [8, 12]] = (level, level, level, 90)
    return encoded(Image.fromarray(pixels, "RGBA"), kind, **({"lossless": True} if kind == "WEBP" else {}))


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "TIFF"])
@pytest.mark.parametrize(("level", "ground"), [(255, 0), (192, 0), (190, 255), (0, 255)])
def test_the_drawing_stays_visible(level: int, ground: int, kind: str) -> None:
    made = decoding.decode_with_facts(drawing(level, kind), decoding.DecodeOptions(channels=1))
    assert made.pixels[0, 0, 0] == ground
    assert abs(int(made.pixels[0, 10, 10]) - ground) >= 64
    assert [note.key for note in made.notes] == (["note.ground.black"] if ground == 0 else [])


def test_a_light_picture_with_dark_parts_stays_on_white() -> None:
    pixels = np.full((10, 10, 4), 255, np.uint8)
    pixels[0, :, 3] = 0
    pixels[1, :, :3] = 0  # a ninth of what is opaque
    assert decoding.decode(encoded(Image.fromarray(pixels, "RGBA")))[0, 0, 0] == 255
    pixels[1, 1:, :3] = 255
    assert decoding.decode(encoded(Image.fromarray(pixels, "RGBA")))[0, 0, 0] == 0


def test_nothing_at_all_is_white_and_all_of_it_is_itself() -> None:
    nothing, everything = (np.full((2, 2, 4), alpha, np.uint8) for alpha in (0, 255))
    everything[..., :3] = 230
    assert decoding.decode(encoded(Image.fromarray(nothing, "RGBA"))).tolist() == [[[255, 255], [255, 255]]]
    made = decoding.decode_with_facts(encoded(Image.fromarray(everything, "RGBA")))
    assert (made.pixels.tolist(), made.notes) == ([[[230, 230], [230, 230]]], ())


@given(st.integers(0, 255), st.integers(1, 254))
@pytest.mark.medium
def test_every_number_is_rounded_as_the_formula_says(value: int, alpha: int) -> None:
    pixels = np.array([[[value, 0, 0, alpha], [0, 0, 0, 255]]], np.uint8)
    red = decoding.decode(encoded(Image.fromarray(pixels, "RGBA")), channels=3)[0, 0, 0]
    assert red == (value * alpha + 255 * (255 - alpha) + 127) // 255
