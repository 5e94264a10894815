"""Small data, networks and recipes for the tests of training."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from convscope.data import Dataset, arrays
from convscope.formula import parse, trace
from convscope.nn import Net, build
from convscope.pictures.input_spec import InputSpec
from convscope.training.recipes import Recipe


def toy(
    n: int = 48, shape: tuple[int, int, int] = (1, 8, 8), classes: int = 3, seed: int = 0
) -> tuple[torch.Tensor, torch.Tensor]:
    rng = np.random.default_rng(seed)
    return torch.from_numpy(rng.integers(0, 256, (n, *shape), dtype=np.uint8)), torch.from_numpy(
        rng.integers(0, classes, n)
    )


def squares(n: int = 150) -> Dataset:
    """Return pictures of noise with a light square at one of two places, which is their class."""
    rng = np.random.default_rng(0)
    images, labels = rng.integers(0, 100, (n, 1, 8, 8), dtype=np.uint8), np.arange(n) % 2
    for image, label in zip(images, labels, strict=True):
        image[:, 4 * label : 4 * label + 3, 2:6] = 255
    return arrays(images, labels)


def small(
    formula: str = "conv(4, 3) + relu + fc", seed: int = 0, shape: tuple[int, int, int] = (1, 8, 8), classes: int = 3
) -> Net:
    net = build(trace(parse(formula), shape, classes), InputSpec(shape), seed)
    return net.to(memory_format=torch.channels_last)  # type: ignore[call-overload]


def recipe(**changes: Any) -> Recipe:
    return Recipe(
        **({"name": "r", "plan": "", "general_plan": "", "epochs": 1.0, "batch_size": 16, "lr": 0.05} | changes)
    )


def same(a: Net, b: Net) -> bool:
    return all(torch.equal(x, y) for x, y in zip(a.state_dict().values(), b.state_dict().values(), strict=True))
