"""Distances as SciPy has them, of statistics and of features; what has no width stays finite."""

from __future__ import annotations

import numpy as np
from scipy.spatial.distance import mahalanobis

from convscope.rejection.features import Features
from convscope.rejection.mahalanobis import CONSTANT, SHRINK, ClassGaussians, averaged, whitened


def shrunk(values: np.ndarray) -> np.ndarray:
    """Return the inverse of the covariance of centred values, shrunk."""
    covariance = values.T @ values / len(values)
    size = len(covariance)
    return np.linalg.inv((1 - SHRINK) * covariance + SHRINK * np.trace(covariance) / size * np.eye(size))


def test_the_distance_of_statistics_is_mahalanobis() -> None:
    values = np.random.default_rng(0).normal(size=(200, 4)) @ np.random.default_rng(1).normal(size=(4, 4)) + 5
    centre, matrix = whitened(values)
    scaled = (values - values.mean(0)) / values.std(0)
    for row, z in zip(values[:5], scaled[:5], strict=True):
        assert np.isclose(
            np.linalg.norm((row - centre) @ matrix), mahalanobis(z, np.zeros(4), shrunk(scaled)), rtol=1e-5
        )


def test_constant_statistics_stay_finite() -> None:
    centre, matrix = whitened(np.ones((50, 3)))
    assert np.isfinite(matrix).all()
    assert centre.tolist() == [1, 1, 1]


def test_the_distance_of_features_is_to_the_nearest_class_less_that_to_all() -> None:
    rng, labels = np.random.default_rng(2), np.arange(120) % 3
    values = rng.normal(size=(120, 5)) @ rng.normal(size=(5, 5)) + 3 * labels[:, None]
    found = ClassGaussians.of(values, labels, Features(0, "relu1", "fc1", 5, 3)).distances(values)
    scaled = (values - values.mean(0)) / (values.std(0) + CONSTANT * values.std())
    means = np.stack([scaled[labels == k].mean(0) for k in range(3)])
    within, background = shrunk(scaled - means[labels]), shrunk(scaled)
    for z, distance in zip(scaled[:9], found, strict=False):
        nearest = min(mahalanobis(z, mean, within) ** 2 for mean in means)
        assert np.isclose(distance, nearest - mahalanobis(z, np.zeros(5), background) ** 2, rtol=1e-4, atol=1e-4)


def test_a_class_without_a_picture_changes_nothing() -> None:
    values, labels = np.random.default_rng(3).normal(size=(40, 4)), np.arange(40) % 2 * 2
    three = ClassGaussians.of(values, labels, Features(0, "", "", 4, 3))
    two = ClassGaussians.of(values, labels // 2, Features(0, "", "", 4, 2))
    np.testing.assert_allclose(three.distances(values), two.distances(values))
    assert three.means.shape == (3, 4)


def test_features_that_never_vary_stay_finite() -> None:
    made = ClassGaussians.of(np.ones((30, 3)), np.arange(30) % 2, Features(0, "", "", 3, 2))
    assert np.isfinite(made.distances(np.array([[1.0, 1, 1], [1e3, 0, 1]]))).all()


def test_a_rest_is_left_out_of_the_averages() -> None:
    layout = Features(0, "relu1", "fc1", 1027, 2)
    features = np.arange(2 * 1027.0).reshape(2, 1027)
    assert (layout.group, layout.width) == (3, 342)
    np.testing.assert_array_equal(averaged(features, layout)[1, :2], [features[1, :3].mean(), features[1, 3:6].mean()])
