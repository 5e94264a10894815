"""The copies among a run's pictures, as a report shows them: how many, and the pairs that matter most."""

from __future__ import annotations

import numpy as np

from ..checking import Copies as Found
from ..data import Dataset
from .pictures import address_of
from .records import Copies, CopyPair

MOST = 24  # pairs


def copies_of(dataset: Dataset, found: Found, leaks: int, looked: bool = True) -> Copies:
    """Return the record: of the pairs first those that lie in two splits, then those of two classes, then near ones;
    `looked`: near ones were looked for.
    """
    rows = np.arange(len(found.alike))
    labels = np.concatenate([split.labels for split in dataset.splits.values()])
    split_of = np.repeat(np.arange(len(dataset.splits)), [len(split) for split in dataset.splits.values()])
    later = rows[found.alike != rows]
    first = found.alike[later]
    exact = found.exact[later] != later
    order = np.lexsort((later, exact, labels[later] == labels[first], split_of[later] == split_of[first]))
    pairs = tuple(_pair(dataset, found, int(first[i]), int(later[i])) for i in order[:MOST].tolist())
    return Copies(int(exact.sum()), int((~exact).sum()), leaks, looked, pairs)


def _pair(dataset: Dataset, found: Found, one: int, other: int) -> CopyPair:
    sides = [_side(dataset, found, row) for row in (one, other)]
    pictures, paths, splits, labels = zip(*sides, strict=True)
    exact = bool(found.exact[one] == found.exact[other])
    return CopyPair(exact, pictures, paths, splits, labels)


def _side(dataset: Dataset, found: Found, row: int) -> tuple[str, str, str, int]:
    name = next(name for name in reversed(list(found.starts)) if found.starts[name] <= row)
    split, at = dataset.splits[name], row - found.starts[name]
    path = f"{name}[{at}]" if split.files is None else split.files[at].path
    return address_of(split.images[at]), path, name, int(split.labels[at])
