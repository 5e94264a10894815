"""The reliability diagram: in each bin of confidence, how often the class predicted is the true one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .scoring import BINS, Numbers, Whole, log_softmax


@dataclass(frozen=True, slots=True)
class Bin:
    """Pictures whose confidence, the probability of the class predicted, lies in one bin: how many, how many of them
    are right, and their mean confidence, 0…1.
    """

    n: int
    right: int
    confidence: float

    def to_json(self) -> dict[str, object]:
        return {"n": self.n, "right": self.right, "confidence": self.confidence}


def bins_of(logits: Numbers, labels: Whole, bins: int = BINS) -> tuple[Bin, ...]:
    """Return the bins that are not empty, by rising confidence, of scores (N, K) for true classes (N,): bins of
    ((i − 1)/bins, i/bins], as `scoring.calibration_error` takes them. Σ n/N · |right/n − confidence| is that error.

    >>> bins_of(np.log([[0.8, 0.2], [0.8, 0.2], [0.8, 0.2], [0.4, 0.6]]), np.array([0, 0, 1, 0]))
    (Bin(n=1, right=0, confidence=0.6), Bin(n=3, right=2, confidence=0.8))
    """
    confidence = np.exp(log_softmax(logits).max(1))
    right = logits.argmax(1) == labels
    number = np.clip(np.ceil(confidence * bins).astype(np.int64) - 1, 0, bins - 1)
    found = []
    for one in np.unique(number).tolist():
        there = number == one
        mean = float(confidence[there].mean())
        found.append(Bin(int(there.sum()), int(right[there].sum()), round(mean, 6)))
    return tuple(found)
