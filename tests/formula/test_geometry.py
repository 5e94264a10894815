"""Windows against torch's and a walk over every place that they read, and the small words for sizes."""

from __future__ import annotations

import itertools

import pytest
import torch

from convscope.errors import PlanError
from convscope.formula.geometry import Patch, Window, ends, pair, times

WALKED = [
    (size, kernel, stride, pad, end, dilation)
    for size, kernel, stride, pad, end, dilation in itertools.product(
        range(1, 8), range(1, 4), range(1, 5), range(3), range(3), range(1, 4)
    )
    if size + pad + end >= dilation * (kernel - 1) + 1
]


def windows(ceil: bool = False) -> list[tuple[tuple[int, int], Window]]:
    """Return windows with the sizes that they lie over, each axis in the rows' place and in the columns'."""
    found = []
    for rows, columns in zip(WALKED, reversed(WALKED), strict=True):
        size, kernel, stride, pad, end, dilation = zip(rows, columns, strict=True)
        found.append((size, Window(kernel, stride, pad, end, dilation, ceil)))
    return found


def read(window: Window, axis: int, unit: int, size: int) -> set[int]:
    """Return the places that a unit reads along an axis."""
    first = unit * window.stride[axis] - window.pad[axis]
    return {first + tap * window.dilation[axis] for tap in range(window.kernel[axis])} & set(range(size))


@pytest.mark.parametrize("ceil", [False, True])
@pytest.mark.medium
def test_places_and_what_is_unread_are_those_of_a_walk(ceil: bool) -> None:
    for size, window in windows(ceil):
        places, _, unread = window.over(size)
        for axis in (0, 1):
            reach = size[axis] + window.pad_end[axis] + (window.stride[axis] - 1 if ceil else 0)
            begun = [unit for unit in range(40) if unit * window.stride[axis] - window.pad[axis] < size[axis]]
            fits = [
                unit
                for unit in (begun if ceil else range(40))
                if unit * window.stride[axis] - window.pad[axis] + window.extent[axis] <= reach
            ]
            assert places[axis] == len(fits), (size, window)
            left = set(range(size[axis])).difference(*(read(window, axis, unit, size[axis]) for unit in fits))
            assert unread[axis] == len(left), (size, window)


def test_places_are_torchs() -> None:
    for (height, width), window in windows() + windows(ceil=True):
        if window.pad != window.pad_end or any(2 * p > k for p, k in zip(window.pad, window.kernel, strict=True)):
            continue  # torch has the same at both ends, and half a kernel at most
        given = torch.zeros(1, height, width)
        sizes = window.kernel, window.stride, window.pad, window.dilation, window.ceil
        assert window.over((height, width))[0] == torch.nn.functional.max_pool2d(given, *sizes).shape[1:]


