"""Which features and which penalty: what predicts best the training pictures that were left out, group by group."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .head import Floats, Labels, Numbers, Rotated, class_weights, fit_path, losses

Groups = NDArray[np.int64]

FOLDS = 5
STRENGTHS = (1e-3, 1e-2, 1e-1, 1.0)  # of the losses beside the penalty, weakest first
LOOKED_AT = 1500  # pictures at most: the order of the candidates is settled by then


@dataclass(frozen=True, slots=True)
class Tried:
    """One candidate at one strength: its mean loss in nats and its accuracy, 0…1, on pictures left out."""

    name: str
    strength: float
    loss: float
    accuracy: float


def folds(labels: Labels, groups: Groups, count: int = FOLDS) -> Groups:
    """Return the fold, 0 … count − 1, of each picture (n,): a group stays whole, each class is spread evenly.

    Groups go, largest first, to the fold that has the fewest pictures of their first picture's class, then the fewest.

    >>> folds(np.array([0, 0, 0, 0, 1, 1]), np.array([0, 0, 1, 2, 3, 4]), 2).tolist()
    [0, 0, 1, 1, 0, 1]
    """
    _, firsts, member, sizes = np.unique(groups, return_index=True, return_inverse=True, return_counts=True)
    given = np.zeros((int(labels.max(initial=0)) + 1, count), np.int64)
    fold = np.zeros(len(firsts), np.int64)
    for group in np.lexsort((firsts, -sizes)):
        mine = labels[firsts[group]]
        fold[group] = min(range(count), key=lambda k: (given[mine, k], given[:, k].sum(), k))
        given[mine, fold[group]] += sizes[group]
    return fold[member]


def choose(
    candidates: Mapping[str, Numbers], labels: Labels, classes: int, groups: Groups, balanced: bool
) -> tuple[Tried, tuple[Tried, ...]]:
    """Return the best of the candidates, features (n, F) by name, and all that was tried.

    Each is judged on pictures whose whole group was left out of its fit, by the mean loss; where that is the same
    within rounding, the first one. `balanced`: whether fit and judgement count classes the same.
    """
    fold = folds(labels, groups)
    tried = tuple(
        one for name, features in candidates.items() for one in _tried(name, features, labels, classes, fold, balanced)
    )
    return min(tried, key=lambda one: one.loss), tried


def _tried(name: str, features: Numbers, labels: Labels, classes: int, fold: Groups, balanced: bool) -> Sequence[Tried]:
    rows = Rotated.of(features).rows
    left_out = np.zeros((len(STRENGTHS), len(labels), classes))
    for k in np.unique(fold):
        out = fold == k
        weights = class_weights(labels[~out], classes, balanced)
        for at, layer in enumerate(fit_path(rows[~out], labels[~out], classes, STRENGTHS, weights)):
            left_out[at, out] = layer.scores(rows[out])
    even = class_weights(labels, classes, balanced)
    return [
        Tried(name, strength, _mean(losses(scores, labels), even), _mean(_right(scores, labels), even))
        for strength, scores in zip(STRENGTHS, left_out, strict=True)
    ]


def _right(scores: Floats, labels: Labels) -> Floats:
    return np.asarray(scores.argmax(1) == labels, np.float64)


def _mean(values: np.ndarray[Any, np.dtype[np.float64]], weights: Floats) -> float:
    return float((values * weights).sum() / weights.sum())
