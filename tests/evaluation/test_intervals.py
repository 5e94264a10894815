"""Intervals against SciPy, by hand, and by simulation of how often they hold the truth."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom, binomtest

from convscope.evaluation.intervals import independent, mean_interval, paired_interval, wilson


@pytest.mark.slow
@given(st.integers(1, 20_000), st.data())
def test_the_interval_is_scipys(n: int, more: st.DataObject) -> None:
    correct = more.draw(st.integers(0, n))
    expected = binomtest(correct, n).proportion_ci(0.95, "wilson")
    assert wilson(correct, n) == pytest.approx((expected.low, expected.high), abs=1e-9)


def test_no_pictures_say_nothing() -> None:
    assert wilson(0, 0) == (0.0, 1.0)
    assert mean_interval(np.zeros(0), np.zeros(0)) == (0.0, 1.0)
    assert independent(np.zeros(0, np.int64)) == 0.0


@given(st.lists(st.integers(1, 9), min_size=1, max_size=30))
@pytest.mark.medium
def test_groups_of_one_size_are_worth_their_number(sizes: list[int]) -> None:
    groups = np.repeat(np.arange(len(sizes)), sizes)
    worth = independent(groups)
    assert worth == pytest.approx(sum(sizes) ** 2 / sum(m * m for m in sizes))
    assert 1 <= worth <= len(sizes) + 1e-9  # as many as there are groups only where all are of one size
    assert independent(np.repeat(np.arange(len(sizes)), 4)) == pytest.approx(len(sizes))


@given(st.integers(1, 400), st.data())
@pytest.mark.medium
def test_the_interval_of_one_class_is_its_own(n: int, more: st.DataObject) -> None:
    correct = more.draw(st.integers(0, n))
    assert mean_interval(np.array([correct / n]), np.array([float(n)])) == pytest.approx(wilson(correct, n), abs=1e-9)


def test_the_mean_interval_by_hand() -> None:
    """All right in 10, 10 and 4 pictures: drawn to 15/16, 15/16 and 9/10, variances of 15/2560 twice and of 9/400."""
    p, variance = (15 / 16 + 15 / 16 + 0.9) / 3, (2 * 15 / 2560 + 9 / 400) / 9
    n = p * (1 - p) / variance
    assert mean_interval(np.ones(3), np.array([10.0, 10.0, 4.0])) == pytest.approx(wilson(n, n))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("sizes", "recalls", "least"),
    [
        ((20, 20, 20), (0.9, 0.6, 0.8), 0.94),
        ((400, 10, 30), (0.97, 0.4, 0.7), 0.94),
        ((12, 8), (0.95, 0.9), 0.94),
        ((50,) * 4, (0.99,) * 4, 0.94),
        ((500, 20, 5), (0.99, 0.9, 0.5), 0.92),
        ((300,) * 10, (0.999,) * 10, 0.94),
        ((5,) * 20, (0.7,) * 20, 0.92),
        ((1000, 3), (0.999, 0.97), 0.91),
        ((30,) * 10, (1.0,) * 8 + (0.5, 0.9), 0.95),
    ],
)
def test_the_mean_interval_holds_the_truth_as_often_as_it_says(
    sizes: tuple[int, ...], recalls: tuple[float, ...], least: float
) -> None:
    rng, truth, held, runs = np.random.default_rng(0), np.mean(recalls), 0, 3000
    for _ in range(runs):
        low, high = mean_interval(rng.binomial(sizes, recalls) / np.array(sizes), np.array(sizes, float))
        held += low <= truth <= high
    assert held / runs >= least


def test_copies_leave_the_interval_as_wide_as_their_originals() -> None:
    """40 originals of a network that guesses among 3, each eight times: counted as 320 the interval misses one third
    more often than not; counted by what they are worth it holds it 95 % of the time.
    """
    chances = binom.pmf(np.arange(41), 40, 1 / 3)
    groups = np.repeat(np.arange(40), 8)
    by_picture = by_group = 0.0
    for right, chance in enumerate(chances):
        low, high = wilson(8 * right, 320)
        by_picture += chance * (low <= 1 / 3 <= high)
        worth = independent(groups)
        low, high = wilson(right / 40 * worth, worth)
        by_group += chance * (low <= 1 / 3 <= high)
    assert by_picture < 0.55
    assert by_group > 0.94


def test_the_paired_interval_by_hand() -> None:
    assert paired_interval(0, 0, 0.0, 0) == (-1.0, 1.0)
    # 4.5 and 8.5 of 102 after half a picture in each cell: (4 ± 1.96 √(13 − 16/102)) / 102
    middle, half = 4 / 102, 1.959963984540054 * (13 - 16 / 102) ** 0.5 / 102
    assert paired_interval(4, 8, 100.0, 100) == pytest.approx((middle - half, middle + half))
    low, high = paired_interval(8, 4, 100.0, 100)
    assert (-high, -low) == pytest.approx(paired_interval(4, 8, 100.0, 100))
    wide, narrow = (paired_interval(4, 8, worth, 100) for worth in (50.0, 100.0))
    assert wide[0] < narrow[0] < narrow[1] < wide[1]


@pytest.mark.parametrize(("n", "lost", "won"), [(60, 0.05, 0.02), (300, 0.02, 0.01), (2000, 0.004, 0.001)])
def test_the_paired_interval_holds_the_truth(n: int, lost: float, won: float) -> None:
    rng = np.random.default_rng(0)
    draws = rng.multinomial(n, (lost, won, 1 - lost - won), 4000)
    ends = np.array([paired_interval(int(b), int(c), float(n), n) for b, c, _ in draws])
    held = ((ends[:, 0] <= won - lost) & (won - lost <= ends[:, 1])).mean()
    assert 0.94 <= held <= 0.995
