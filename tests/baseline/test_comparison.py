"""Two classifiers on the same pictures, against scipy, scikit-learn and hand counts."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest
from sklearn.metrics import balanced_accuracy_score

from convscope.baseline.comparison import Comparison, balanced_accuracy, sign_test


@given(st.integers(0, 60), st.integers(0, 60))
def test_the_sign_test_is_scipys_binomial_test(wins: int, losses: int) -> None:
    theirs = binomtest(wins, wins + losses, alternative="greater").pvalue if wins + losses else 1.0
    assert sign_test(wins, losses) == pytest.approx(theirs)


def test_the_sign_test_takes_any_number_of_pictures() -> None:
    assert sign_test(60_000, 60_000) == pytest.approx(
        binomtest(60_000, 120_000, alternative="greater").pvalue, rel=1e-6
    )


def test_balanced_accuracy_is_scikit_learns() -> None:
    rng = np.random.default_rng(0)
    labels, predicted = rng.choice([0, 1, 3], 90, p=[0.8, 0.15, 0.05]), rng.integers(0, 3, 90)
    with pytest.warns(UserWarning, match="y_pred contains classes not in y_true"):
        theirs = balanced_accuracy_score(labels, predicted)
    assert balanced_accuracy(labels, predicted) == pytest.approx(theirs)


def test_a_comparison_counts_what_only_one_of_them_recognises() -> None:
    labels = np.array([0, 0, 0, 0, 1, 1, 1, 1])
    both = Comparison.of(labels, np.array([0, 0, 0, 1, 1, 1, 0, 0]), np.array([0, 1, 1, 1, 1, 1, 1, 0]))
    assert both == Comparison(accuracy=5 / 8, simple_accuracy=4 / 8, wins=2, losses=1, pictures=8)
    assert not both.better  # 2 of 3 may well be chance


def test_better_needs_more_than_chance_and_a_higher_balanced_accuracy() -> None:
    assert Comparison(0.95, 0.90, wins=5, losses=0, pictures=100).better  # 1 in 32
    assert not Comparison(0.95, 0.91, wins=4, losses=0, pictures=100).better  # 1 in 16
    # The largest class alone recognises more pictures, and is of no use.
    assert not Comparison(1 / 3, 0.85, wins=30, losses=5, pictures=525).better
