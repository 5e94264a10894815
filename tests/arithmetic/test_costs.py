"""The costs of depth are those that convscope.formula finds, layer by layer."""

from __future__ import annotations

import doctest

import pytest
import torch

from convscope.arithmetic import costs
from convscope.errors import UsageError
from convscope.formula import MaxPool, describe


def test_the_docstrings_numbers() -> None:
    found = doctest.testmod(costs)
    assert (found.failed, found.attempted >= 5) == (0, True)


def test_the_lectures_chain() -> None:
    assert costs.map_sizes(9, 3) == [9, 7, 5, 3, 1]
    assert costs.map_sizes(28, 5, layers=9) == [28, 24, 20, 16, 12, 8, 4]
    with pytest.raises(UsageError, match="the size never falls, got pad=1"):
        costs.map_sizes(9, 3, pad=1)


@pytest.mark.parametrize(
    ("channels", "kernel", "pad", "pool_every", "layers"),
    [(1, 3, 0, 0, 300), (16, 3, 1, 0, 20), (8, 5, 2, 3, 12), (4, 3, 0, 2, 8), (3, 1, 0, 1, 4)],
)
def test_the_formula_says_the_same(channels: int, kernel: int, pad: int, pool_every: int, layers: int) -> None:
    conv = f"conv({channels}, {kernel}, pad={pad})"
    parts = [f"{conv}*{pool_every} + maxpool(2)"] * (layers // pool_every) if pool_every else [f"{conv}*{layers}"]
    network = describe(" + ".join(parts), (1, 180, 360) if layers < 300 else (1, 1800, 3600)).network
    found = costs.stack_costs(network.input[2], network.input[1], layers, channels, kernel, pad, pool_every)
    last = network.nodes[-1].output
    numbers = sum(node.output[0] * node.output[1] * node.output[2] for node in network.nodes)
    assert (found.macs, found.numbers, found.last) == (network.macs, numbers, (last[2], last[1]))
    assert found.layers == sum(not isinstance(node.layer, MaxPool) for node in network.nodes) == layers


def test_it_ends_where_no_kernel_fits() -> None:
    found = costs.stack_costs(3600, 1800, 300, pool_every=3)
    assert found.layers < 300
    assert min(found.last) < 3
    assert costs.stack_costs(2, 2, 5) == (0, 0, (2, 2), 0)


@pytest.mark.parametrize("shape", [(4, 4), (5, 7), (1, 6)])
@pytest.mark.medium
def test_pooling_is_torchs(shape: tuple[int, int]) -> None:
    maps = torch.randn(1, *shape, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    rows = maps[0].tolist()
    if shape[0] < 2:
        assert costs.pool(rows, False) == []
        return
    assert costs.pool(rows, False) == torch.nn.functional.max_pool2d(maps, 2)[0].tolist()
    found = torch.tensor(costs.pool(rows, True), dtype=torch.float64)
    torch.testing.assert_close(found, torch.nn.functional.avg_pool2d(maps, 2)[0])


def test_receptive_fields_are_those_of_the_formula() -> None:
    for formula in ("slides", "lenet5", "conv(4, 3, stride=2) + maxpool(3) + conv(4, 2) + fc"):
        nodes = [n for n in describe(formula).network.nodes if n.layer.name in ("conv", "maxpool", "avgpool")]
        windows = [n.layer.window for n in nodes]  # type: ignore[attr-defined]
        sides = [(window.kernel[0], window.stride[0]) for window in windows]
        assert costs.field_sizes(sides) == [node.field.size[0] for node in nodes]
