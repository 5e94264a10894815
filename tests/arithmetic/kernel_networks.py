"""Random networks of one kernel, and the same in torch: what Python's sums and the page's are held to."""

from __future__ import annotations

import random
from typing import Any

import pytest
import torch
from torch.nn import functional

from convscope.arithmetic import backpropagation as b

Case = tuple[b.KernelNetwork, list[b.Table], list[int]]


def drawn(rng: random.Random, activation: str, pool: str) -> Case:
    """Return a random network with two or three classes, a batch of one to four pictures, and their classes."""

    def table(rows: int, columns: int) -> b.Table:
        return [[rng.uniform(-1, 1) for _ in range(columns)] for _ in range(rows)]

    side, classes, count = rng.choice([2, 3]), rng.choice([2, 3]), rng.randint(1, 4)
    head = ([rng.uniform(-2, 2) for _ in range(classes)] for _ in "wc")
    network = b.KernelNetwork(
        table(side, side), rng.uniform(-0.5, 0.5), *head, activation, pool, rng.choice([0.01, 0.1])
    )
    high, wide = rng.randint(side, 5), rng.randint(side, 5)
    return network, [table(high, wide) for _ in range(count)], [rng.randrange(classes) for _ in range(count)]


class Torch:
    """The same network in torch, float64."""

    def __init__(self, network: b.KernelNetwork) -> None:
        self.network = network
        self.kernel = torch.tensor(network.kernel, dtype=torch.float64, requires_grad=True)
        self.bias = torch.tensor(network.bias, dtype=torch.float64, requires_grad=True)

    def loss(self, pictures: list[b.Table], targets: list[int]) -> torch.Tensor:
        x = torch.tensor(pictures, dtype=torch.float64)[:, None]
        sums = functional.conv2d(x, self.kernel[None, None], self.bias[None])
        active = {
            "relu": functional.relu,
            "leaky": lambda v: functional.leaky_relu(v, self.network.slope),
            "sigmoid": torch.sigmoid,
        }[self.network.activation](sums).flatten(1)
        pooled = active.amax(1) if self.network.pool == "max" else active.mean(1)
        weights, offsets = (torch.tensor(v, dtype=torch.float64) for v in (self.network.weights, self.network.offsets))
        return functional.cross_entropy(pooled[:, None] * weights + offsets, torch.tensor(targets))

    def step(self, pictures: list[b.Table], targets: list[int], rate: float) -> None:
        torch.autograd.backward([self.loss(pictures, targets)])
        with torch.no_grad():
            for one in (self.kernel, self.bias):
                assert one.grad is not None
                one -= rate * one.grad
                one.grad = None


def near(wanted: object) -> Any:
    return pytest.approx(wanted, rel=1e-9, abs=1e-12)
