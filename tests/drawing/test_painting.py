"""Both styles by what they promise: things fill their rooms, words lie over nothing, and sizes are true."""

from __future__ import annotations

from itertools import pairwise

import pytest

from convscope.drawing.painting import Blocks, Boxes
from convscope.drawing.shapes import Line, Polygon, Shape, Text, text_width
from convscope.drawing.units import Unit
from tests.drawing.test_draw import INCEPTION, RESIDUAL, network, things_of

Box = tuple[float, float, float, float]
THINGS = [
    thing
    for formula in (
        INCEPTION,
        RESIDUAL.format(n=1),
        "conv(63, 5) + bn + relu + dropout + maxpool(2) + conv(7, 3, stride=2) + tanh + fc(15) + relu + fc",
        "conv(4, 3) + gate(conv(4, 1) + sigmoid) + relu + gap + fc",
    )
    for thing in things_of(network(formula))
]


def around(shapes: list[Shape]) -> Box:
    """Return left, top, right and bottom; words stand on their baseline, two tenths of them below it."""
    boxes = [words_box(s) if isinstance(s, Text) else points_box(s) for s in shapes]
    return min(b[0] for b in boxes), min(b[1] for b in boxes), max(b[2] for b in boxes), max(b[3] for b in boxes)


def words_box(words: Text) -> Box:
    half = text_width(words.text, words.size, words.bold) / 2
    return words.x - half, words.y - 0.72 * words.size, words.x + half, words.y + 0.2 * words.size


def points_box(shape: Polygon | Line) -> Box:
    xs, ys = zip(*shape.points, strict=True)
    return min(xs), min(ys), max(xs), max(ys)


@pytest.mark.parametrize("language", ["en", "ko"])
@pytest.mark.parametrize("style", [Blocks, Boxes])
def test_a_thing_fills_its_room_and_its_words_lie_over_nothing(style: type[Blocks | Boxes], language: str) -> None:
    painter = style(THINGS, language)
    for thing in THINGS:
        room, painted = painter.extent(thing), painter.paint(thing, 100, 200)
        left, top, right, bottom = around(painted)
        words = [words_box(shape) for shape in painted if isinstance(shape, Text)]
        drawn = around([shape for shape in painted if isinstance(shape, Polygon)])
        assert top == pytest.approx(200 - room.above), thing
        assert 200 + room.below - 5 <= bottom <= 200 + room.below + 1, thing
        assert (drawn[0], drawn[2]) == pytest.approx((100 + room.inset, 100 + room.width - room.inset)), thing
        if thing.role != "join":
            assert [s.bold for s in painted if isinstance(s, Text)] == [True] + [False] * (len(words) - 1), "its name"
            assert (left, right) >= (100, right), thing
            assert right <= 100 + room.width + 1e-9, thing
            assert all((x + to_x) / 2 == pytest.approx(100 + room.width / 2) for x, _, to_x, _ in words), thing
        for (_, one, _, end), (_, below, _, _) in pairwise(words):
            assert one < end <= below, thing
        if style is Boxes and thing.role != "join":
            assert drawn == pytest.approx((100, 200 - room.above, 100 + room.width, 200 + room.below))
            assert all(drawn[0] + 5 < x and to_x < drawn[2] - 5 and drawn[1] < y and to_y < drawn[3]
                       for x, y, to_x, to_y in words)  # fmt: skip
        elif thing.role != "join":
            assert all(y > drawn[3] for _, y, _, _ in words), "words stand under a block"


def front_of(painter: Blocks, thing: Unit) -> tuple[float, float, float]:
    """Return a block's width, height and depth, as they are painted."""
    front, top, side = (
        s
        for s in painter.paint(thing, 0, 0)
        if isinstance(s, Polygon) and len(s.points) == 4 and s.width == 0.8 and s.fill != "#c9952f"
    )
    (left, high, right, low), (_, back, farthest, _) = points_box(front), points_box(top)
    assert (high + low) / 2 == pytest.approx(0), "the axis runs through its middle"
    assert points_box(side) == pytest.approx((right, back, farthest, low)), "the side ends where front and top do"
    assert points_box(top) == pytest.approx((left, back, farthest, high))
    assert farthest - right == pytest.approx(high - back), "it goes back at 45 degrees"
    return right - left, low - high, farthest - right


