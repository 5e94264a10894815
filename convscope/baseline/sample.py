"""Which of many pictures are enough for a quick look: as many of every class, evenly spread; no chance in it."""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np

from .features import Indexed

Rows = np.ndarray[Any, np.dtype[np.int64]]


def even_rows(count: int, most: int) -> Rows:
    """Return `most` of `count` row numbers in order, evenly spread from first to last; all if there are no more.

    >>> even_rows(10, 4).tolist()
    [0, 3, 6, 9]
    """
    return np.arange(count) if count <= most else np.linspace(0, count - 1, most).astype(np.int64)


def balanced_rows(labels: Rows, most: int) -> Rows:
    """Return at most `most` row numbers in order: of every class equally many, all of a class that has fewer.

    The pictures of a class are evenly spread; where there are more classes than `most`, those that give one are.

    >>> balanced_rows(np.array([0, 0, 0, 0, 1, 0, 0]), 4).tolist()
    [0, 2, 4, 6]
    """
    counts = np.bincount(labels)
    share = _share(counts[counts > 0], most)
    chosen = [mine[even_rows(len(mine), share)] for mine in (np.flatnonzero(labels == k) for k in np.unique(labels))]
    rows = np.sort(np.concatenate(chosen))
    return rows[even_rows(len(rows), most)]


def copies(images: Indexed) -> Rows:
    """Return the group of each picture, int64 (N,): those that are equal in every pixel are in one.

    >>> copies(np.array([[[[1, 2]]], [[[3, 4]]], [[[1, 2]]]], np.uint8)).tolist()
    [0, 1, 0]
    """
    numbers: dict[bytes, int] = {}
    digests = (hashlib.sha256(images[i : i + 1].tobytes()).digest() for i in range(len(images)))
    return np.array([numbers.setdefault(digest, len(numbers)) for digest in digests], np.int64)


def _share(counts: Rows, most: int) -> int:
    """Return the largest number of pictures a class, of classes with `counts`, that keeps to `most` in all; or 1."""
    left, sizes = most, sorted(int(count) for count in counts)
    for done, count in enumerate(sizes):
        share = left // (len(sizes) - done)
        if count > share:
            return max(1, share)
        left -= count
    return sizes[-1]