def test_units_read_the_places_of_a_walk() -> None:
    for size, window in windows()[::3]:
        (rows, columns), _, _ = window.over(size)
        for y, x in ((0, columns - 1), (rows - 1, 0), (rows // 2, columns // 2)):
            patch = window.read_by(Patch(range(9), frozenset({y}), frozenset({0, x})), range(2, 5), size)
            wanted = read(window, 0, y, size[0]), read(window, 1, x, size[1]) | read(window, 1, 0, size[1])
            assert patch == (range(2, 5), *wanted), (size, window, y, x)


@pytest.mark.medium
def test_rounding_down_with_the_room_that_it_wants_makes_as_many_places() -> None:
    for size, window in windows(ceil=True):
        top, left, bottom, right = window.pads_over(size)
        room = Window(window.kernel, window.stride, (top, left), (bottom, right), window.dilation)
        assert (top, left) == window.pad
        assert room.over(size)[0] == window.over(size)[0], (size, window)
        for axis, wanted in enumerate((bottom, right)):
            first = (room.over(size)[0][axis] - 1) * window.stride[axis] - window.pad[axis]  # of the last window
            last = first + (window.kernel[axis] - 1) * window.dilation[axis]
            assert wanted == max(0, last - size[axis] + 1), (size, window)
    assert Window((2, 3), (1, 1), (1, 0), (2, 3)).pads_over((9, 9)) == (1, 0, 2, 3)  # without: what was asked for


@pytest.mark.parametrize(
    ("window", "size", "how"),
    [
        (Window((3, 3), (2, 2), (1, 1), (1, 1)), (9, 9), "floor((9 − 3 + 2×1)/2) + 1 = 5"),
        (Window((3, 3), (2, 2), (1, 1), (2, 2)), (9, 9), "floor((9 − 3 + 1 + 2)/2) + 1 = 5"),
        (
            Window((3, 5), (1, 2), (0, 1), (0, 2)),
            (9, 8),
            "rows floor((9 − 3 + 2×0)/1) + 1 = 7, columns floor((8 − 5 + 1 + 2)/2) + 1 = 4",
        ),
        (  # other sums are said apart, even where they come to one figure
            Window((3, 5), (1, 1), (0, 1), (0, 1)),
            (9, 9),
            "rows floor((9 − 3 + 2×0)/1) + 1 = 7, columns floor((9 − 5 + 2×1)/1) + 1 = 7",
        ),
        (Window((2, 2), (2, 2), (0, 0), (0, 0), ceil=True), (5, 5), "ceil((5 − 2 + 2×0)/2) + 1 = 3"),
        (Window((2, 2), (3, 3), (1, 1), (1, 1), ceil=True), (5, 5), "ceil((5 + 1)/3) = 2"),
        (Window((2, 2), (1, 1), (0, 0), (0, 0), (3, 4)), (9, 10), "floor((9 − 4 + 2×0)/1) + 1 = 6"),
    ],
)
def test_sums_by_hand(window: Window, size: tuple[int, int], how: str) -> None:
    assert how in window.over(size)[1]
    assert ("rows" in window.over(size)[1]) == (size[0] != size[1] or window.extent[0] != window.extent[1])


@pytest.mark.parametrize("axis", [0, 1])
def test_a_window_fits_once_or_is_refused(axis: int) -> None:
    size = [9, 9]
    for size[axis] in (2, 3):
        assert Window((5, 5), (7, 7), (1, 1), (2, 2)).over((size[0], size[1]))[0][axis] == 1
    size[axis] = 1
    with pytest.raises(PlanError) as caught:
        Window((5, 5), (1, 1), (1, 1), (2, 2)).over((size[0], size[1]))
    assert f"its {('rows', 'columns')[axis]} would be floor((1 − 5 + 1 + 2)/1) + 1 = 0" in str(caught.value)
    assert "expected 1 or more" in str(caught.value)


def test_small_words() -> None:
    assert (pair(3), pair((1, 2))) == ((3, 3), (1, 2))
    assert [ends(2), ends((1, 2)), ends((1, 2, 3, 4))] == [((2, 2), (2, 2)), ((1, 2), (1, 2)), ((1, 2), (3, 4))]
    assert times((16, 24, 7)) == "16×24×7"
    window = Window((3, 5), (1, 1), (1, 2), (3, 4), (2, 3))
    assert (window.extent, window.pads) == ((5, 13), (1, 2, 3, 4))


def test_a_patch_lies_within_another_where_every_unit_does() -> None:
    whole = Patch(range(1, 4), frozenset({1, 2}), frozenset({3, 4}))
    assert whole.within(whole)
    assert Patch(range(2, 3), frozenset({1}), frozenset({4})).within(whole)
    for channels, rows, columns in (
        (range(3), {1}, {3}),
        (range(2, 5), {1}, {3}),
        (range(2, 3), {1, 3}, {3}),
        (range(2, 3), {1}, {3, 5}),
    ):
        assert not Patch(channels, frozenset(rows), frozenset(columns)).within(whole)
