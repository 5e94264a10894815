"""Receptive fields equal the footprint of a gradient: positive weights, mean pooling, nothing that saturates."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from convscope.formula import (
    AvgPool,
    BatchNorm,
    Branches,
    Chain,
    Dropout,
    Gate,
    GlobalAvgPool,
    GroupNorm,
    LayerNorm,
    LogSoftmax,
    MaxPool,
    Network,
    Plan,
    Repeat,
    Scale,
    Skip,
    Softmax,
    SqueezeExcite,
    parse,
    seen,
    trace,
)
from convscope.formula.kinds import LAYERS
from convscope.nn import build
from convscope.pictures.input_spec import InputSpec
from tests.strategies import networks

NORMS = (BatchNorm, Scale, GroupNorm, LayerNorm, Softmax, LogSoftmax)
STOPS = (*(kind for kind in LAYERS.values() if kind.activation), Dropout, *NORMS)


def linear(plan: Plan) -> Plan:
    """Return `plan` with everything that can stop a gradient taken out and every pooling a mean."""
    if isinstance(plan, Chain):
        return Chain(tuple(map(linear, plan.parts)))
    if isinstance(plan, Repeat):
        return linear(plan.body) * plan.times
    if isinstance(plan, Skip):
        return Skip(*map(linear, plan.inner))
    if isinstance(plan, Gate):
        return Gate(linear(plan.body))
    if isinstance(plan, SqueezeExcite):
        return Gate(GlobalAvgPool())
    if isinstance(plan, Branches):
        return Branches(tuple(map(linear, plan.branches)))
    if isinstance(plan, MaxPool):
        return AvgPool(plan.window.extent, plan.stride, plan.pad, plan.ceil_mode)
    return Dropout(0.0) if isinstance(plan, STOPS) else plan


def footprint(network: Network, index: int, number: int) -> tuple[int, int, int, int] | None:
    """Return the box around the pixels with a gradient from one number of a node's output."""
    net = build(network, InputSpec(network.input, (0.0,) * network.input[0], (1.0,) * network.input[0])).double().eval()
    with torch.no_grad():
        for parameter in net.parameters():
            parameter.copy_(torch.rand(parameter.shape, dtype=torch.float64) + 0.5)
    picture = torch.ones(1, *network.input, dtype=torch.float64, requires_grad=True)
    output = net.outputs(picture)[index]
    (gradient,) = torch.autograd.grad(output.reshape(-1)[number], picture, allow_unused=True)
    if gradient is None or not gradient.any():
        return None
    rows, columns = (gradient[0].abs().sum((0, 2)).nonzero(), gradient[0].abs().sum((0, 1)).nonzero())
    return int(rows.min()), int(columns.min()), int(rows.max()), int(columns.max())


def check_footprint(network: Network, data: st.DataObject) -> None:
    network = trace(linear(network.plan), network.input, network.classes)
    index = data.draw(st.integers(0, len(network.nodes) - 1))
    node = network.nodes[index]
    channel, row, column = (data.draw(st.integers(0, n - 1)) for n in node.output)
    number = (channel * node.output[1] + row) * node.output[2] + column
    unit, of = ((channel, 0), None) if node.flat else ((row, column), channel)
    assert seen(network, index, unit, of) == footprint(network, index, number)


@given(networks(max_channels=2), st.data())
@settings(max_examples=60, deadline=None)
@pytest.mark.medium
def test_what_a_unit_sees_is_where_its_gradient_reaches(network: Network, data: st.DataObject) -> None:
    check_footprint(network, data)


@pytest.mark.slow
@pytest.mark.long
@given(networks(max_channels=1, max_size=20), st.data())
@settings(max_examples=3000, deadline=None)
def test_thousands_of_units(network: Network, data: st.DataObject) -> None:
    check_footprint(network, data)


@pytest.mark.parametrize(
    "formula",
    [
        "conv(1, 5) + conv(1, 5) + avgpool(2) + conv(1, 5) + conv(1, 5)",
        "conv(1, (3, 5), stride=(2, 1), pad=2) + conv(1, 3, dilation=(3, 2)) + avgpool(3, stride=2, pad=1)",
        "crop(96) + conv(1, 5, stride=2, pad=2) + skip(conv(1, 3, pad=1) + conv(1, 3, pad=1)) + avgpool(2)",
    ],
)
def test_the_recurrence_holds_away_from_the_borders(formula: str) -> None:
    network = trace(parse(formula), (1, 100, 100))
    for index, node in enumerate(network.nodes):
        row, column = node.output[1] // 2, node.output[2] // 2
        field = node.field
        top, left = field.start[0] + row * field.jump[0], field.start[1] + column * field.jump[1]
        assert seen(network, index, (row, column)) == (top, left, top + field.size[0] - 1, left + field.size[1] - 1)


