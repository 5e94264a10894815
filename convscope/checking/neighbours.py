"""The nearest pictures of each, by the cosine of features: all that the closer look needs of a million pairs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = np.ndarray[Any, np.dtype[np.float32]]
Rows = NDArray[np.int64]

MOST = 13  # neighbours that are kept of each
CHUNK = 512  # rows that are compared with all others at a time


@dataclass(frozen=True, eq=False, slots=True)
class Neighbours:
    """For each of n rows the nearest others `at` (n, k), nearest first, and how `far` (n, k) they are: 1 − cosine."""

    at: Rows
    far: Floats


def neighbours(features: Floats, most: int = MOST) -> Neighbours:
    """Return the `most` nearest of each row of features (n, F), or all others where there are fewer."""
    n = len(features)
    most = min(most, n - 1)
    unit = features / np.maximum(np.linalg.norm(features, axis=1, keepdims=True), 1e-12)
    at, far = np.empty((n, max(0, most)), np.int64), np.empty((n, max(0, most)), np.float32)
    if most < 1:
        return Neighbours(at, far)
    for start in range(0, n, CHUNK):
        apart = 1 - unit[start : start + CHUNK] @ unit.T
        rows = np.arange(len(apart))
        apart[rows, start + rows] = np.inf
        nearest = np.argpartition(apart, most - 1, axis=1)[:, :most]
        found = np.take_along_axis(apart, nearest, 1)
        order = np.lexsort((nearest, found), axis=1)
        at[start : start + CHUNK] = np.take_along_axis(nearest, order, 1)
        far[start : start + CHUNK] = np.take_along_axis(found, order, 1)
    return Neighbours(at, np.maximum(far, 0))
