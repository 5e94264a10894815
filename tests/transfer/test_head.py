"""The fitted linear layer beside scikit-learn's logistic regression, and what standardising and turning leave alone."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss
from sklearn.utils.class_weight import compute_sample_weight

from convscope.transfer.head import Rotated, class_weights, fit, fit_path, losses

Problem = tuple[np.ndarray, np.ndarray]


def problem(counts: tuple[int, ...], features: int, seed: int = 0) -> Problem:
    """Return features (n, F) of classes that overlap, of unlike scales, and labels (n,), shuffled."""
    rng = np.random.default_rng(seed)
    labels = rng.permutation(np.repeat(np.arange(len(counts)), counts))
    rows = rng.normal(size=(len(labels), features)) + rng.normal(size=(len(counts), features))[labels]
    return rows * rng.uniform(0.1, 20, features) + rng.normal(size=features), labels


@pytest.mark.parametrize("balanced", [False, True])
@pytest.mark.parametrize("strength", [0.003, 0.5])
@pytest.mark.parametrize("features", [7, 60])  # fewer than pictures, and more
@pytest.mark.medium
def test_the_optimum_is_scikit_learns(balanced: bool, strength: float, features: int) -> None:
    rows, labels = problem((20, 9, 5), features)
    weights = class_weights(labels, 3, balanced)
    layer = fit(rows, labels, 3, strength, weights, tolerance=1e-10)
    turned = Rotated.of(rows)
    standard = (rows - turned.mean) / turned.scale
    theirs = LogisticRegression(
        C=strength, tol=1e-10, max_iter=10_000, class_weight="balanced" if balanced else None
    ).fit(standard, labels)
    np.testing.assert_allclose(layer.scores(rows), theirs.decision_function(standard), atol=2e-5)


def test_balanced_weights_and_losses_are_scikit_learns() -> None:
    rows, labels = problem((12, 5, 2), 6)
    np.testing.assert_allclose(class_weights(labels, 3, True), compute_sample_weight("balanced", labels))
    np.testing.assert_array_equal(class_weights(labels, 3, False), np.ones(19))
    scores = rows[:, :3] / 10 + 700  # no overflow
    chances = np.exp(scores - 700)
    assert losses(scores, labels).mean() == pytest.approx(log_loss(labels, chances / chances.sum(1, keepdims=True)))


def test_turning_keeps_every_inner_product() -> None:
    rows, _ = problem((8, 8), 50)
    turned = Rotated.of(rows)
    standard = (rows - turned.mean) / turned.scale
    assert turned.rows.shape == (16, 16)
    np.testing.assert_allclose(turned.rows @ turned.rows.T, standard @ standard.T, atol=1e-6)


def test_a_path_ends_where_each_strength_alone_does() -> None:
    rows, labels = problem((15, 15, 15), 10)
    turned = Rotated.of(rows).rows
    path = fit_path(turned, labels, 3, (0.01, 0.1, 1.0), np.ones(45), tolerance=1e-9)
    for strength, layer in zip((0.01, 0.1, 1.0), path, strict=True):
        (alone,) = fit_path(turned, labels, 3, (strength,), np.ones(45), tolerance=1e-9)
        np.testing.assert_allclose(layer.weight, alone.weight, atol=1e-5)


@pytest.mark.parametrize("rows", [np.ones((6, 4)), np.zeros((6, 9))])
def test_features_that_are_all_the_same_give_the_shares_of_the_classes(rows: np.ndarray) -> None:
    labels = np.array([0, 0, 0, 0, 1, 1])
    scores = fit(rows, labels, 2, 1.0, np.ones(6), tolerance=1e-10).scores(rows)
    assert scores[0, 0] - scores[0, 1] == pytest.approx(np.log(2), abs=1e-6)


def test_the_same_bits_twice() -> None:
    rows, labels = problem((20, 20), 90)
    first, second = (fit(rows, labels, 2, 0.1, np.ones(40)) for _ in range(2))
    assert first.weight.tobytes() == second.weight.tobytes()


@pytest.mark.medium
def test_of_many_pictures_the_scores_are_those_of_the_turned_rows() -> None:
    rng = np.random.default_rng(4)
    labels = np.arange(1100) % 2
    rows = rng.normal(size=(1100, 1030)) + labels[:, None] * rng.normal(size=1030) * 0.1
    turned = Rotated.of(rows)
    assert turned.rows.shape == (1100, 1000)
    (layer,) = fit_path(turned.rows, labels, 2, (1e-3,), np.ones(1100), 1e-6)
    np.testing.assert_allclose(turned.unfold(layer).scores(rows), layer.scores(turned.rows), atol=1e-6)
    fresh = rng.normal(size=(500, 1030)) + (np.arange(500) % 2)[:, None] * (rows[1::2].mean(0) - rows[::2].mean(0))
    assert (turned.unfold(layer).scores(fresh).argmax(1) == np.arange(500) % 2).mean() > 0.9
