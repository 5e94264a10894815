"""The transposed convolution against a walk over all its products, and against torch's sizes."""

from __future__ import annotations

import itertools
import random

import pytest
import torch

from convscope.errors import PlanError
from convscope.formula import parse, trace
from convscope.formula.geometry import Patch, Source
from convscope.formula.kinds.transposed import ConvTranspose
from convscope.formula.receptive_field import ReceptiveField

WALKED = [
    given
    for given in itertools.product(range(1, 6), range(1, 4), range(1, 4), range(5), range(4), range(1, 4), range(2))
    if given[-1] < given[2]  # the output padding is below the stride
]
Axis = tuple[int, int, int, int, int, int, int]


def places(given: Axis) -> int:
    """Return how many places come out along an axis."""
    length, kernel, stride, before, after, dilation, added = given
    return max(place for place, _ in reached((length, kernel, stride, 0, 0, dilation, 0))) + 1 - before - after + added


def reached(given: Axis) -> list[tuple[int, int]]:
    """Return (place of the output, place of the input) of every product along an axis."""
    length, kernel, stride, before, _, dilation, _ = given
    return [(at * stride + tap * dilation - before, at) for at in range(length) for tap in range(kernel)]


def layer(rows: Axis, columns: Axis) -> ConvTranspose:
    _, *kernel_to_end = zip(rows, columns, strict=True)
    kernel, stride, before, after, dilation, added = kernel_to_end
    return ConvTranspose(4, kernel, stride, (*before, *after), added, dilation, groups=2)


def drawn(count: int) -> list[tuple[Axis, Axis]]:
    """Return axes with something left, each in the rows' place and in the columns'."""
    rng = random.Random(0)
    left = [given for given in WALKED if places(given) > 0]
    rng.shuffle(left)
    return list(zip(left[:count], reversed(left[:count]), strict=True))


@pytest.mark.medium
def test_sizes_and_what_is_left_unread_are_those_of_a_walk_over_every_product() -> None:
    for rows, columns in drawn(2000):
        made = trace(layer(rows, columns), (2, rows[0], columns[0])).nodes[0]
        kept = [{at for place, at in reached(axis) if 0 <= place < places(axis)} for axis in (rows, columns)]
        assert made.output == (4, places(rows), places(columns)), (rows, columns)
        assert made.dropped == (rows[0] - len(kept[0]), columns[0] - len(kept[1])), (rows, columns)


