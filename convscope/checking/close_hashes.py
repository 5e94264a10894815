"""Pairs of 64-bit hashes that differ in few bits, without looking at all pairs.

Six bands of bits, and at most 4 bits that differ: at least two bands are equal (pigeonholes). For each of the 15
choices of two bands, hashes are sorted by these, so that candidates stand beside each other.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[np.int64]

BANDS = 6
MOST = 4  # bits that may differ: BANDS − 2
REACH = 64  # places apart at most, among hashes that are equal in both bands


@dataclass(frozen=True, slots=True)
class Block:
    """Pairs of rows, one[k] with other[k]; `first` says for each whether no earlier choice of bands could show it."""

    one: Rows
    other: Rows
    first: NDArray[np.bool_]


def close_pairs(hashes: NDArray[np.uint64], places: NDArray[np.float64]) -> Iterator[Block]:
    """Yield the pairs of rows whose hashes (n,) differ in at most MOST bits, block by block.

    Where more than REACH hashes are equal in two bands, as in pictures with little detail, each meets the REACH next
    to it in the order of one of its `places` (n, k), a number that hardly differs between copies: work and memory grow
    with n, whatever the hashes are. A pair may come more than once.
    """
    bits = np.unpackbits(hashes.view(np.uint8).reshape(-1, 8), axis=1)
    bands = [bits[:, band::BANDS] @ (1 << np.arange(bits[:, band::BANDS].shape[1])) for band in range(BANDS)]
    for turn, (low, high) in enumerate(combinations(range(BANDS), 2)):
        key = bands[low] << 11 | bands[high]
        order = np.lexsort((places[:, turn % places.shape[1]], key))
        sorted_key, sorted_hashes = key[order], hashes[order]
        at = np.arange(len(order))
        for step in range(1, REACH + 1):
            at = at[at + step < len(order)]
            at = at[sorted_key[at] == sorted_key[at + step]]
            if not len(at):
                break
            near = at[np.bitwise_count(sorted_hashes[at] ^ sorted_hashes[at + step]) <= MOST]
            one, other = order[near], order[near + step]
            shown = [bands[band][one] == bands[band][other] for band in range(high) if band != low]
            yield Block(one, other, ~np.any(shown, axis=0) if shown else np.ones(len(one), bool))
