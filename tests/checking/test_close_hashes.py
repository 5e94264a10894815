"""Close hashes: every pair within 4 bits is found, and crowds cost no more than they may."""

from __future__ import annotations

import numpy as np
import pytest

from convscope.checking.close_hashes import BANDS, MOST, REACH, close_pairs


def found(hashes: np.ndarray, only_first: bool = False) -> list[tuple[int, int]]:
    pairs: list[tuple[int, int]] = []
    for block in close_pairs(hashes, np.zeros((len(hashes), 1))):
        for one, other, first in zip(block.one.tolist(), block.other.tolist(), block.first.tolist(), strict=True):
            if first or not only_first:
                pairs.append((min(one, other), max(one, other)))
    return pairs


def by_comparing_all(hashes: np.ndarray) -> set[tuple[int, int]]:
    bits = [int(h) for h in hashes]
    n = range(len(bits))
    return {(i, j) for i in n for j in n if i < j and (bits[i] ^ bits[j]).bit_count() <= MOST}


@pytest.mark.parametrize("seed", range(5))
def test_every_close_pair_is_found_and_is_first_once(seed: int) -> None:
    rng = np.random.default_rng(seed)
    hashes = rng.integers(0, 2**64, 40, dtype=np.uint64)
    for row in range(20, 40):  # some bits of another one turned: 0 to 7
        places = rng.choice(64, row % 8, replace=False)
        hashes[row] = hashes[row - 20] ^ np.uint64(sum(1 << int(place) for place in places))
    expected = by_comparing_all(hashes)
    assert len(expected) >= 10
    assert set(found(hashes)) == expected
    assert sorted(found(hashes, only_first=True)) == sorted(expected)


@pytest.mark.medium
def test_a_crowd_of_equal_hashes_costs_a_fixed_number_of_pairs_each() -> None:
    n = 300
    pairs = found(np.zeros(n, dtype=np.uint64))
    assert len(pairs) <= n * REACH * BANDS * (BANDS - 1) // 2
    assert len(set(pairs)) == sum(n - step for step in range(1, REACH + 1))
