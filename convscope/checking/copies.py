"""Which pictures of a data set are copies of each other: exact ones, near ones, and those of one group."""

from __future__ import annotations

import hashlib
from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from ..data.dataset import Dataset, Split
from .components import Components
from .near_copies import join_near_copies
from .thumbnails import FINE_SIDE, Thumbnails, batches, difference_hashes, thumbnails

Rows = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Copies:
    """The pictures of all splits in a row, N in all: training, then validation, then test.

    `exact`, `alike` and `groups`, int64 (N,), are the row of the first picture that is the same pixel by pixel; that
    is a copy, exact or near; that belongs together, as a copy or by a group that was given. Each contains the one
    before. `starts` says where each split begins.
    """

    starts: dict[str, int]
    exact: Rows
    alike: Rows
    groups: Rows

    def part(self, name: str) -> slice:
        """Return the rows of a split; none where the data has no such split."""
        if name not in self.starts:
            return slice(0, 0)
        ends = [*self.starts.values(), len(self.exact)]
        return slice(self.starts[name], ends[list(self.starts).index(name) + 1])

    def training_groups(self) -> Rows:
        """Return a group number for every training picture, int64 (N,), as Dataset.hold_out takes them."""
        return self.groups[self.part("train")]

    def leaking(self, name: str) -> NDArray[np.bool_]:
        """Return which pictures of "validation" or "test" belong together with a training picture, bool (N,)."""
        return np.isin(self.groups[self.part(name)], self.training_groups())


def find_copies(dataset: Dataset, near: bool = True) -> Copies:
    """Return which pictures are copies; `near` False finds only those that are equal pixel by pixel, and groups."""
    splits = dataset.splits
    starts = starts_of(dataset)
    exact = Components(sum(len(split) for split in splits.values()))
    exact.join_equal(_numbered(chain.from_iterable(_contents(split) for split in splits.values())))
    alike = exact.copy()
    if near and len(alike.labels):
        parts = [(thumbnails(b), difference_hashes(b)) for split in splits.values() for b in batches(split.images)]
        small, hashes = (np.concatenate(column) for column in zip(*parts, strict=True))
        labels = np.concatenate([split.labels for split in splits.values()])
        join_near_copies(small, hashes, labels, alike, partial(_finer, dataset))
    groups = alike.copy()
    names = (_group_names(split, starts[name]) for name, split in splits.items())
    groups.join_equal(_numbered(chain.from_iterable(names)))
    return Copies(starts, exact.labels, alike.labels, groups.labels)


def starts_of(dataset: Dataset) -> dict[str, int]:
    """Return the row at which each split begins."""
    sizes = [len(split) for split in dataset.splits.values()]
    return dict(zip(dataset.splits, np.cumsum([0, *sizes[:-1]]).tolist(), strict=True))


def groups_of(dataset: Dataset) -> Rows:
    """Return a number for every training picture, int64 (N,): the same for those that belong together."""
    return find_copies(dataset).training_groups()


def leaking_rows(dataset: Dataset, split: str) -> NDArray[np.bool_]:
    """Return which pictures of "validation" or "test" belong together with a training picture, bool (N,)."""
    return find_copies(dataset).leaking(split)


def _finer(dataset: Dataset, rows: Rows) -> Thumbnails:
    """Return larger thumbnails of some rows of all splits."""
    found = np.empty((len(rows), dataset.shape[0] * FINE_SIDE**2), dtype=np.uint8)
    for name, start in starts_of(dataset).items():
        images = dataset.splits[name].images
        mine = (rows >= start) & (rows < start + len(images))
        found[mine] = thumbnails(images[rows[mine] - start], FINE_SIDE)
    return found


def _contents(split: Split) -> Iterator[Hashable]:
    """Yield what is the same for two pictures that are equal: a digest of their pixels, and their own sizes."""
    sizes = [(0, 0)] * len(split) if split.files is None else [(file.height, file.width) for file in split.files]
    for picture, size in zip(split.images, sizes, strict=True):
        yield hashlib.sha256(picture.tobytes()).digest(), size


def _group_names(split: Split, first: int) -> Iterator[Hashable]:
    """Yield the group of each picture; a number of its own, counted from `first`, where it has none."""
    for row in range(len(split)):
        yield (split.files[row].group if split.files is not None else "") or first + row


def _numbered(values: Iterable[Hashable]) -> Rows:
    """Return a number for each value, the same for equal ones: (N,)."""
    known: dict[Hashable, int] = {}
    return np.fromiter((known.setdefault(value, len(known)) for value in values), dtype=np.int64)
