"""How good a network is on labelled pictures: accuracy with its interval, loss, confusion, per-class figures. NumPy only."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from .errors import InputError, did_you_mean

Floats = np.ndarray[Any, np.dtype[np.float64]]
Whole = np.ndarray[Any, np.dtype[np.int64]]


class Scorer(Protocol):
    """Whatever gives scores for pictures: a loaded model file, an estimator."""

    classes: Sequence[str]

    def logits(self, images: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]: ...


@dataclass(frozen=True)
class Evaluation:
    """Figures over `n` pictures. `confusion` (K, K) counts pictures by true class (row) and predicted class (column).

    `loss` is the mean cross-entropy in nats (natural logarithm, S17); `accuracy` a fraction. Both are NaN for n = 0.
    """

    n: int
    accuracy: float
    loss: float
    confusion: Whole
    classes: tuple[str, ...]

    @property
    def interval(self) -> tuple[float, float]:
        """The 95 % interval of the accuracy: Wilson's, which keeps within 0…1 also near the ends."""
        return wilson(round(self.accuracy * self.n) if self.n else 0, self.n)

    @property
    def precision(self) -> Floats:
        """Per class, the share of pictures called so that are so; 0 where none was called so."""
        return _ratio(np.diag(self.confusion), self.confusion.sum(0))

    @property
    def recall(self) -> Floats:
        """Per class, the share of its pictures that were found; 0 where it has none."""
        return _ratio(np.diag(self.confusion), self.confusion.sum(1))

    @property
    def f1(self) -> Floats:
        """Per class, the harmonic mean of precision and recall; 0 where both are."""
        return _ratio(2 * np.diag(self.confusion), self.confusion.sum(0) + self.confusion.sum(1))

    def to_json(self) -> dict[str, Any]:
        """Return everything as JSON takes it."""
        per_class = [
            {"name": name, "n": int(n), "precision": float(p), "recall": float(r), "f1": float(f)}
            for name, n, p, r, f in zip(
                self.classes, self.confusion.sum(1), self.precision, self.recall, self.f1, strict=True
            )
        ]
        return {
            "n": self.n,
            "accuracy": self.accuracy,
            "loss": self.loss,
            "confusion": self.confusion.tolist(),
            "classes": list(self.classes),
            "interval": list(self.interval),
            "per_class": per_class,
        }


def score(logits: np.ndarray[Any, Any], labels: Whole, classes: Sequence[str]) -> Evaluation:
    """Return the figures for scores (N, K) and true classes (N,) in 0…K−1.

    >>> e = score(np.array([[2.0, 0.0], [0.0, 2.0], [2.0, 0.0]]), np.array([0, 1, 1]), ("cat", "dog"))
    >>> round(e.accuracy, 4), e.confusion.tolist()
    (0.6667, [[1, 0], [1, 1]])
    """
    n, k = logits.shape
    if k != len(classes) or labels.shape != (n,) or (n and not 0 <= labels.min() <= labels.max() < k):
        raise InputError("scores, labels and classes do not fit", got=f"{logits.shape}, {labels.shape}, {len(classes)}")
    predicted = logits.argmax(1)
    confusion = np.bincount(labels * k + predicted, minlength=k * k).reshape(k, k)
    if not n:
        return Evaluation(0, math.nan, math.nan, confusion, tuple(classes))
    return Evaluation(n, float((predicted == labels).mean()), cross_entropy(logits, labels), confusion, tuple(classes))


def cross_entropy(logits: np.ndarray[Any, Any], labels: Whole) -> float:
    """Return the mean of −ln softmax(logits)[label] in nats, the largest score subtracted first."""
    x = logits.astype(np.float64)
    x -= x.max(1, keepdims=True)
    return float(np.mean(np.log(np.exp(x).sum(1)) - x[np.arange(len(x)), labels]))


def wilson(correct: int, n: int, z: float = 1.959963984540054) -> tuple[float, float]:
    """Return Wilson's interval for `correct` of `n` (Wilson 1927), 95 % unless another z is given; (0, 1) for n = 0.

    >>> [round(x, 4) for x in wilson(8, 10)]
    [0.4902, 0.9433]
    """
    if n == 0:
        return 0.0, 1.0
    p, zz = correct / n, z * z / n
    middle, half = (p + zz / 2) / (1 + zz), z / (1 + zz) * math.sqrt(p * (1 - p) / n + zz / (4 * n))
    return max(0.0, middle - half), min(1.0, middle + half)


def evaluate(model: Scorer, images: np.ndarray[Any, Any], labels: Whole, classes: Sequence[str], batch: int = 500) -> Evaluation:
    """Return the figures of `model` on uint8 pictures (N, C, H, W) with `labels` (N,) into `classes`, matched by name."""
    labels = matched(labels, classes, model.classes)
    scores = [np.asarray(model.logits(images[i : i + batch])) for i in range(0, len(images), batch)]
    logits = np.concatenate(scores) if scores else np.zeros((0, len(model.classes)))
    return score(logits, labels, model.classes)


def matched(labels: Whole, classes: Sequence[str], known: Sequence[str]) -> Whole:
    """Return `labels` into `classes` as labels into `known`, by name. Raises InputError for a class that is not known."""
    places = {name: i for i, name in enumerate(known)}
    for i in np.unique(labels):
        if classes[i] not in places:
            raise InputError(
                "the model knows no such class", got=classes[i], expected=did_you_mean(classes[i], list(known)[:20])
            )
    return np.array([places.get(name, -1) for name in classes], dtype=np.int64)[labels]


def _ratio(above: Whole, below: Whole) -> Floats:
    return np.divide(above, below, out=np.zeros(len(above)), where=below > 0)
