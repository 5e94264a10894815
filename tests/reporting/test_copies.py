"""The pairs of copies that a report shows: leaks first, then conflicts, then near ones."""

from __future__ import annotations

import numpy as np

from convscope.checking import find_copies
from convscope.data.dataset import Dataset
from convscope.reporting.copies import copies_of
from tests.checking.made import clean, split


def test_leaks_come_first_then_two_labels_then_the_rest() -> None:
    train = clean(12)
    train[3] = train[2]  # labels 0 and 1
    train[6] = train[4]  # both 0
    test = clean(4, first=50)
    test[1] = train[8]
    dataset = Dataset("d", ("a", "b"), split(train), split(test))
    found = copies_of(dataset, find_copies(dataset), leaks=1)
    assert (found.exact, found.near, found.leaks) == (3, 0, 1)
    assert [pair.splits for pair in found.pairs] == [("train", "test"), ("train", "train"), ("train", "train")]
    assert [pair.paths for pair in found.pairs] == [
        ("train[8]", "test[1]"),
        ("train[2]", "train[3]"),
        ("train[4]", "train[6]"),
    ]
    assert [pair.labels for pair in found.pairs] == [(0, 1), (0, 1), (0, 0)]
    assert all(pair.exact and pair.pictures[0] == pair.pictures[1] for pair in found.pairs)


def test_none() -> None:
    dataset = Dataset("d", ("a", "b"), split(clean(6)))
    found = copies_of(dataset, find_copies(dataset), leaks=0)
    assert (found.exact, found.near, found.pairs) == (0, 0, ())
    assert np.array_equal(dataset.train.labels, [0, 1, 0, 1, 0, 1])
