"""A linear layer fitted to features: multinomial logistic regression with an L2 penalty, at its optimum, in float64.

The objective is scikit-learn's: half the squared length of the weights plus `strength` times the sum of the losses.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .descent import minimise

Floats = np.ndarray[Any, np.dtype[np.float64]]
Numbers = np.ndarray[Any, np.dtype[np.floating[Any]]]
Labels = NDArray[np.int64]

CONSTANT = 1e-3  # of the mean standard deviation is added to each: a feature that hardly varies is not blown up
DIRECTIONS = 1000  # in which pictures differ, at most: more take longer and tell classes apart no better
NOTHING = 1e-10  # of the mean squared length that is added to each: pictures that are the same give no new direction


@dataclass(frozen=True, slots=True)
class Linear:
    """Scores (n, K) of features (n, F): features · weightᵀ + bias, with `weight` (K, F) and `bias` (K,)."""

    weight: Floats
    bias: Floats

    def scores(self, features: Numbers) -> Floats:
        """Return the logits (n, K) of features (n, F)."""
        return features @ self.weight.T + self.bias


@dataclass(frozen=True, slots=True)
class Rotated:
    """Features (n, F) standardised, and turned into the r ≤ 1,000 directions in which pictures differ: `rows` (n, r),
    or (n, F) where there are no more features than that.

    Of up to 1,000 pictures inner products are as before, and so is the optimum of a penalised linear classifier, at a
    cost that no longer grows with F; of more, the directions are those of 1,000 of them, evenly spread (Williams &
    Seeger 2001). `mean` and `scale` (F,) standardise; `factor` (r, r) is Cholesky's of their inner products and `basis`
    (r, F) these pictures, None where nothing is turned.
    """

    rows: Floats
    mean: Floats
    scale: Floats
    factor: Floats | None
    basis: Floats | None

    @classmethod
    def of(cls, features: Numbers) -> Rotated:
        """Return the directions of features (n, F)."""
        mean, deviation = features.mean(0, dtype=np.float64), features.std(0, dtype=np.float64)
        scale = deviation + CONSTANT * max(float(deviation.mean()), 1e-12)
        standard: Floats = np.asarray((features - mean) / scale, np.float64)
        count = len(standard)
        if min(count, DIRECTIONS) >= standard.shape[1]:
            return cls(standard, mean, scale, None, None)
        basis = standard if count <= DIRECTIONS else standard[np.linspace(0, count - 1, DIRECTIONS).astype(np.int64)]
        products = basis @ basis.T
        products[np.diag_indices_from(products)] += NOTHING * max(float(np.trace(products)) / len(products), 1.0)
        factor = np.asarray(np.linalg.cholesky(products), np.float64)
        rows = factor if basis is standard else np.linalg.solve(factor, basis @ standard.T).T
        return cls(np.ascontiguousarray(rows), mean, scale, factor, basis)

    def unfold(self, fitted: Linear) -> Linear:
        """Return the layer on features as they are that gives the scores of `fitted`, one on rows turned as these."""
        weight = fitted.weight
        if self.factor is not None and self.basis is not None:
            weight = np.linalg.solve(self.factor.T, weight.T).T @ self.basis
        weight = weight / self.scale
        return Linear(weight, fitted.bias - weight @ self.mean)


def fit_path(
    rows: Floats, labels: Labels, classes: int, strengths: tuple[float, ...], weights: Floats, tolerance: float = 1e-4
) -> Iterator[Linear]:
    """Yield the classifier at each of several strengths, each begun where the last one ended.

    `rows` (n, F), `labels` (n,) below `classes`, `weights` (n,) says how much each row's loss counts. `tolerance` is
    the largest slope that is left, of the mean loss.
    """
    start = np.zeros(classes * (rows.shape[1] + 1))
    for strength in strengths:
        start = minimise(_Objective(rows, labels, classes, strength * weights), start, tolerance)
        matrix = start.reshape(classes, -1)
        yield Linear(matrix[:, :-1].copy(), matrix[:, -1].copy())


def fit(
    features: Numbers, labels: Labels, classes: int, strength: float, weights: Floats, tolerance: float = 1e-7
) -> Linear:
    """Return the optimal classifier of features (n, F), which it standardises; that is part of its weights.

    >>> layer = fit(np.array([[0.0], [1.0]]), np.array([0, 1]), 2, 1.0, np.ones(2))
    >>> (layer.scores(np.array([[0.0], [0.5], [1.0]])).argmax(1)[[0, 2]]).tolist()
    [0, 1]
    """
    turned = Rotated.of(features)
    return turned.unfold(next(fit_path(turned.rows, labels, classes, (strength,), weights, tolerance)))


def class_weights(labels: Labels, classes: int, balanced: bool) -> Floats:
    """Return how much each picture counts (n,): 1, or `balanced` so that all classes that occur count the same.

    >>> class_weights(np.array([0, 0, 0, 1]), 2, balanced=True).round(3).tolist()
    [0.667, 0.667, 0.667, 2.0]
    """
    if not balanced:
        return np.ones(len(labels))
    counts = np.bincount(labels, minlength=classes)
    return np.asarray(len(labels) / (np.count_nonzero(counts) * counts[labels]), np.float64)


def losses(scores: Floats, labels: Labels) -> Floats:
    """Return the loss of each picture (n,) in nats, by its logits (n, K)."""
    shifted = scores - scores.max(1, keepdims=True)
    logs: Floats = np.log(np.exp(shifted).sum(1)) - shifted[np.arange(len(labels)), labels]
    return logs


@dataclass(frozen=True, slots=True)
class _Objective:
    """The mean loss and its penalty as a function of weights and biases, (K, F + 1) in one row."""

    rows: Floats
    labels: Labels
    classes: int
    weights: Floats

    def __call__(self, point: Floats) -> tuple[float, Floats]:
        """Return the value and the slope (K · (F + 1),)."""
        matrix = point.reshape(self.classes, -1)
        weight, bias = matrix[:, :-1], matrix[:, -1]
        scores = self.rows @ weight.T + bias
        scores -= scores.max(1, keepdims=True)
        chances = np.exp(scores)
        sums = chances.sum(1)
        own = np.arange(len(self.labels)), self.labels
        total = self.weights.sum()
        value = (self.weights * (np.log(sums) - scores[own])).sum() + 0.5 * (weight * weight).sum()
        chances /= sums[:, None]
        chances[own] -= 1
        chances *= self.weights[:, None]
        slope = np.empty_like(matrix)
        slope[:, :-1] = chances.T @ self.rows + weight
        slope[:, -1] = chances.sum(0)
        return float(value / total), slope.ravel() / total
