"""Copies that are not equal pixel by pixel: another size, compression or brightness.

Candidates have nearly the same difference hash; what is left after matching brightness says how alike they are. Both
together still call pictures copies that are merely simple, such as two handwritten ones. Those come in crowds, copies
do not: of all that is within twice the distance of a copy, at least half is a copy too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from .close_hashes import Rows, close_pairs
from .components import Components
from .likeness import distances
from .thumbnails import Hashes, Thumbnails

SURE = 0.1  # of the distance at which two pictures could be copies: nothing but a copy comes so close
WIDE = 3.0  # times a pair's distance: how far its surroundings reach
GROWTH = 2  # times as many may be there: pictures that vary in two ways or more come 4 times as many, or more
DOUBTED = 0.6  # of the distance at which pictures of two classes could be copies: their labels say that they are none
FINELY = 1.2  # distance of larger thumbnails of a copy: another size or compression has changed details more
FAMILY = 3  # copies of one picture, unlike each other, that are no crowd yet
ALIKE = 0.6  # correlation of thumbnails from which a pair is looked at more closely
CROWD = 64  # look-alikes of one picture that are enough to see how dense they are; in a crowd only SURE is a copy
SAME = 0.999  # correlation of thumbnails that are within SURE, where it is the share of the contrast that counts
CHUNK = 4096  # pairs at a time
PLACES = 5  # numbers by which look-alikes are ordered
BESIDE = 4 * 2 * (1 - SAME)  # mean square between places, a value of a thumbnail, that a pair like SAME hardly exceeds

Distances = NDArray[np.float32]


def join_near_copies(
    thumbnails: Thumbnails, hashes: Hashes, classes: Rows, together: Components, finer: Callable[[Rows], Thumbnails]
) -> None:
    """Put rows together that are copies of each other, given thumbnails (n, D), difference hashes and classes (n,).

    `finer` gives larger thumbnails of some rows: only for the few pairs that all else calls copies. Rows that are
    together already count as one: their first row stands for them.
    """
    rows = np.unique(together.labels)
    small, joined, known = thumbnails[rows], Components(len(rows)), classes[rows]
    one, other, far = _look_alikes(small, hashes[rows], joined)
    copies = stands_out(one, other, far) & (far <= np.where(known[one] == known[other], 1, DOUBTED))
    one, other = one[copies], other[copies]
    for start in range(0, len(one), CHUNK):
        a, b = one[start : start + CHUNK], other[start : start + CHUNK]
        whole = distances(finer(rows[a]), finer(rows[b])) <= FINELY
        joined.join(a[whole], b[whole])
    together.join(rows[joined.labels], rows)


def stands_out(one: Rows, other: Rows, far: Distances) -> NDArray[np.bool_]:
    """Return which pairs of rows, at these distances, are copies and not two of a crowd.

    The pair must be within 1. From either of its rows, there may be at most GROWTH times as many within WIDE times its
    distance (at least SURE) as there are within that distance, or FAMILY in all.
    """
    scale = np.maximum(far, SURE).astype(np.float64)
    keys = np.sort(np.concatenate([one, other]) * 16.0 + np.concatenate([scale, scale]))

    def within(rows: Rows, reach: NDArray[np.float64]) -> NDArray[np.int64]:
        first = np.searchsorted(keys, rows * 16.0)
        return np.searchsorted(keys, rows * 16.0 + reach, side="right") - first

    wide = WIDE * scale
    alone = [within(rows, wide) <= np.maximum(FAMILY, GROWTH * within(rows, scale)) for rows in (one, other)]
    found: NDArray[np.bool_] = (far <= 1) & alone[0] & alone[1]
    return found


def _look_alikes(small: Thumbnails, hashes: Hashes, joined: Components) -> tuple[Rows, Rows, Distances]:
    """Return pairs of rows within WIDE, and their distances. Those within SURE are joined at once, so that thousands
    of copies of one picture are not compared each with each.
    """
    found: list[tuple[Rows, Rows, Distances]] = []
    crowd = np.zeros(len(small), dtype=np.int64)
    mean, spread = _moments(small)
    places = _places(small, mean, spread)
    for block in close_pairs(hashes, places):
        for one, other, first in _chunks(block.one, block.other, block.first):
            crowded = np.minimum(crowd[one], crowd[other]) >= CROWD
            beside = ((places[one] - places[other]) ** 2).sum(1) <= BESIDE * small.shape[1] * PLACES
            look = np.where(crowded, beside, first) & (joined.labels[one] != joined.labels[other])
            one, other, first, crowded = one[look], other[look], first[look], crowded[look]
            products = np.einsum("ij,ij->i", small[one].astype(np.float32), small[other].astype(np.float32))
            alike = (products / small.shape[1] - mean[one] * mean[other]) / (spread[one] * spread[other])
            keep = alike >= np.where(crowded, SAME, ALIKE)
            one, other, first = one[keep], other[keep], first[keep]
            crowd += np.bincount(np.concatenate([one[first], other[first]]), minlength=len(crowd))
            far = distances(small[one], small[other])
            joined.join(one[far <= SURE], other[far <= SURE])
            near = far <= WIDE
            found.append((one[near], other[near], far[near]))
    if not found:
        return np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0, np.float32)
    one, other, far = (np.concatenate(part) for part in zip(*found, strict=True))
    low, high = np.minimum(one, other), np.maximum(one, other)
    _, once = np.unique(low * len(small) + high, return_index=True)
    return low[once], high[once], far[once]


def _chunks(*arrays: NDArray[np.generic]) -> Iterator[tuple[NDArray[np.generic], ...]]:
    for start in range(0, len(arrays[0]), CHUNK):
        yield tuple(array[start : start + CHUNK] for array in arrays)


def _moments(small: Thumbnails) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return mean and standard deviation of every thumbnail, (n,)."""
    mean, spread = np.empty(len(small), np.float32), np.empty(len(small), np.float32)
    for start in range(0, len(small), CHUNK):
        part = small[start : start + CHUNK].astype(np.float32)
        mean[start : start + CHUNK], spread[start : start + CHUNK] = part.mean(1), np.maximum(part.std(1), 1e-3)
    return mean, spread


def _places(small: Thumbnails, mean: NDArray[np.float32], spread: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return PLACES numbers a picture, (n, PLACES), that brightness and contrast do not change."""
    signs = np.random.default_rng(0).choice((-1.0, 1.0), (small.shape[1], PLACES))
    places = np.empty((len(small), PLACES))
    for start in range(0, len(small), CHUNK):
        part = slice(start, start + CHUNK)
        places[part] = (small[part].astype(np.float64) @ signs - mean[part, None] * signs.sum(0)) / spread[part, None]
    return places
