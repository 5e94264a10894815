"""The temperature that the page fits is Python's, and so is the whole record that a model file keeps of it."""

from __future__ import annotations

import numpy as np
import pytest

from convscope.calibration import Calibration
from convscope.calibration.temperature import LEAST, calibrate
from tests.page.js.learn.node import Learner


def scores_of(seed: int, n: int, classes: int, sure: float) -> tuple[np.ndarray, np.ndarray]:
    """Return scores (n, K) that are right more often the larger `sure` is, and the true classes."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, classes, n)
    scores = rng.normal(size=(n, classes)) * sure + 3 * np.eye(classes)[labels] + 40 * rng.random((n, 1))
    return scores.astype(np.float32), labels


@pytest.mark.parametrize(
    ("n", "classes", "sure"),
    [(LEAST, 2, 1.0), (200, 10, 4.0), (1500, 3, 0.2), (1000, 10, 1.5), (50, 4, 0.0)],  # the last: all are right
)
def test_temperature_and_record_are_pythons(learn: Learner, n: int, classes: int, sure: float) -> None:
    scores, labels = scores_of(n, n, classes, sure)
    wanted = calibrate(scores, labels)
    assert isinstance(wanted, Calibration)
    found = learn.call("calibration", scores=scores, labels=labels.tolist())
    assert found["temperature"] == pytest.approx(wanted.temperature, rel=1e-6)
    assert found["n"] == n
    for name, figures in (("before", wanted.before), ("after", wanted.after)):
        assert found[name]["nll"] == pytest.approx(figures.nll, abs=2e-8)
        assert found[name]["ece"] == pytest.approx(figures.ece, abs=2e-8)
    assert found["misses"] == pytest.approx(list(wanted.misses), rel=1e-5, abs=1e-12)


def test_too_few_pictures_and_broken_scores_give_none(learn: Learner) -> None:
    scores, labels = scores_of(0, LEAST, 3, 1.0)
    assert learn.call("calibration", scores=scores[1:], labels=labels[1:].tolist()) is None
    scores[4, 1] = np.inf
    assert learn.call("calibration", scores=scores, labels=labels.tolist()) is None
