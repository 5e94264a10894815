"""Which features and which penalty: what predicts best the training pictures that were left out, group by group."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..baseline.classifier import Ridge
from .head import Floats, Labels, Numbers, Rotated, class_weights, fit_path, losses

Groups = NDArray[np.int64]

FOLDS = 5
STRENGTHS = (1e-3, 1e-2, 1e-1, 1.0, 10.0)  # of the losses beside the penalty, weakest first
PENALTIES = (0.01, 0.1)  # of ridge regression, which compares features
LOOKED_AT = 1000  # pictures at most: the order of the candidates is settled by then
LOOSE = 2e-4  # the slope at which a fit that only compares ends


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


def known_to_others(labels: Labels, fold: Groups) -> NDArray[np.bool_]:
    """Return of which pictures (n,) the class is among those of the other folds too: who is fitted to these knows it.

    >>> known_to_others(np.array([0, 0, 1, 1]), np.array([0, 1, 1, 1])).tolist()
    [True, True, False, False]
    """
    known = np.zeros(len(labels), np.bool_)
    for k in np.unique(fold):
        known[fold == k] = np.isin(labels[fold == k], labels[fold != k])
    return known


def choose(
    candidates: Mapping[str, Numbers], labels: Labels, classes: int, groups: Groups, balanced: bool
) -> tuple[Tried, float]:
    """Return the best of the candidates, features (n, F) by name, with its strength, and the error by which it is best:
    the smaller, the better.

    Features are compared by ridge regression, which says of every picture what it would be without its whole group at
    no further cost: by the mean square of those errors, every class counting the same. Of several strengths, that of
    the smallest loss is taken, in folds of whole groups; `balanced`: whether these fits count classes the same.
    """
    errors = {name: _error(features, labels, classes, groups) for name, features in candidates.items()}
    name = min(errors, key=lambda one: errors[one])
    tried = strengths(name, candidates[name], labels, classes, groups, balanced)
    return min(tried, key=lambda one: one.loss), errors[name]


def _error(features: Numbers, labels: Labels, classes: int, groups: Groups) -> float:
    """Return the mean square by which ridge regression misses ±1 for each class of pictures left out, at its best
    penalty.
    """
    rows = Rotated.of(features).rows
    kernel = rows @ rows.T
    kernel /= max(float(np.trace(kernel)) / len(kernel), 1e-12)
    even = class_weights(labels, classes, balanced=True)
    wanted = 2.0 * (labels[:, None] == np.arange(classes)) - 1
    return min(
        _mean(((Ridge.fit(kernel, labels, classes, penalty).left_out(groups) - wanted) ** 2).mean(1), even)
        for penalty in PENALTIES
    )


def strengths(
    name: str, features: Numbers, labels: Labels, classes: int, groups: Groups, balanced: bool
) -> tuple[Tried, ...]:
    """Return what each strength makes of pictures whose group was left out, up to the first that is worse than the one
    before it: a still weaker penalty takes the longest.
    """
    fold = folds(labels, groups)
    rows, weights = Rotated.of(features).rows, class_weights(labels, classes, balanced)
    parts = [fold != k for k in np.unique(fold)]
    paths = [
        fit_path(rows[part], labels[part], classes, STRENGTHS, class_weights(labels[part], classes, balanced), LOOSE)
        for part in parts
    ]
    tried: list[Tried] = []
    for strength in STRENGTHS:
        scores = np.zeros((len(labels), classes))
        for part, path in zip(parts, paths, strict=True):
            scores[~part] = next(path).scores(rows[~part])
        loss, accuracy = _mean(losses(scores, labels), weights), _mean(_right(scores, labels), weights)
        tried.append(Tried(name, strength, loss, accuracy))
        if len(tried) > 1 and loss > tried[-2].loss:
            break
    return tuple(tried)


def _right(scores: Floats, labels: Labels) -> Floats:
    return np.asarray(scores.argmax(1) == labels, np.float64)


def _mean(values: np.ndarray[Any, np.dtype[np.float64]], weights: Floats) -> float:
    return float((values * weights).sum() / weights.sum())
