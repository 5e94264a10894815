"""Two classifiers on the same pictures: which is better, and may it be chance?"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, lgamma, log
from typing import Any

import numpy as np

Labels = np.ndarray[Any, np.dtype[np.int64]]
DOUBT = 0.05  # as likely at most, where neither is better, is what counts as better


def balanced_accuracy(labels: Labels, predicted: Labels) -> float:
    """Return the share that is right, 0…1, meaned over the classes that occur in `labels`; both (N,).

    >>> balanced_accuracy(np.array([0, 0, 0, 1]), np.array([0, 0, 0, 0]))
    0.5
    """
    right = np.bincount(labels, predicted == labels)
    counts = np.bincount(labels)
    return float((right[counts > 0] / counts[counts > 0]).mean())


def standard_error(labels: Labels, predicted: Labels) -> float:
    """Return how far `balanced_accuracy` of the same (N,) is off by chance, as a standard deviation.

    >>> standard_error(np.array([0, 0, 0, 0, 1]), np.array([0, 0, 1, 1, 1]))  # a half of 4, all of 1: √(¼ ÷ 4) ÷ 2
    0.125
    """
    counts = np.bincount(labels)
    there = counts > 0
    shares = np.bincount(labels, predicted == labels)[there] / counts[there]
    return float(np.sqrt((shares * (1 - shares) / counts[there]).sum()) / len(shares))


def sign_test(wins: int, losses: int) -> float:
    """Return how likely that many wins or more would be if each were as likely as a loss.

    On pictures that one of two classifiers recognises and the other does not, this is McNemar's exact test (McNemar
    1947), one-sided.

    >>> [round(sign_test(*pair), 6) for pair in ((3, 0), (1, 2), (0, 0))]
    [0.125, 0.875, 1.0]
    """
    n = wins + losses
    ways = lgamma(n + 1) - n * log(2)  # logarithms: powers of 2 soon leave the range of numbers
    return min(1.0, sum(exp(ways - lgamma(k + 1) - lgamma(n - k + 1)) for k in range(wins, n + 1)))


@dataclass(frozen=True, slots=True)
class Comparison:
    """What a classifier and a simpler one make of the same pictures.

    `accuracy` and `simple_accuracy` are balanced, 0…1; `wins` counts the pictures that only the classifier recognises,
    `losses` those that only the simpler one does, `pictures` all.
    """

    accuracy: float
    simple_accuracy: float
    wins: int
    losses: int
    pictures: int

    @classmethod
    def of(cls, labels: Labels, predicted: Labels, simply: Labels) -> Comparison:
        """Compare what a classifier and a simpler one predicted, (N,) each, of pictures with these labels (N,)."""
        right, simply_right = predicted == labels, simply == labels
        return cls(
            accuracy=balanced_accuracy(labels, predicted),
            simple_accuracy=balanced_accuracy(labels, simply),
            wins=int(np.count_nonzero(right & ~simply_right)),
            losses=int(np.count_nonzero(simply_right & ~right)),
            pictures=len(labels),
        )

    @property
    def better(self) -> bool:
        """Whether the classifier is better, by balanced accuracy and by more pictures than chance would give it."""
        return self.accuracy > self.simple_accuracy and sign_test(self.wins, self.losses) < DOUBT
