"""What a network asks for one picture: counted by hand, and beside what torch makes of it."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings

from convscope.formula import Network, parse, trace
from convscope.formula.demand import demand
from convscope.formula.network import PICTURE
from convscope.nn import build
from convscope.pictures.input_spec import InputSpec
from tests.strategies import networks


def test_counted_by_hand() -> None:
    chain = demand(trace(parse("conv(20, 5) + relu + maxpool(2) + fc")))
    assert chain.bytes_at_once == 4 * 2 * 32 * 24 * 24 + 9 * 28 * 28  # 20 channels are two blocks of 16
    assert chain.numbers == 2 * 20 * 24 * 24 + 20 * 12 * 12 + 20 * 12 * 12 + 10
    assert chain.macs == 20 * 24 * 24 * 25 + 20 * 12 * 12 * 10


def test_a_skip_keeps_its_beginning_alive() -> None:
    across = demand(trace(parse("relu + skip(tanh + tanh)"), (16, 10, 10)))
    assert across.bytes_at_once == (4 * 3 + 9) * 16 * 10 * 10  # relu, waiting for the sum, and two of what follows
    assert demand(trace(parse("relu + tanh + tanh"), (16, 10, 10))).bytes_at_once == (4 * 2 + 9) * 16 * 10 * 10


@pytest.mark.slow
@given(networks())
@settings(max_examples=100, deadline=None)
def test_no_less_than_what_any_runtime_holds(network: Network) -> None:
    channels = network.input[0]
    net = build(network, InputSpec(network.input, (0.0,) * channels, (1.0,) * channels)).eval()
    with torch.no_grad():
        outputs = net.outputs(torch.zeros(1, *network.input))
    asked, sizes = demand(network), [output.numel() for output in outputs]
    assert asked.numbers == sum(sizes)
    reads = [node.sources for node in network.nodes]
    for i, size in enumerate(sizes):
        waiting = {source for later in reads[i:] for source in later if PICTURE < source < i}
        assert asked.bytes_at_once >= 4 * (size + sum(sizes[source] for source in waiting))
