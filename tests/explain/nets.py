"""Small networks with random weights, and pictures for them."""

from __future__ import annotations

from typing import Any

import numpy as np

from convscope.nn import Net, build, load_weights
from tests.samples import sample

Pixels = np.ndarray[Any, np.dtype[np.uint8]]


def net_of(formula: str, shape: tuple[int, int, int] = (1, 12, 11), classes: int = 3, seed: int = 0) -> Net:
    """Return a network of convscope's in evaluation mode, its weights drawn from `seed`."""
    network, spec, weights, _ = sample(formula, shape, classes, seed=seed)
    return load_weights(build(network, spec), weights).eval()


def pixels(n: int, shape: tuple[int, int, int] = (1, 12, 11), seed: int = 0) -> Pixels:
    """Return n random pictures (n, C, H, W)."""
    return np.random.default_rng(seed).integers(0, 256, (n, *shape), dtype=np.uint8)
