"""The picture's own statistics, in numpy: what the graph computes in float32, in the order of `layout`."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..formula.kinds.pooling import cell
from . import layout

Pixels = np.ndarray[Any, np.dtype[np.uint8]]
Floats = np.ndarray[Any, np.dtype[np.float64]]
Single = np.ndarray[Any, np.dtype[np.float32]]

AT_ONCE = 64  # pictures


def statistics(pictures: Pixels) -> Floats:
    """Return the statistics (N, D) of pictures (N, C, H, W), D being `layout.count`.

    >>> statistics(np.zeros((1, 1, 2, 2), np.uint8))[0, :3]    # no edges in so few pixels: all of them are dark
    array([1., 0., 0.])
    """
    parts = [
        _of(pictures[i : i + AT_ONCE].astype(np.float32) / np.float32(255)) for i in range(0, len(pictures), AT_ONCE)
    ]
    return np.concatenate(parts).astype(np.float64) if parts else np.zeros((0, layout.count(pictures.shape[1:])))


def _of(x: Single) -> Single:
    found, z = [], x  # (N, C, H, W)
    for scale in range(layout.scales(x.shape[1:])):
        if scale:
            height, width = (size // 2 for size in z.shape[2:])
            z = z[:, :, : 2 * height, : 2 * width].reshape(*z.shape[:2], height, 2, width, 2).mean((3, 5))
        middle = z[:, :, 1:-1, 1:-1]
        left, right = z[:, :, 1:-1, :-2], z[:, :, 1:-1, 2:]
        above, below = z[:, :, :-2, 1:-1], z[:, :, 2:, 1:-1]
        made = (middle - left, middle - above, 4 * middle - left - right - above - below)
        edges = np.stack(made, 2).reshape(len(x), -1, *middle.shape[2:])  # (N, 3C, h, w): a channel's three together
        found += [_log(np.abs(edges).mean((2, 3))), _log(np.sqrt((edges * edges).mean((2, 3))))]
    steps = layout.LEVELS - 1
    near = [np.maximum(1 - np.abs(x * steps - level), 0).mean((2, 3)) for level in range(layout.LEVELS)]
    found.append(np.sqrt(np.stack(near, 2)).reshape(len(x), -1))  # (N, 9C): a channel's nine together
    rows, columns = ([cell(i, layout.CELLS, size) for i in range(layout.CELLS)] for size in x.shape[2:])
    grid = [x[:, :, r.start : r.stop, c.start : c.stop].mean((2, 3)) for r in rows for c in columns]
    found.append(np.stack(grid, 2).reshape(len(x), -1))
    if x.shape[1] == 3:
        colours = np.stack([x[:, a] - x[:, b] for a, b in layout.PAIRS], 1)  # (N, 3, H, W)
        found += [_log(np.abs(colours).mean((2, 3))), colours.mean((2, 3))]
    return np.concatenate(found, 1)


def _log(x: Single) -> Single:
    logarithms: Single = np.log(x + np.float32(layout.FLOOR))
    return logarithms
