"""Cross-entropy against the lecture's numbers, the calibration error against a loop that reads like its definition."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from convscope.calibration.scoring import calibration_error, cross_entropy, log_softmax


def test_the_loss_is_the_lectures() -> None:
    for p, expected in ((0.9, 0.10536), (0.3, 1.20397), (0.1, 2.30259)):  # S17
        assert cross_entropy(np.log([[p, 1 - p]]), np.array([0])) == pytest.approx(expected, abs=5e-6)


def test_the_loss_of_large_scores_is_finite() -> None:
    assert cross_entropy(np.array([[1000.0, 0.0], [0.0, 1000.0]], np.float32), np.array([0, 0])) == 500.0


def error_by_definition(logits: np.ndarray, labels: np.ndarray, bins: int) -> float:
    """Guo et al. 2017, equations 2 and 3, one bin after the other."""
    p = np.exp(log_softmax(logits))
    total = 0.0
    for m in range(1, bins + 1):
        rows = [i for i in range(len(p)) if (m - 1) / bins < p[i].max() <= m / bins]
        if rows:
            accuracy = sum(p[i].argmax() == labels[i] for i in rows) / len(rows)
            confidence = sum(p[i].max() for i in rows) / len(rows)
            total += len(rows) / len(p) * abs(accuracy - confidence)
    return total


@given(st.integers(1, 60), st.integers(2, 6), st.floats(0.1, 30), st.integers(2, 20), st.integers(0, 1000))
@pytest.mark.medium
def test_the_calibration_error_is_that_of_its_definition(n: int, k: int, scale: float, bins: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    logits, labels = rng.normal(size=(n, k)) * scale, rng.integers(0, k, n)
    assert calibration_error(logits, labels, bins) == pytest.approx(error_by_definition(logits, labels, bins), abs=1e-9)


def test_who_is_right_as_often_as_it_says_has_no_error() -> None:
    logits = np.log([[0.75, 0.25]] * 4)
    assert calibration_error(logits, np.array([0, 0, 0, 1])) == pytest.approx(0, abs=1e-12)
    assert calibration_error(logits, np.array([1, 1, 1, 1])) == pytest.approx(0.75)


def test_neighbouring_bins_do_not_make_up_for_each_other() -> None:
    """Wrong at 90 %, right at 99 %: 0.9/2 + 0.01/2; in one bin it would be 0.89/2."""
    logits = np.log([[0.9, 0.1], [0.99, 0.01]])
    assert calibration_error(logits, np.array([1, 0])) == pytest.approx(0.455)
    assert calibration_error(logits, np.array([1, 0]), bins=5) == pytest.approx(0.445)


def test_scores_that_are_no_numbers_have_no_error() -> None:
    assert np.isnan(calibration_error(np.array([[0.0, 1.0], [np.nan, 1.0]]), np.array([1, 1])))
