"""Fitting the rejection: distances as SciPy has them, a bound kept as often as promised, what has no answer."""

from __future__ import annotations

import numpy as np
from scipy.spatial.distance import mahalanobis
from scipy.stats import beta

from convscope.rejection import Fitted
from convscope.rejection.fitting import LEAST, LEVEL, SHRINK, OutOfFold, conformal, fit_rejection, whitened
from convscope.rejection.operators import CENTRE, WHITENING
from convscope.rejection.statistics import statistics


def test_the_distance_is_mahalanobis() -> None:
    values = np.random.default_rng(0).normal(size=(200, 4)) @ np.random.default_rng(1).normal(size=(4, 4)) + 5
    centre, matrix = whitened(values)
    scaled = (values - values.mean(0)) / values.std(0)
    covariance = scaled.T @ scaled / len(values)
    shrunk = (1 - SHRINK) * covariance + SHRINK * np.trace(covariance) / 4 * np.eye(4)
    inverse = np.linalg.inv(shrunk)
    for row, z in zip(values[:5], scaled[:5], strict=True):
        assert np.isclose(np.linalg.norm((row - centre) @ matrix), mahalanobis(z, np.zeros(4), inverse), rtol=1e-5)


def test_constant_statistics_stay_finite() -> None:
    centre, matrix = whitened(np.ones((50, 3)))
    assert np.isfinite(matrix).all()
    assert centre.tolist() == [1, 1, 1]


def test_the_bound_is_kept_by_new_pictures() -> None:
    """The share below the conformal bound of n draws is Beta(r, n + 1 − r): its mean is LEVEL or a little more."""
    rng, n = np.random.default_rng(0), 99
    below = [float((rng.normal(size=2000) <= conformal(rng.normal(size=n), LEVEL)).mean()) for _ in range(300)]
    rank = 95  # ⌈100 · 0.95⌉
    assert abs(np.mean(below) - beta(rank, n + 1 - rank).mean()) < 0.005


def test_what_is_foreign_scores_more() -> None:
    rng = np.random.default_rng(0)
    own = rng.integers(0, 60, (300, 1, 12, 12), dtype=np.uint8)
    logits = rng.normal(5, 1, size=(100, 3))
    fitted = fit_rejection(own[100:], own[:100], logits)
    assert isinstance(fitted, Fitted)
    rejection, (picture, scores) = fitted.rejection, fitted.rejection.parts
    foreign = rng.integers(0, 256, (20, 1, 12, 12), dtype=np.uint8)
    apart = np.linalg.norm((statistics(foreign) - fitted.tensors[CENTRE]) @ fitted.tensors[WHITENING], axis=1)
    assert ((apart - picture.middle) / picture.spread > rejection.threshold).all()
    assert (5.0 - scores.middle) / scores.spread > rejection.threshold  # no class answers
    assert rejection.n == 100
    assert rejection.refused <= 0.05
    assert rejection.threshold > 1  # one of the parts at its own bound is not refused


def test_what_was_left_out_is_compared_with_the_other_folds() -> None:
    """Each part is in units of all that counts: held out by the whole, left out by the rest."""
    rng = np.random.default_rng(3)
    own, held = (rng.integers(0, 256, (n, 1, 6, 6), dtype=np.uint8) for n in (60, 10))
    logits, theirs = rng.normal(size=(10, 2)), rng.normal(size=(60, 2))
    fold, counts = np.arange(60) % 3, np.arange(60) % 4 > 0
    fitted = fit_rejection(own, held, logits, OutOfFold(fold, theirs, counts))
    assert isinstance(fitted, Fitted)
    seen = statistics(own)

    def apart(values: np.ndarray, by: np.ndarray) -> list[float]:
        centre, matrix = whitened(by)
        return [float(np.linalg.norm((row - centre) @ matrix)) for row in values]

    distances = apart(statistics(held), seen)
    distances += [apart(seen[[i]], seen[fold != fold[i]])[0] for i in range(60) if counts[i]]
    picture, scores = fitted.rejection.parts
    silence = [-max(row) for row in [*logits, *theirs[counts]]]
    assert fitted.rejection.n == 55
    assert np.isclose(picture.middle, np.median(distances))
    assert np.isclose(scores.middle, np.median(silence))
    assert np.isclose(picture.middle + picture.spread, sorted(distances)[54])  # the ⌈56 · 0.975⌉-th
    assert np.isclose(scores.spread, (sorted(silence)[54] - np.median(silence)) * (1 + 1 / np.sqrt(55)))


def test_half_foreign_by_both_is_foreign() -> None:
    """Held-out pictures may be as far as the bound by one part; the threshold then leaves 95 % of them below."""
    rng = np.random.default_rng(4)
    own, held = (rng.integers(0, 256, (n, 1, 6, 6), dtype=np.uint8) for n in (300, 200))
    logits = rng.normal(size=(200, 2))
    fitted = fit_rejection(own, held, logits)
    assert isinstance(fitted, Fitted)
    apart = np.linalg.norm((statistics(held) - fitted.tensors[CENTRE]) @ fitted.tensors[WHITENING], axis=1)
    both = [
        np.maximum((values - part.middle) / part.spread, 0)
        for part, values in zip(fitted.rejection.parts, (apart, -logits.max(1)), strict=True)
    ]
    score = np.sqrt(both[0] ** 2 + both[1] ** 2)
    assert np.isclose(fitted.rejection.threshold, max(1, conformal(score, LEVEL)), rtol=1e-3)
    assert fitted.rejection.refused == np.mean(score > fitted.rejection.threshold)
    assert fitted.rejection.refused <= 1 - LEVEL


def test_too_few_pictures() -> None:
    few = np.zeros((LEAST - 1, 1, 4, 4), np.uint8)
    said = fit_rejection(few, few, np.zeros((LEAST - 1, 2)))
    assert str(said).endswith("29 different pictures were held out, 30 are needed to tell from where on")
