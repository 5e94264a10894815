"""Blocks of pictures that are alike, to be left out together: what is left out is then unlike the rest, as new pictures
are (blocked cross-validation; Roberts et al. 2017, "Cross-validation strategies for data with temporal, spatial,
hierarchical, or phylogenetic structure").
"""

from __future__ import annotations

import numpy as np

from .mahalanobis import Whole, standardised
from .statistics import Floats

BLOCKS = 5  # a fifth of each class is left out at a time


def blocks(values: Floats, labels: Whole, groups: Whole) -> Whole:
    """Return the block, 0 … 4, of each picture (n,): those of a class in the order of their first principal component,
    cut into equal parts. A group, copies say, is where its first picture is.

    >>> blocks(np.array([[0.0], [9.0], [1.0], [8.0], [4.0]]), np.zeros(5, np.int64), np.array([0, 1, 2, 1, 4])).tolist()
    [0, 4, 1, 4, 2]
    """
    scaled = standardised(values)[2]
    block = np.zeros(len(values), np.int64)
    for label in np.unique(labels):
        rows = np.flatnonzero(labels == label)
        centred = scaled[rows] - scaled[rows].mean(0)
        first = np.linalg.svd(centred, full_matrices=False)[0][:, 0]
        block[rows[np.argsort(first, kind="stable")]] = np.arange(len(rows)) * BLOCKS // len(rows)
    _, firsts, member = np.unique(groups, return_index=True, return_inverse=True)
    return block[firsts][member]
