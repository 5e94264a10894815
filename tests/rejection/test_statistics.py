"""The picture's own statistics: worked out by hand, and by torch's convolutions."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from torch.nn import functional

from convscope.rejection import layout
from convscope.rejection.statistics import AT_ONCE, statistics


def by_torch(pictures: np.ndarray) -> np.ndarray:
    """Return the statistics as torch's own operations give them in float64."""
    x = torch.from_numpy(pictures).double() / 255
    channels, found, z = x.shape[1], [], x
    kernels = torch.tensor(layout.KERNELS, dtype=torch.float64)[:, None].repeat(channels, 1, 1, 1)
    for scale in range(layout.SCALES):
        if scale:
            if min(z.shape[2:]) // 2 < layout.LEAST:
                break
            z = functional.avg_pool2d(z, 2)
        if min(z.shape[2:]) < layout.LEAST:
            break
        edges = functional.conv2d(z, kernels, groups=channels)
        found += [
            (layout.FLOOR + edges.abs().mean((2, 3))).log(),
            (layout.FLOOR + edges.norm(dim=(2, 3)) / math.sqrt(edges[0, 0].numel())).log(),
        ]
    levels = torch.linspace(0, 1, layout.LEVELS, dtype=torch.float64)
    near = (1 - (layout.LEVELS - 1) * (x[:, :, None] - levels[:, None, None]).abs()).clamp(min=0)
    found += [near.mean((3, 4)).sqrt().flatten(1), functional.adaptive_avg_pool2d(x, layout.CELLS).flatten(1)]
    if channels == 3:
        colours = torch.stack([x[:, 0] - x[:, 1], x[:, 1] - x[:, 2], x[:, 0] - x[:, 2]], 1)
        found += [(layout.FLOOR + colours.abs().mean((2, 3))).log(), colours.mean((2, 3))]
    return torch.cat(found, 1).numpy()


@pytest.mark.parametrize("shape", [(1, 28, 28), (3, 13, 21), (2, 6, 11), (3, 5, 4), (1, 2, 3), (3, 1, 1)])
def test_the_same_as_torch(shape: tuple[int, int, int]) -> None:
    pictures = np.random.default_rng(0).integers(0, 256, (5, *shape), dtype=np.uint8)
    made = statistics(pictures)
    assert made.shape == (5, layout.count(shape))
    np.testing.assert_allclose(made, by_torch(pictures), rtol=0, atol=2e-5)


def test_by_hand() -> None:
    """A column of white in black, 3×3: two steps of 1 to the left and right, none up and down."""
    picture = np.zeros((1, 1, 3, 3), np.uint8)
    picture[..., 1] = 255
    edges = statistics(picture)[0, :6]
    sizes = [1, 0, 2]  # of the one pixel in the middle: 1 − 0, 1 − 1, 4·1 − 1 − 1 − 0 − 0
    np.testing.assert_allclose(edges, [math.log(0.01 + size) for size in sizes] * 2, rtol=1e-6)


def test_in_parts_as_at_once() -> None:
    pictures = np.random.default_rng(1).integers(0, 256, (AT_ONCE + 3, 1, 5, 5), dtype=np.uint8)
    np.testing.assert_array_equal(statistics(pictures)[-3:], statistics(pictures[-3:]))
    assert statistics(pictures[:0]).shape == (0, layout.count((1, 5, 5)))
