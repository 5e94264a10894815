"""Pictures that are unlike all others: of another kind, perhaps, or spoilt."""

from __future__ import annotations

import numpy as np

from .neighbours import Neighbours, Rows

NEAREST = 3  # pictures, copies apart, whose mean distance says how alone one is
BEYOND = 3.0  # times the middle half's width beyond the upper quartile (docs/log.md)
FEWEST = 50  # pictures below which there is no telling what is usual


def outliers(near: Neighbours, groups: Rows) -> Rows:
    """Return the rows that are alone, the most so first, given all rows' neighbours and groups (n,)."""
    if len(near.at) < FEWEST:
        return np.zeros(0, np.int64)
    others = groups[near.at] != groups[:, None]
    counted = others & (others.cumsum(1) <= NEAREST)
    enough = counted.sum(1) == NEAREST  # copies of one picture have only each other: not alone
    alone = np.where(counted, near.far, 0).sum(1) / NEAREST
    low, high = np.quantile(alone[enough], [0.25, 0.75]) if enough.any() else (0.0, 0.0)
    found = np.flatnonzero(enough & (alone > high + BEYOND * (high - low)))
    return found[np.argsort(-alone[found], kind="stable")]
