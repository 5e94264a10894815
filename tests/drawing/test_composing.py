"""The sheet: everything on it, the title above and the sums below in its middle, a frame's number in its corner."""

from __future__ import annotations

import pytest

from convscope.drawing import draw
from convscope.drawing.composing import MARGIN, STYLES
from convscope.drawing.shapes import Line, Polygon, Text, text_width
from tests.drawing.test_draw import INCEPTION, RESIDUAL
from tests.drawing.test_painting import around, words_box

LONG = "A title that is a good deal longer than what it is the title of, so that the sheet is as wide as its words"


@pytest.mark.parametrize("title", ["", "A net", LONG])
@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("formula", ["conv(4, 3) + relu + fc", INCEPTION, RESIDUAL.format(n=9)])
def test_all_is_on_the_sheet_between_title_and_sums(formula: str, style: str, title: str) -> None:
    picture = draw(formula, style=style, title=title, input=(3, 32, 32))
    *shapes, sums = picture.shapes
    assert isinstance(sums, Text)
    heading = shapes.pop() if title else None
    left, top, right, bottom = around(shapes)
    assert left >= MARGIN - 6, "lines that go on in the next row reach into the margin"
    assert right <= picture.width - MARGIN + 1e-9
    assert left - MARGIN == pytest.approx(picture.width - MARGIN - right, abs=6), "in the middle"
    assert top >= MARGIN
    assert sums.x == picture.width / 2
    assert bottom < words_box(sums)[1] < bottom + 20
    assert words_box(sums)[3] <= picture.height - MARGIN
    if title:
        assert isinstance(heading, Text)
        assert (heading.text, heading.x, heading.bold) == (title, picture.width / 2, True)
        assert 5 < words_box(heading)[1] < words_box(heading)[3] <= top
    for words in (sums, heading) if isinstance(heading, Text) else (sums,):
        assert 2 * MARGIN + text_width(words.text, words.size, words.bold) <= picture.width + 1e-9
    assert picture.title == title or (not title and picture.title == sums.text)


def test_a_frames_number_stands_over_its_corner_and_a_title_moves_everything_alike() -> None:
    shapes, titled = (draw(RESIDUAL.format(n=9), title=title, input=(3, 32, 32)).shapes for title in ("", "x"))
    frame, number = shapes[:2]
    assert isinstance(frame, Polygon)
    assert isinstance(number, Text)
    assert (number.text, number.anchor, number.bold, frame.dash) == ("× 9", "start", True, (3, 2))
    (left, top), (right, _) = frame.points[:2]
    assert (left < number.x < right, top - 12 < number.y < top) == (True, True)
    for before, after in zip(shapes[:-1], titled, strict=False):
        assert type(before) is type(after)
        if isinstance(before, Text) and isinstance(after, Text):
            assert (after.x, after.y - before.y) == pytest.approx((before.x, 24))
            assert (before.text, before.anchor, before.bold) == (after.text, after.anchor, after.bold)
        elif isinstance(before, Polygon | Line) and isinstance(after, Polygon | Line):
            assert [(x, y + 24) for x, y in before.points] == [pytest.approx(point) for point in after.points]
    lines = [shape for shape in shapes if isinstance(shape, Line) and shape.arrow]
    assert len(lines) > 5


@pytest.mark.parametrize(("times", "folds"), [(22, False), (23, True)])
def test_repeats_are_folded_above_twenty_four_things(times: int, folds: bool) -> None:
    """With picture and fc 24 things, and 25."""
    formula = f"conv(3, 1)*{times} + fc"
    assert bool(draw(formula, input=(3, 8, 8)).notes) == folds
    assert draw(formula, input=(3, 8, 8), fold=True).notes
    assert not draw(formula, input=(3, 8, 8), fold=False).notes
