"""What a linear classifier says of every picture when that picture, and all that belong to it, are left out.

Ridge regression of one class against all others, whose left-out errors follow from its one solution, as in
baseline/classifier.py; here by features and not by a kernel, so that ten thousand pictures take seconds.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..calibration.scoring import cross_entropy, log_softmax
from ..calibration.temperature import fit_temperature

Floats = np.ndarray[Any, np.dtype[np.float64]]
Numbers = np.ndarray[Any, np.dtype[np.floating[Any]]]
Rows = NDArray[np.int64]

PENALTIES = (1e-3, 3e-3, 1e-2, 3e-2, 0.1, 0.3, 1.0, 3.0)  # on weights of rows whose mean square is about 1
CONSTANT = 0.1  # of the mean standard deviation is added to each: a feature that hardly varies is not blown up
NOTHING = 1e-10  # of the largest eigenvalue: a direction with less is none


def probabilities(kinds: list[Numbers], labels: Rows, classes: int, groups: Rows) -> Floats:
    """Return the probability of each class, float64 (N, K), for pictures by several kinds of features, each (N, F).

    `labels` (N,) below `classes`; pictures of one number in `groups` (N,) are left out together. Penalty and
    temperature are those that make these very probabilities fit the labels best. Every class counts the same.
    """
    rows = np.concatenate([standardised(kind) for kind in kinds], axis=1)
    solved = Solved.of(rows, labels, classes)
    scores = [solved.left_out(penalty, groups) for penalty in PENALTIES]
    scaled = [one / fit_temperature(one, labels) for one in scores]
    best = min(scaled, key=lambda one: cross_entropy(one, labels))
    return np.exp(log_softmax(best))


@dataclass(frozen=True, slots=True)
class Solved:
    """Rows (N, F) weighted by their classes, in the directions in which they differ: `basis` (N, R) orthonormal, with
    the squared `lengths` (R,); `targets` (N, K) are 1 for a row's own class and −1 for others, weighted; `weights`
    (N, 1).
    """

    basis: Floats
    lengths: Floats
    targets: Floats
    weights: Floats

    @classmethod
    def of(cls, rows: Floats, labels: Rows, classes: int) -> Solved:
        """Solve for all penalties at once, by the eigenvectors of the smaller of two products."""
        counts = np.bincount(labels, minlength=classes)
        weights: Floats = np.sqrt(len(labels) / (np.count_nonzero(counts) * counts[labels]))[:, None]
        weighted = np.concatenate([rows, np.ones((len(rows), 1))], axis=1) * weights
        wide = weighted.shape[1] > len(weighted)
        lengths, vectors = np.linalg.eigh(weighted @ weighted.T if wide else weighted.T @ weighted)
        there = lengths > NOTHING * lengths[-1]
        lengths, vectors = lengths[there], vectors[:, there]
        basis = vectors if wide else weighted @ vectors / np.sqrt(lengths)
        targets = np.full((len(labels), classes), -1.0)
        targets[np.arange(len(labels)), labels] = 1
        return cls(basis, lengths, targets * weights, weights)

    def left_out(self, penalty: float, groups: Rows) -> Floats:
        """Return the scores (N, K) of each row by the solution of all other groups' rows.

        With the matrix H that makes predictions of targets, the errors e of a group g left out solve
        (I − H_gg) e = the errors that it has within.
        """
        share = self.lengths / (self.lengths + penalty)
        errors = self.targets - self.basis @ (share[:, None] * (self.basis.T @ self.targets))
        _, group, sizes = np.unique(groups, return_inverse=True, return_counts=True)
        alone = errors / (1 - (self.basis**2 @ share))[:, None]
        order = np.argsort(group, kind="stable")
        starts = np.cumsum(sizes) - sizes
        for start, size in zip(starts[sizes > 1], sizes[sizes > 1], strict=True):
            mine = order[start : start + size]
            inner = np.eye(size) - (self.basis[mine] * share) @ self.basis[mine].T
            alone[mine] = np.linalg.solve(inner, errors[mine])
        return (self.targets - alone) / self.weights


def standardised(features: Numbers) -> Floats:
    """Return features (N, F) with mean 0 and standard deviation 1, divided by √F: kinds of features count the same."""
    deviation = features.std(0, dtype=np.float64)
    scale = (deviation + CONSTANT * deviation.mean() + 1e-9) * np.sqrt(features.shape[1])
    standard: Floats = (features - features.mean(0, dtype=np.float64)) / scale
    return standard
