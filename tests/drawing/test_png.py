"""A PNG by its pixels, three a point: areas, lines, dashes, heads and words where the sheet has them."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pytest
from PIL import Image

from convscope.drawing import png
from convscope.drawing.shapes import Line, Polygon, Shape, Sheet, Text, rectangle
from convscope.errors import InputError


def pixels(*shapes: Shape, size: tuple[int, int] = (60, 40)) -> np.ndarray[Any, Any]:
    """Return the picture (rows, columns, 3), three pixels a point."""
    return np.asarray(Image.open(io.BytesIO(png.data(Sheet(*size, shapes, "")))).convert("RGB")).astype(int)


def colours(image: np.ndarray[Any, Any], *points: tuple[float, float]) -> list[str]:
    """Return the colours at some points of the sheet."""
    return ["#" + bytes(image[int(3 * y), int(3 * x)].astype(np.uint8)).hex() for x, y in points]


def test_areas_are_filled_and_framed() -> None:
    image = pixels(rectangle(10, 5, 20, 30, "#ff0000", ""), Polygon(((40, 5), (55, 5), (55, 20)), "", "#0000ff", 2.0))
    assert image.shape == (120, 180, 3)
    inside = [(11, 6), (29, 6), (11, 34), (29, 34)]
    assert set(colours(image, *inside)) == {"#ff0000"}
    assert set(colours(image, (9, 20), (31, 20), (20, 4), (20, 36), (53, 12))) == {"#ffffff"}
    assert set(colours(image, (48, 5), (55, 12), (47.5, 12.5))) == {"#0000ff"}, "its last side too"


def test_a_line_has_its_width_and_its_head() -> None:
    image = pixels(
        Line(((5, 10), (30, 10), (30, 30)), "#0000ff", 2.0), Line(((40, 20), (55, 20)), "#ff0000", 1.0, arrow=True)
    )
    assert set(colours(image, (6, 10), (29, 10), (30, 12), (30, 29))) == {"#0000ff"}
    assert set(colours(image, (17, 8.5), (17, 11.7), (28, 20), (4, 10), (17, 20))) == {"#ffffff"}
    assert colours(image, (41, 20), (51, 21.5), (51, 18.5), (47, 21.5)) == ["#ff0000"] * 3 + ["#ffffff"]


def test_dashes_are_as_long_as_they_say() -> None:
    image = pixels(rectangle(5, 4, 40, 20, "", "#ff0000", dash=(6, 4)))
    across = colours(image, *((5 + x, 4) for x in (1, 5, 7, 9, 11, 15, 17, 19, 21, 39)))
    assert [one != "#ffffff" for one in across] == [True, True, False, False, True, True, False, False, True, False]
    down = colours(image, *((45, 4 + y) for y in (1, 5, 7, 9, 11, 15, 17, 19)))
    assert [one != "#ffffff" for one in down] == [True, True, False, False, True, True, False, False]


def ink(words: Text) -> np.ndarray[Any, Any]:
    """Return how dark each pixel is, 0 … 1."""
    return 1 - pixels(words).mean(2) / 255


def test_words_stand_on_their_baseline_in_the_middle_or_from_it_on() -> None:
    middle, begins = ink(Text(30, 20, "HHHH", 10, "#000000")), ink(Text(30, 20, "HHHH", 10, "#000000", anchor="start"))
    for image, (left, right) in ((middle, (14, 46)), (begins, (30, 60))):
        rows, columns = np.nonzero(image > 0.5)
        assert columns.min() / 3 >= left
        assert columns.max() / 3 <= right
        assert rows.max() / 3 == pytest.approx(20, abs=0.7)
        assert rows.min() / 3 == pytest.approx(20 - 7.2, abs=0.7)
    columns = np.nonzero(middle > 0.5)[1]
    assert (columns.min() + columns.max()) / 6 == pytest.approx(30, abs=0.5)
    assert np.nonzero(begins > 0.5)[1].min() / 3 == pytest.approx(30.9, abs=0.7)


def test_bold_words_have_more_ink_and_colours_are_kept() -> None:
    plain, bold = (ink(Text(30, 20, "HHHH", 10, "#000000", bold=bold)).sum() for bold in (False, True))
    assert 1.1 * plain < bold < 2 * plain
    red = pixels(Text(30, 20, "HHHH", 14, "#ff0000"))
    assert red[..., 0].min() == 255
    assert red[..., 1].min() < 60


def test_a_picture_too_large_is_refused_by_its_size() -> None:
    with pytest.raises(InputError, match=r"144,000,000.*120,000,000|120,000,000.*144,000,000"):
        png.data(Sheet(2000, 2000, (), ""))


def test_its_resolution_is_said() -> None:
    image = Image.open(io.BytesIO(png.data(Sheet(10, 10, (), ""))))
    assert image.info["dpi"] == pytest.approx((216, 216), abs=0.1)
