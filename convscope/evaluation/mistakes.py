"""Where a network errs: the confusion matrix, and the worst mistakes of each of its cells."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ..calibration.scoring import log_softmax
from .figures import Evaluation, score

MOST, A_CELL = 120, 6
MOST_BYTES = 400_000

Whole = np.ndarray[Any, np.dtype[np.int64]]
Floats = np.ndarray[Any, np.dtype[np.float64]]


@dataclass(frozen=True, eq=False)
class Mistakes:
    """Pictures taken for another class, by falling loss. Arrays of m: index into the pictures, true class, class
    predicted, its probability (0…1), loss of the true class (nats). `evaluation` is over all pictures, these or not."""

    evaluation: Evaluation
    index: Whole
    label: Whole
    predicted: Whole
    probability: Floats
    loss: Floats


def find_mistakes(
    scores: np.ndarray[Any, Any], labels: Whole, classes: tuple[str, ...], most: int = MOST, a_cell: int = A_CELL
) -> Mistakes:
    """Return the mistakes in scores (N, K) for true classes (N,): the worst `a_cell` of each cell, `most` at most, the
    worst of all.

    >>> m = find_mistakes(np.array([[2.0, 0.0], [0.0, 3.0], [0.0, 5.0]]), np.array([0, 0, 0]), ("cat", "dog"))
    >>> m.index.tolist(), m.predicted.tolist(), m.loss.round(3).tolist()
    ([2, 1], [1, 1], [5.007, 3.049])
    """
    logs = log_softmax(scores)
    rows = np.arange(len(logs))
    predicted, loss = scores.argmax(1).astype(np.int64), -logs[rows, labels]
    wrong = np.flatnonzero(predicted != labels)
    wrong = wrong[np.argsort(-loss[wrong], kind="stable")]
    taken: list[int] = []
    counts: dict[tuple[int, int], int] = {}
    for i in wrong.tolist():
        cell = int(labels[i]), int(predicted[i])
        counts[cell] = counts.get(cell, 0) + 1
        if counts[cell] <= a_cell and len(taken) < most:
            taken.append(i)
    index = np.array(taken, np.int64)
    probability = np.exp(logs[index, predicted[index]])
    return Mistakes(score(scores, labels, classes), index, labels[index], predicted[index], probability, loss[index])
