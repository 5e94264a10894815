"""Where things stand: no line on another, none through a block, frames around their own, rows that end in time."""

from __future__ import annotations

from itertools import combinations, pairwise

import pytest

from convscope.drawing.folding import Frame, folded
from convscope.drawing.layout import GAP, Extent, Layout, lay_out
from convscope.drawing.painting import Blocks, Boxes
from convscope.drawing.units import Unit
from tests.drawing.test_draw import INCEPTION, RESIDUAL, network, things_of

Box = tuple[float, float, float, float]
FORMULAS = (
    INCEPTION,
    RESIDUAL.format(n=3),
    "conv(8, 3) + skip(conv(8, 3, pad=1) + conv(8, 1) + skip(conv(8, 3, pad=1) + conv(8, 1)) + conv(8, 1)) + fc",
    "conv(8, 3) + concat(conv(4, 1), conv(4, 1) + conv(4, 1) + skip(conv(4, 3, pad=1) + conv(4, 1)), "
    "skip(conv(8, 1) + conv(8, 1))) + fc",
    "conv(8, 3) + skip(conv(8, 1) + conv(8, 1)) + conv(8, 3)*4 + skip(conv(8, 1)*3) + maxpool(2) + conv(8, 3)*3 + fc",
    "conv(4, 1) + skip(skip(conv(4, 1) + conv(4, 1)) + conv(4, 1) + skip(conv(4, 1) + conv(4, 1))) + gap + fc",
)


def laid_out(formula: str, painter: type[Blocks | Boxes], fold: bool, widest: float) -> tuple[Layout, list[Box]]:
    """Return a layout with the box of each thing: left, top, right, bottom."""
    things = things_of(network(formula))
    shown, frames = folded(things) if fold else (things, [])
    extents = [painter(shown, "en").extent(thing) for thing in shown]
    layout = lay_out(shown, frames, extents, widest)
    boxes = [(x, y - e.above, x + e.width, y + e.below) for (x, y), e in zip(layout.places, extents, strict=True)]
    return layout, boxes


@pytest.mark.parametrize("widest", [400, 2000])
@pytest.mark.parametrize("painter", [Blocks, Boxes])
@pytest.mark.parametrize("formula", FORMULAS)
def test_no_connection_lies_on_another_or_runs_through_a_block(
    formula: str, painter: type[Blocks | Boxes], widest: float
) -> None:
    """Those that begin or end at one place may share their way there."""
    layout, boxes = laid_out(formula, painter, False, widest)
    parts = [(points[0], points[-1], part) for points, _ in layout.connections for part in pairwise(points)]
    for (begin, end, one), (other_begin, other_end, other) in combinations(parts, 2):
        if begin != other_begin and end != other_end:
            (left, top, right, bottom), (x, y, to_x, to_y) = _around(one), _around(other)
            across, down = min(right, to_x) - max(left, x), min(bottom, to_y) - max(top, y)
            assert not (across > 1 and abs(down) < 2 and bottom - top < 1 and to_y - y < 1), (one, other)
            assert not (down > 1 and abs(across) < 2 and right - left < 1 and to_x - x < 1), (one, other)
    for begin, end, ((x, y), (to_x, to_y)) in parts:
        assert x == to_x or y == to_y, "lines run across and down"
        for left, top, right, bottom in boxes:
            if not any(left <= at[0] <= right and top < at[1] < bottom for at in (begin, end)):
                beside = max(x, to_x) <= left + 1 or min(x, to_x) >= right - 1
                assert beside or max(y, to_y) <= top + 1 or min(y, to_y) >= bottom - 1, (x, y, to_x, to_y)


def _around(part: tuple[tuple[float, float], tuple[float, float]]) -> Box:
    (x, y), (to_x, to_y) = part
    return min(x, to_x), min(y, to_y), max(x, to_x), max(y, to_y)


