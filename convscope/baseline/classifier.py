"""Ridge regression in a Gaussian kernel, one class against all others: a few lines, one solution, no chance in it.

Saunders, Gammerman & Vovk 1998; called least-squares support vector machine too. What it says of every picture when
that picture, and all that belong to it, are left out of its training follows from the solution itself: cross-validation
costs nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = np.ndarray[Any, np.dtype[np.float64]]
Labels = NDArray[np.int64]
Numbers = np.ndarray[Any, np.dtype[np.floating[Any]]]

PENALTY = 0.03


@dataclass(frozen=True, slots=True)
class Kernel:
    """How alike two pictures are, from 1 (the same) to 0, by the distance of their features.

    `rows` (N, D) are the features of the training pictures, `scale` is the squared distance at which e^-½ is left.
    """

    rows: Numbers
    scale: float

    @classmethod
    def of(cls, rows: Numbers) -> Kernel:
        """Return the kernel with the median squared distance of two different rows as its scale."""
        apart = _squared_distances(rows, rows)[np.triu_indices(len(rows), 1)]
        median = float(np.median(apart)) if len(apart) else 0.0
        return cls(rows, median if median > 0 else 1.0)

    def __call__(self, features: Numbers) -> Floats:
        """Return the likeness (M, N) of M pictures, by features (M, D), to every training picture."""
        likeness: Floats = np.exp(_squared_distances(features, self.rows) / (-2 * self.scale)).astype(np.float64)
        return likeness


@dataclass(frozen=True, slots=True)
class Ridge:
    """A fitted classifier of N training pictures and K classes.

    `inverse` is (K + 1 + penalty / class weights)⁻¹, (N, N), where K is the kernel and 1 stands for a constant that the
    penalty bears on as on all else; `targets` are 1 for a picture's own class and −1 for the others; `weights` (N, K)
    is their product.
    """

    inverse: Floats
    targets: Floats
    weights: Floats

    @classmethod
    def fit(cls, kernel: Floats, labels: Labels, classes: int, penalty: float = PENALTY) -> Ridge:
        """Fit to N training pictures of these labels (N,), below `classes`, and this likeness among themselves (N, N).

        Every class weighs the same, however many pictures it has.
        """
        counts = np.bincount(labels, minlength=classes)
        balance = counts[labels] * (np.count_nonzero(counts) / len(labels))  # 1 where all classes have equally many
        inverse = np.asarray(np.linalg.inv(kernel + 1 + np.diag(penalty * balance)), np.float64)
        targets = np.full((len(labels), classes), -1.0)
        targets[np.arange(len(labels)), labels] = 1
        return cls(inverse, targets, inverse @ targets)

    def scores(self, kernel: Floats) -> Floats:
        """Return scores (M, K) of M pictures whose likeness to the training pictures is `kernel` (M, N)."""
        return (kernel + 1) @ self.weights

    def left_out(self, groups: NDArray[np.int64]) -> Floats:
        """Return the scores (N, K) of each training picture by the classifier of the pictures of all other groups.

        `groups` (N,) numbers them. Nothing is fitted anew: with inverse C, solving C_gg e = weights_g gives the errors
        e of group g left out (Pahikkala, Boberg & Salakoski 2006); for a picture alone that is a division.
        """
        _, group, sizes = np.unique(groups, return_inverse=True, return_counts=True)
        errors = self.weights / np.diag(self.inverse)[:, None]
        order = np.argsort(group, kind="stable")
        starts = np.cumsum(sizes) - sizes
        for start, size in zip(starts[sizes > 1], sizes[sizes > 1], strict=True):
            mine = order[start : start + size]
            errors[mine] = np.linalg.solve(self.inverse[np.ix_(mine, mine)], self.weights[mine])
        return self.targets - errors


def _squared_distances(a: Numbers, b: Numbers) -> Numbers:
    squares = (a * a).sum(1)[:, None] + (b * b).sum(1) - 2 * (a @ b.T)
    clipped: Numbers = np.maximum(squares, 0)
    return clipped
