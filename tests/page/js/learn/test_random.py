"""Random numbers: the published generator's, even, and others for every purpose."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from tests.page.js.learn.node import Learner

MASK = 0xFFFFFFFF


def reference(state: list[int], count: int) -> list[int]:
    """Return numbers of xoshiro128** as its authors' C code makes them."""

    def rotated(x: int, by: int) -> int:
        return ((x << by) | (x >> (32 - by))) & MASK

    s, found = list(state), []
    for _ in range(count):
        found.append(rotated(s[1] * 5 & MASK, 7) * 9 & MASK)
        t = s[1] << 9 & MASK
        s[2] ^= s[0]
        s[3] ^= s[1]
        s[1] ^= s[2]
        s[0] ^= s[3]
        s[2] ^= t
        s[3] = rotated(s[3], 11)
    return found


def test_it_is_the_published_generator(learn: Learner) -> None:
    assert reference([1, 2, 3, 4], 4) == [11520, 0, 5927040, 70819200]
    for state in ([1, 2, 3, 4], [0x80000000, 0, 7, 0xFFFFFFFF], [123456789, 362436069, 521288629, 88675123]):
        assert learn.call("xoshiro", state=state, count=1000) == reference(state, 1000)


@pytest.mark.parametrize("parts", [[0], [1], [1, 3, 0], [1, 3, 1], [2**31, 4]])
def test_numbers_are_even(learn: Learner, parts: list[int]) -> None:
    found = learn.call("uniform", parts=parts, count=20000)
    assert stats.kstest(found, "uniform").pvalue > 1e-3
    pairs = np.histogram2d(found[:-1], found[1:], bins=10, range=[[0, 1], [0, 1]])[0]
    assert stats.chisquare(pairs.ravel()).pvalue > 1e-3


def test_each_purpose_draws_its_own(learn: Learner) -> None:
    rows = np.stack([learn.call("uniform", parts=[seed, 4, step], count=500) for seed in (0, 1) for step in range(5)])
    assert np.abs(np.corrcoef(rows) - np.eye(len(rows))).max() < 0.2


@pytest.mark.medium
def test_every_place_gets_every_number(learn: Learner) -> None:
    orders = np.stack([learn.call("permutation", n=6, parts=[seed]) for seed in range(1200)])
    for place in range(6):
        assert stats.chisquare(np.bincount(orders[:, place], minlength=6)).pvalue > 1e-4
