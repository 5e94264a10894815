"""What kinds say of themselves holds of torch's numbers, and what they do not say fails somewhere."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from convscope.formula import Layer, Network
from convscope.formula.kinds import KINDS
from convscope.formula.network import Node
from convscope.nn.table import TORCH
from tests.formula.kinds.test_kinds import nodes


def made(kind: type[Layer], network: Network, node: Node, given: list[Tensor]) -> Tensor:
    torch.manual_seed(0)
    module = TORCH[kind].make(node.layer, node).double().eval()
    for numbers in module.parameters():
        torch.nn.init.uniform_(numbers, 0.5, 1.5)
    with torch.no_grad():
        return module(*given)


def given(node: Node) -> list[Tensor]:
    generator = torch.Generator().manual_seed(1)
    shapes = [shape[:1] if node.flat and shape[1:] == (1, 1) else shape for shape in node.inputs]
    return [4 * torch.randn(2, *shape, dtype=torch.float64, generator=generator) for shape in shapes]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_homogeneous_is_what_scales_as_its_input_does(kind: type[Layer]) -> None:
    """Layers of several inputs are not asked."""
    holds = []
    for network, node in nodes(kind):
        if len(node.sources) > 1:
            continue
        once, thrice = (made(kind, network, node, [by * maps for maps in given(node)]) for by in (1, 3))
        holds.append((node.layer.scales_along, torch.allclose(3 * once, thrice, rtol=1e-6, atol=1e-9)))
    assert all(scaled for said, scaled in holds if said)
    assert not any(said for said, scaled in holds if not scaled)
    assert kind.homogeneous or not holds or not all(scaled for _, scaled in holds)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_channelwise_is_what_keeps_channels_apart(kind: type[Layer]) -> None:
    """A sum of several inputs keeps them apart, too, and is not asked."""
    holds = []
    for network, node in nodes(kind):
        inputs = given(node)
        before = made(kind, network, node, inputs)
        for maps in inputs:
            maps[:, min(1, maps.shape[1] - 1)] += 1
        after = made(kind, network, node, inputs)
        kept = (before == after).flatten(2).all(2).all(0) if before.dim() > 2 else (before == after).all(0)
        apart = [channel for channel in range(before.shape[1]) if channel != 1]
        holds.append(before.shape[1] == inputs[0].shape[1] and bool(kept[apart].all()))
    assert all(holds) if kind.channelwise or kind.name == "add" else not all(holds)
