"""Blocks of pictures that are alike: neighbours together, each class cut evenly, groups whole."""

from __future__ import annotations

import numpy as np

from convscope.rejection.blocks import BLOCKS, blocks


def test_neighbours_are_in_one_block_and_each_class_in_all() -> None:
    rng, labels = np.random.default_rng(0), np.arange(100) % 2
    along = rng.permutation(100) / 10.0
    values = along[:, None] * np.array([1.0, 0.5, -2.0]) + rng.normal(size=(100, 3)) * 1e-6
    found = blocks(values, labels, np.arange(100))
    for label in (0, 1):
        order = found[labels == label][np.argsort(along[labels == label])]
        assert np.bincount(order).tolist() == [10] * BLOCKS
        assert (np.count_nonzero(np.diff(order)), abs(order[0] - order[-1])) == (BLOCKS - 1, BLOCKS - 1)


def test_a_group_stays_whole() -> None:
    rng, groups = np.random.default_rng(1), np.arange(60) // 3
    found = blocks(rng.normal(size=(60, 4)), np.zeros(60, np.int64), groups)
    assert all(len(np.unique(found[groups == group])) == 1 for group in range(20))