def test_what_is_read_is_that_of_a_walk_over_every_product() -> None:
    for rows, columns in drawn(300):
        made = layer(rows, columns)
        wanted = [
            [{at for place, at in reached(axis) if place == here} for here in range(places(axis))]
            for axis in (rows, columns)
        ]
        got = [
            [set(made.read_along(axis, here, given[0])) for here in range(places(given))]
            for axis, given in enumerate((rows, columns))
        ]
        assert got == wanted, (rows, columns)
        source = Source((6, rows[0], columns[0]), flat=False)
        y, x = frozenset(range(0, places(rows), 2)), frozenset(range(places(columns) // 2, places(columns)))
        patch = made.read_by(Patch(range(1, 2), y, x), source)
        assert patch.channels == range(3)  # the first of two groups of 3 channels, which makes channels 0 and 1
        assert patch.rows == set().union(*(wanted[0][at] for at in y)), (rows, columns)
        assert patch.columns == set().union(*(wanted[1][at] for at in x)), (rows, columns)


@pytest.mark.parametrize(
    ("channels", "read"),
    [(range(1), range(3)), (range(1, 2), range(3)), (range(2, 3), range(3, 6)), (range(1, 3), range(6))],
)
def test_groups_read_their_own_channels(channels: range, read: range) -> None:
    one = Patch(channels, frozenset({0}), frozenset({0}))
    assert ConvTranspose(4, 1, groups=2).read_by(one, Source((6, 1, 1), flat=False)).channels == read


def test_sizes_are_torchs() -> None:
    for pad, added, dilation in itertools.product(range(3), range(2), (1, 3)):
        text = f"conv_transpose(6, (3, 2), stride=(2, 3), pad={pad}, output_padding={added}, dilation={dilation})"
        module = torch.nn.ConvTranspose2d(4, 6, (3, 2), (2, 3), pad, added, dilation=dilation)
        assert trace(parse(text), (4, 5, 6)).nodes[0].output == module(torch.zeros(4, 5, 6)).shape


def test_sums_by_hand() -> None:
    node = trace(parse("conv_transpose(6, 3, stride=2, pad=1, output_padding=1)"), (4, 5, 5)).nodes[0]
    assert (node.output, node.size_how) == ((6, 10, 10), "(5 − 1)×2 − 2×1 + 3 + 1 = 10")
    assert (node.parameters, node.parameters_how) == (222, "6 × (4×3×3 + 1) = 222")
    assert node.macs == 4 * 5 * 5 * 6 * 9  # every number of the input times every weight of its channel
    node = trace(parse("conv_transpose(6, (3, 2), pad=(0, 1, 1, 0), groups=2, bias=False)"), (4, 5, 5)).nodes[0]
    assert node.output == (6, 6, 5)
    assert node.size_how == "rows (5 − 1)×1 − 0 − 1 + 3 + 0 = 6, columns (5 − 1)×1 − 1 − 0 + 2 + 0 = 5"
    assert (node.parameters, node.parameters_how) == (72, "6 × (2×3×2) = 72")
    assert node.weights == (("weight", (4, 3, 3, 2)),)
    assert node.macs == 2 * 5 * 5 * 6 * 6
    node = trace(parse("conv_transpose(6, 3, stride=(1, 2), pad=(0, 2, 0, 2))"), (4, 5, 4)).nodes[0]
    assert node.output == (6, 7, 5)  # other sums are said apart, even where they come to one figure
    assert trace(parse("conv_transpose(2, 3, pad=(0, 1))"), (4, 3, 5)).nodes[0].size_how == (
        "rows (3 − 1)×1 − 2×0 + 3 + 0 = 5, columns (5 − 1)×1 − 2×1 + 3 + 0 = 5"
    )


@pytest.mark.parametrize("axis", [0, 1])
def test_one_place_is_left_or_it_is_refused(axis: int) -> None:
    pads = ["(2, 0, 3, 0)", "(0, 2, 0, 3)"]
    assert trace(parse(f"conv_transpose(1, 2, pad={pads[axis]})"), (1, 5, 5)).nodes[0].output[axis + 1] == 1
    pads = ["(3, 0, 3, 0)", "(0, 3, 0, 3)"]
    with pytest.raises(PlanError) as caught:
        trace(parse(f"conv_transpose(1, 2, pad={pads[axis]})"), (1, 5, 5))
    assert f"its {('rows', 'columns')[axis]} would be (5 − 1)×1 − 2×3 + 2 + 0 = 0" in str(caught.value)
    assert "expected 1 or more" in str(caught.value)


def test_groups_divide_what_comes_in() -> None:
    assert trace(parse("conv_transpose(4, 1, groups=2)"), (6, 3, 3)).nodes[0].output == (4, 3, 3)
    with pytest.raises(PlanError, match="groups must divide the channels that come in, got 2 groups, 5 channels"):
        trace(parse("conv_transpose(4, 1, groups=2)"), (5, 3, 3))


def test_output_padding_is_below_the_stride() -> None:
    assert ConvTranspose(1, 2, (2, 3), output_padding=(1, 2)).output_padding == (1, 2)
    for added in ((2, 2), (1, 3)):
        with pytest.raises(PlanError, match="output_padding must be less than stride"):
            ConvTranspose(1, 2, (2, 3), output_padding=added)


def test_its_field_is_what_a_walk_away_from_the_borders_finds() -> None:
    """Of the units that see most, and from where the first one sees; each place of the input 12 pixels from the next"""
    before = ReceptiveField(size=(5, 7), jump=(12, 12), start=(-3, 2))
    for (kh, sh, ph), (kw, sw, pw) in itertools.product(
        itertools.product(range(1, 6), range(1, 4), range(4)), [(3, 2, 1), (1, 1, 0), (4, 3, 2)]
    ):
        made = ConvTranspose(1, (kh, kw), (sh, sw), (ph, pw, 3, 1)).receptive_field([before], (9, 9))
        for axis, (kernel, stride, pad) in enumerate(((kh, sh, ph), (kw, sw, pw))):
            read = [
                [at for at in range(-9, 9) if 0 <= here + pad - at * stride < kernel] for here in range(-stride, stride)
            ]
            most = max(map(len, read))
            assert made.size[axis] == before.size[axis] + (most - 1) * 12
            assert made.jump[axis] == 12 // stride
            if first := read[stride]:
                assert made.start[axis] == before.start[axis] + first[0] * 12


def test_units_closer_than_a_pixel_count_as_one_apart() -> None:
    def jumps(before: int, stride: int) -> tuple[int, int]:
        field = ReceptiveField((1, 1), (before, 1), (0, 0))
        return ConvTranspose(1, 3, stride).receptive_field([field], (9, 9)).jump

    assert [jumps(8, 3), jumps(7, 3), jumps(3, 2), jumps(5, 4), jumps(1, 2)] == [(3, 1), (2, 1), (2, 1), (1, 1), (1, 1)]


def test_what_a_page_is_told_of_it() -> None:
    text = "conv_transpose(6, (3, 2), stride=(2, 3), pad=(1, 0, 2, 4), output_padding=(1, 0), dilation=4, groups=2)"
    layer = parse(text)
    assert isinstance(layer, ConvTranspose)
    assert layer.options() == {
        "kernel": [3, 2],
        "stride": [2, 3],
        "dilation": [4, 4],
        "sides": [1, 0, 2, 4],
        "output_padding": [1, 0],
        "groups": 2,
        "bias": True,
    }
