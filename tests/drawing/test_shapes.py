"""Shapes by hand: corners on whole numbers, and words no narrower than Helvetica's."""

from __future__ import annotations

import pytest

from convscope.drawing import draw
from convscope.drawing.composing import STYLES
from convscope.drawing.shapes import Line, Text, arrow_head, rectangle, rounded, text_width


def test_a_rectangle_has_its_corners_in_turn() -> None:
    made = rectangle(1, 2, 30, 40, "#ffffff", "#000000", dash=(3, 2))
    assert made.points == ((1, 2), (31, 2), (31, 42), (1, 42))
    assert (made.fill, made.stroke, made.dash) == ("#ffffff", "#000000", (3, 2))


@pytest.mark.parametrize(
    ("corner", "begin", "middle", "end"),
    [
        (((0, 0), (20, 0), (20, 20)), (15, 0), (18.75, 1.25), (20, 5)),
        (((20, 20), (20, 0), (0, 0)), (20, 5), (18.75, 1.25), (15, 0)),
        (((0, 0), (4, 0), (4, 30)), (2, 0), (3.5, 1.25), (4, 5)),  # a short way is rounded from its middle on
    ],
)
def test_a_corner_is_rounded_five_points_before_and_behind_it(
    corner: tuple[tuple[float, float], ...],
    begin: tuple[float, float],
    middle: tuple[float, float],
    end: tuple[float, float],
) -> None:
    """A quadratic Bézier curve lies in its middle at (begin + 2 · corner + end) / 4."""
    made = rounded(corner, 5)
    assert (made[0], made[-1]) == (corner[0], corner[-1])
    assert (made[1], made[4], made[7]) == (begin, pytest.approx(middle), pytest.approx(end))
    assert len(made) == 9


def test_a_straight_line_stays_and_a_corner_on_the_spot_is_no_harm() -> None:
    assert rounded(((1, 2), (3, 2)), 5) == ((1, 2), (3, 2))
    assert rounded(((1, 2), (1, 2), (9, 2)), 5)[1] == (1, 2)


@pytest.mark.parametrize(
    ("before", "end", "corners"),
    [
        ((0, 0), (10, 0), {(5, 2.4), (5, -2.4)}),
        ((10, 0), (0, 0), {(5, 2.4), (5, -2.4)}),
        ((0, 0), (0, 10), {(2.4, 5), (-2.4, 5)}),
        ((3, 4), (3, 4), {(3, 4)}),  # of no direction
    ],
)
def test_an_arrows_head_points_where_its_line_goes(
    before: tuple[float, float], end: tuple[float, float], corners: set[tuple[float, float]]
) -> None:
    tip, *wings = arrow_head(Line((before, end), "#000000"))
    assert (tip, set(wings)) == (end, corners)


def test_words_have_at_least_the_room_that_helvetica_takes() -> None:
    metrics = pytest.importorskip("reportlab.pdfbase.pdfmetrics")
    shapes = [
        shape
        for name in ("slides", "lite0", "resnet18")
        for style in STYLES
        for shape in draw(name, style=style).shapes
    ]
    said = {shape for shape in shapes if isinstance(shape, Text)}
    assert len(said) > 80
    for words in said:
        wide = metrics.stringWidth(words.text, "Helvetica-Bold" if words.bold else "Helvetica", words.size)
        assert wide <= text_width(words.text, words.size, words.bold) <= wide * 7 / 6, words.text
    assert text_width("한글", 10) == 20  # a square each