def test_blocks_are_as_large_as_the_numbers_say() -> None:
    """By hand: √ of the rows above 10 and of the columns above 3, log2 of the channels above 3."""
    things = things_of(network("conv(63, 1) + maxpool(4) + conv(7, 1) + fc(31) + fc(7)"))  # 32×32, 8×8
    painter = Blocks(things, "en")
    picture, full, pooled, narrow, dense, last = (front_of(painter, thing) for thing in things)
    assert picture[1:] == full[1:] == pytest.approx((96, 35))
    assert pooled[1:] == narrow[1:] == pytest.approx((10 + 86 / 2, 3 + 32 / 2)), "a quarter of the rows"
    assert pooled[0] == full[0] == pytest.approx(3 + 2 * (narrow[0] - 3)), "63 channels and 7: log2(64) = 2 log2(8)"
    assert (dense[0], dense[2]) == (last[0], last[2]) == pytest.approx((5, 4))
    assert (dense[1] - 14) / (last[1] - 14) == pytest.approx(5 / 3), "log2(32) and log2(8)"
    assert dense[1] > last[1] > 14


def test_rows_and_columns_are_told_apart() -> None:
    things = [*things_of(network("conv(4, (1, 17)) + maxpool((2, 1)) + fc"))]  # 32×16, 16×16
    painter = Blocks(things, "en")
    _, wide, low = (front_of(painter, thing) for thing in things[:3])
    assert wide[1] == pytest.approx(96)
    assert (wide[2], low[2]) == pytest.approx((3 + 32 * 0.5**0.5,) * 2)
    assert low[1] == pytest.approx(10 + 86 * 0.5**0.5)


def test_what_an_activation_follows_has_a_darker_end() -> None:
    with_, without = things_of(network("conv(8, 3) + bn + relu + conv(8, 3) + bn + fc"))[1:3]
    painter = Blocks([with_, without], "en")
    bands = [
        [s for s in painter.paint(t, 0, 0) if isinstance(s, Polygon) and s.fill == "#c9952f"] for t in (with_, without)
    ]
    assert [len(found) for found in bands] == [1, 0]
    (width, height, _), (left, top, right, bottom) = front_of(painter, with_), points_box(bands[0][0])
    inset = painter.extent(with_).inset
    assert (right - inset, bottom - top, top + bottom) == pytest.approx((width, height, 0))
    assert 1 < right - left <= width / 3


@pytest.mark.parametrize(
    ("formula", "sign"), [("skip(conv(3, 1)) + fc", "+"), ("gate(conv(3, 1) + sigmoid) + fc", "×")]
)
def test_a_join_is_a_circle_with_its_sign_in_the_middle(formula: str, sign: str) -> None:
    join = next(thing for thing in things_of(network(formula)) if thing.role == "join")
    circle, said = Boxes([join], "en").paint(join, 0, 0)[:2]
    middle = Boxes([join], "en").extent(join).width / 2
    assert isinstance(circle, Polygon)
    assert {round((x - middle) ** 2 + y**2, 6) for x, y in circle.points} == {81}
    assert points_box(circle) == pytest.approx((middle - 9, -9, middle + 9, 9))
    assert isinstance(said, Text)
    assert (said.text, said.x) == (sign, pytest.approx(middle))
    assert words_box(said)[1] < 0 < words_box(said)[3]


def test_what_is_put_side_by_side_is_two_strokes_with_its_name_below() -> None:
    join = next(thing for thing in things_of(network("concat(conv(3, 1), relu) + fc")) if thing.role == "join")
    _, *strokes, said = Boxes([join], "en").paint(join, 0, 0)
    lines = [shape.points for shape in strokes if isinstance(shape, Line)]
    middle = Boxes([join], "en").extent(join).width / 2
    assert [x - middle for (x, _), (to_x, _) in lines for x in (x, to_x)] == pytest.approx([-1.8, -1.8, 1.8, 1.8])
    assert all(y == -to_y for (_, y), (_, to_y) in lines)
    assert isinstance(said, Text)
    assert words_box(said)[1] > 9


@pytest.mark.parametrize("painter", [Blocks, Boxes])
def test_the_room_of_a_join_holds_all_that_is_said_beneath_it(painter: type[Blocks | Boxes]) -> None:
    """A line for each of what follows: in one they would lie on the neighbours' words, and be cut at the right end."""
    things = things_of(network("concat(conv(3, 1), relu) + bn + scale + relu + gap + fc"))
    join = next(thing for thing in things if thing.role == "join")
    drawn = painter([join], "en")
    extent, said = drawn.extent(join), [shape for shape in drawn.paint(join, 5, 0) if isinstance(shape, Text)]
    assert [text.text for text in said] == ["concat", "batch norm", "scale", "ReLU"]
    for text in said:
        left, _, right, bottom = words_box(text)
        assert left >= 5 - 0.01
        assert right <= 5 + extent.width + 0.01
        assert bottom <= extent.below + 1