def test_an_arc_that_holds_another_goes_higher_and_both_above_what_they_pass() -> None:
    layout, boxes = laid_out(FORMULAS[2], Boxes, False, 2000)
    outer, inner = sorted(
        (points for points, _ in layout.connections if len(points) == 6), key=lambda points: points[0][0]
    )
    assert outer[2][1] < inner[2][1] - 5
    assert inner[2][1] < min(top for left, top, right, _ in boxes if inner[0][0] < left and right < inner[-1][0])
    assert min(y for _, y in outer) >= 0


@pytest.mark.parametrize("painter", [Blocks, Boxes])
@pytest.mark.parametrize(
    "formula", [RESIDUAL.format(n=9), "conv(8, 3, pad=1) + (conv(8, 3, pad=1) + tanh)*4 + gap + fc"]
)
def test_a_frame_holds_its_things_and_their_lines_and_nothing_else(formula: str, painter: type[Blocks | Boxes]) -> None:
    things = things_of(network(formula))
    frames = folded(things)[1]
    layout, boxes = laid_out(formula, painter, True, 2000)
    assert len(layout.frames) == len(frames) == 1
    for frame, (x, y, width, height, times) in zip(frames, layout.frames, strict=True):
        assert times == frame.times
        for i, (left, top, right, bottom) in enumerate(boxes):
            holds = x < left and right < x + width and y < top and bottom < y + height
            apart = right < x or x + width < left or bottom < y or y + height < top
            assert holds if frame.first <= i <= frame.last else apart, i
        for points, _ in layout.connections:
            if all(x < px < x + width for px, _ in points[1:]):
                assert all(y < py < y + height for _, py in points)
        assert y - 12 >= 0, "the number of times stands above it"
        assert y + height <= layout.height + 5


def chain(*widths: float) -> tuple[list[Unit], list[Extent]]:
    """Return things one behind another, of some widths and 20 high."""
    unit = things_of(network("conv(4, 3) + fc"))[1]
    units = [Unit(unit.role, unit.layer, unit.text, (), (i - 1,) if i else (), unit.input, unit.output, unit.flat)
             for i in range(len(widths))]  # fmt: skip
    return units, [Extent(width, 10, 10) for width in widths]


@pytest.mark.parametrize(
    ("widest", "rows"),
    [
        (4 * 50 + 3 * GAP, [4]),
        (4 * 50 + 3 * GAP - 1, [2, 2]),
        (3 * 50 + 2 * GAP, [2, 2]),
        (2 * 50 + 2 * GAP, [2, 2]),
        (2 * 50 + 2 * GAP - 1, [2, 1, 1]),
        (50, [1, 1, 1, 1]),
        (10, [1, 1, 1, 1]),
    ],
)
def test_rows_are_as_few_as_the_width_allows_and_as_even(widest: float, rows: list[int]) -> None:
    layout = lay_out(*_with_frames(chain(50, 50, 50, 50), []), widest)
    heights = [y for _, y in layout.places]
    assert [heights.count(y) for y in sorted(set(heights))] == rows
    for y in set(heights):
        begin = 0 if y == min(heights) else GAP  # behind the line that comes from the row above
        assert [x for x, at in layout.places if at == y] == [begin + (50 + GAP) * i for i in range(heights.count(y))]
    assert max(x for x, _ in layout.places) + 50 <= widest or widest < 50 + GAP
    assert (min(heights), layout.height) == (10, max(heights) + 10)


def test_no_row_ends_within_a_frame() -> None:
    layout = lay_out(*_with_frames(chain(50, 50, 50, 50), [Frame(1, 2, 5)]), 3 * 50 + 2 * GAP - 1)
    heights = [y for _, y in layout.places]
    assert heights[0] < heights[1] == heights[2] < heights[3]


def _with_frames(
    made: tuple[list[Unit], list[Extent]], frames: list[Frame]
) -> tuple[list[Unit], list[Frame], list[Extent]]:
    return made[0], frames, made[1]