def test_a_chain_by_hand() -> None:
    network = trace(parse("conv(1, 3, pad=1) + maxpool(2) + conv(1, 3)"), (1, 8, 8))
    fields = [(n.field.size, n.field.jump, n.field.start) for n in network.nodes]
    assert fields == [((3, 3), (1, 1), (-1, -1)), ((4, 4), (2, 2), (-1, -1)), ((8, 8), (2, 2), (-1, -1))]
    assert seen(network, 2) == seen(network, 2, (0, 0)) == (0, 0, 6, 6)  # −1 … 6, clipped
    assert seen(network, 2, (1, 1)) == (1, 1, 7, 7)  # 1 … 8, clipped
    assert seen(trace(parse("conv(1, 1, pad=2)"), (1, 4, 4)), 0, (0, 0)) is None  # padding alone


def test_maps_of_one_pixel_are_flattened_to_the_channel_that_each_number_is() -> None:
    network = trace(parse("conv(3, 1, stride=2) + flatten + flatten + fc(2)"), (1, 2, 2))
    for number in range(3):  # each channel's one unit sees the upper left pixel
        assert seen(network, 1, (number, 0)) == seen(network, 2, (number, 0)) == (0, 0, 0, 0)
    assert seen(network, 3, (1, 0)) == (0, 0, 0, 0)


def test_a_branch_sees_what_it_reads_and_the_place_of_all_maps_the_box_around() -> None:
    network = trace(parse("concat(conv(2, (1, 3), pad=(0, 1)), conv(1, (5, 1), pad=(2, 0))) + relu"), (1, 9, 9))
    assert [seen(network, 3, (4, 4), channel) for channel in range(3)] == [(4, 3, 4, 5)] * 2 + [(2, 4, 6, 4)]
    assert seen(network, 3, (4, 4)) == (2, 3, 6, 5)
    grouped = trace(parse("concat(conv(2, (1, 3), pad=(0, 1)), relu) + conv(3, 1, groups=3)"), (1, 9, 9))
    assert [seen(grouped, 3, (4, 4), channel) for channel in range(3)] == [(4, 3, 4, 5)] * 2 + [(4, 4, 4, 4)]


def test_each_number_of_joined_rows_sees_its_own_branchs_cell() -> None:
    network = trace(parse("concat(adaptive_avgpool((2, 3)) + flatten, gap + flatten, fc(4)) + fc"), (1, 5, 7))
    rows, columns = ((0, 2), (2, 4)), ((0, 2), (2, 4), (4, 6))  # cells share a row and a column where they do not fit
    cells = [(top, left, bottom, right) for top, bottom in rows for left, right in columns]
    assert [seen(network, 6, (number, 0)) for number in range(11)] == cells + [(0, 0, 4, 6)] * 5
    assert seen(network, 7, (0, 0)) == (0, 0, 4, 6)
    assert (network.nodes[7].field.size, network.nodes[7].field.start) == ((6, 7), (0, 0))  # cells a whole step apart


def test_tokens_see_their_patch_and_learned_ones_see_nothing() -> None:
    """The first patch is the place right after the learned ones; the places go on row after row."""
    for extra in range(3):
        network = trace(parse(f"conv(2, 2, stride=2) + tokens({extra})"), (1, 4, 6))
        patches = [(top, left, top + 1, left + 1) for top in (0, 2) for left in (0, 2, 4)]
        assert [seen(network, 1, (at, 0)) for at in range(extra + 6)] == [None] * extra + patches


def test_rows_of_equal_grids_and_unlike_steps_see_together_what_all_of_them_see() -> None:
    """Two units a pixel apart that see 6 pixels each, beside two that stand 4 apart and see 2: 7 pixels in all."""
    network = trace(parse("concat(conv(1, 6) + flatten, maxpool(2, stride=4) + flatten) + fc"), (1, 7, 7))
    assert [node.grid for node in network.nodes[:4]] == [(2, 2)] * 4
    assert network.nodes[-1].field.size == (7, 7)


def test_many_skips_do_not_multiply() -> None:
    conv = LAYERS["conv"]
    body = Skip(conv(1, 3, pad=2, dilation=2) + conv(1, (3, 1), pad=(1, 0)))  # type: ignore[call-arg]
    network = trace(body * 100, (1, 40, 40))
    assert seen(network, len(network.nodes) - 1, (20, 20)) == (0, 0, 39, 38)  # columns move in steps of 2


def test_kernels_beyond_the_picture_cost_no_more_than_the_picture() -> None:
    formula = "conv(1, (1000000, 1), pad=(1000000, 0)) + conv(1, (1000000, 1), dilation=(1, 1)) + fc"
    network = trace(parse(formula), (1, 28, 1))
    assert network.nodes[0].output == (1, 1000029, 1)
    assert seen(network, 1, (0, 0)) == (0, 0, 27, 0)
    assert seen(network, 0, (0, 0)) is None  # its window ends just before the picture
    assert seen(network, 0, (1, 0)) == (0, 0, 0, 0)
