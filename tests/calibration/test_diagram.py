"""The reliability diagram against scikit-learn's, and against the calibration error that is its sum."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.calibration import calibration_curve

from convscope.calibration.diagram import Bin, bins_of
from convscope.calibration.scoring import calibration_error, log_softmax


def test_by_hand() -> None:
    p = np.array([[0.82, 0.18], [0.84, 0.16], [0.83, 0.17], [0.45, 0.55]])
    assert bins_of(np.log(p), np.array([0, 0, 1, 0])) == (Bin(1, 0, 0.55), Bin(3, 2, 0.83))


def test_as_scikit_learn_draws_it() -> None:
    rng = np.random.default_rng(0)
    logits, labels = rng.normal(size=(500, 4)) * 2, rng.integers(0, 4, 500)
    bins = bins_of(logits, labels)
    confidence = np.exp(log_softmax(logits).max(1))
    accuracy, mean = calibration_curve(logits.argmax(1) == labels, confidence, n_bins=15)
    np.testing.assert_allclose([one.right / one.n for one in bins], accuracy)
    np.testing.assert_allclose([one.confidence for one in bins], mean, atol=1e-6)


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 2**32 - 1), st.integers(1, 60), st.integers(2, 5))
@pytest.mark.medium
def test_the_bins_hold_every_picture_and_sum_to_the_error(seed: int, n: int, k: int) -> None:
    rng = np.random.default_rng(seed)
    logits, labels = rng.normal(size=(n, k)) * 3, rng.integers(0, k, n)
    bins = bins_of(logits, labels)
    assert sum(one.n for one in bins) == n
    assert sum(one.right for one in bins) == int((logits.argmax(1) == labels).sum())
    error = sum(abs(one.right - one.n * one.confidence) for one in bins) / n
    assert error == pytest.approx(calibration_error(logits, labels), abs=1e-5)
