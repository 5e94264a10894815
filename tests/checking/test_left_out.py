"""What is said of a picture left out is what a classifier fitted without its group says."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.linear_model import Ridge

from convscope.checking.left_out import Solved, probabilities, standardised

RNG = np.random.default_rng(3)
LABELS = np.array([0] * 14 + [1] * 9 + [2] * 5)
GROUPS = np.array([0, 0, 0, *range(1, 20), 20, 20, 21, 22, 23, 23])


@pytest.mark.parametrize("width", [6, 60])
@pytest.mark.parametrize("penalty", [0.01, 1.0])
@pytest.mark.medium
def test_it_is_the_solution_without_the_group(width: int, penalty: float) -> None:
    rows = RNG.normal(size=(28, width)) + LABELS[:, None]
    scores = Solved.of(rows, LABELS, 3).left_out(penalty, GROUPS)
    counts = np.bincount(LABELS)
    weights = len(LABELS) / (3 * counts[LABELS])
    targets = np.where(np.arange(3) == LABELS[:, None], 1.0, -1.0)
    with_constant = np.concatenate([rows, np.ones((28, 1))], axis=1)
    for group in np.unique(GROUPS):
        out = group == GROUPS
        model = Ridge(alpha=penalty, fit_intercept=False, solver="cholesky")
        model.fit(with_constant[~out], targets[~out], sample_weight=weights[~out])
        np.testing.assert_allclose(scores[out], model.predict(with_constant[out]), rtol=1e-6, atol=1e-8)


def test_probabilities_are_calibrated_on_what_was_left_out() -> None:
    labels = RNG.integers(0, 3, 400)
    known = RNG.normal(size=(400, 8)) + 2 * np.eye(3, 8)[labels]
    noise = RNG.normal(size=(400, 30))
    p = probabilities([known, noise], labels, 3, np.arange(400))
    assert p.shape == (400, 3)
    np.testing.assert_allclose(p.sum(1), 1)
    right = p.argmax(1) == labels
    assert right.mean() > 0.75
    assert abs(p.max(1).mean() - right.mean()) < 0.05  # as sure as it may be
    nothing = probabilities([noise], labels, 3, np.arange(400))
    assert nothing.max() < 0.75  # and unsure where there is nothing to know


def test_a_feature_that_never_changes_does_no_harm() -> None:
    features = np.concatenate([np.full((6, 2), 3.0), RNG.normal(size=(6, 2))], axis=1)
    assert np.isfinite(standardised(features)).all()
    assert np.abs(standardised(features)[:, :2]).max() == 0
