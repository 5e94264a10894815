"""Fitting the rejection: how far training pictures lie apart, and from where on a held-out one would be refused."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..calibration.conformal import conformal_rank
from ..errors import Phrase, phrase
from .operators import CENTRE, WHITENING
from .record import Fitted, Part, Rejection
from .statistics import Floats, Pixels, Single, statistics

LEVEL = 0.95  # of the pictures of the classes that are answered
EACH = 0.975  # below each part's bound: so that no more than 5 % are above one of two
LEAST = 30  # pictures held out; fewer say too little
MARGIN = 1.0  # by so much over √n, of the way from the middle, the scores' bound is raised (docs/log.md)
SHRINK = 0.1  # of the variance is given to all directions alike
ROUNDING = 1e-4  # by how much the scores of float32 may be larger
NARROW = 0.05  # of the median standard deviation: no statistic counts as narrower
NUMBERS, FEWEST, MOST = 20_000_000, 300, 2_000  # pixels that are looked at, and pictures

Scores = np.ndarray[Any, Any]
Whole = np.ndarray[Any, np.dtype[np.int64]]


def spread_rows(n: int, size: int) -> Whole:
    """Return which of `n` pictures of `size` numbers are looked at: all of them, or some at equal steps.

    >>> spread_rows(4, 784).tolist(), len(spread_rows(60_000, 784)), len(spread_rows(60_000, 150_528))
    ([0, 1, 2, 3], 2000, 300)
    """
    most = min(n, MOST, max(FEWEST, NUMBERS // size))
    return np.arange(most, dtype=np.int64) * n // max(1, most)


@dataclass(frozen=True, eq=False, slots=True)
class OutOfFold:
    """Out-of-fold predictions. Of pictures trained on, by their row: the `fold` (M,) that each is in, the `logits`
    (M, K) of a head that was fitted without this fold, and which of them count, bool (M,).
    """

    fold: Whole
    logits: Scores
    counts: np.ndarray[Any, np.dtype[np.bool_]]

    def take(self, rows: Whole, counts: np.ndarray[Any, np.dtype[np.bool_]]) -> OutOfFold:
        """Return those of some rows; of these, `counts` (…) says which count if they did before."""
        return OutOfFold(self.fold[rows], self.logits[rows], self.counts[rows] & counts)


def fit_rejection(
    trained_on: Pixels, held_out: Pixels, logits: Scores, left_out: OutOfFold | None = None
) -> Fitted | Phrase:
    """Return the rejection by pictures trained on, uint8 (M, C, H, W), and different ones held out (n, C, H, W) with
    their logits (n, K); or why there is none. Those trained on count as held out where they were `left_out`: each is
    compared with the other folds.

    The picture's part is the distance of its statistics to their mean, in directions that the covariance makes equally
    wide (Mahalanobis). The scores' part is minus the largest logit. Each is brought to 0 for the middle held-out
    picture, and for those below it, and to 1 at its bound: the ⌈(n+1)·EACH⌉-th smallest of the held-out ones (split
    conformal prediction), and of scores a margin above. The score is the root of the sum of both squares, so that what
    is half foreign by both counts as well; its threshold 1, or what leaves `LEVEL` of the held-out ones below.
    """
    n = len(held_out) + (0 if left_out is None else int(left_out.counts.sum()))
    if n < LEAST:
        return phrase("rejection.few", n=f"{n}", least=f"{LEAST}")
    seen = statistics(trained_on)
    centre, whitening = whitened(seen)
    apart, silence = _distances(statistics(held_out), centre, whitening), -logits.max(1).astype(np.float64)
    if left_out is not None:
        theirs = np.zeros(len(seen))
        for k in np.unique(left_out.fold[left_out.counts]):
            out = left_out.fold == k
            theirs[out] = _distances(seen[out], *whitened(seen[~out]))
        apart = np.concatenate([apart, theirs[left_out.counts]])
        silence = np.concatenate([silence, -left_out.logits[left_out.counts].max(1).astype(np.float64)])
    parts = (_part("picture", apart), _part("scores", silence, MARGIN / math.sqrt(n)))
    above = [np.maximum((v - p.middle) / p.spread, 0) for p, v in zip(parts, (apart, silence), strict=True)]
    scores = np.hypot(*above)
    threshold = _float32(max(1.0, conformal(scores, LEVEL)) * (1 + ROUNDING))
    refused = float((scores > threshold).mean())
    return Fitted(Rejection(threshold, LEVEL, n, refused, parts), {CENTRE: centre, WHITENING: whitening})


def whitened(values: Floats) -> tuple[Single, Single]:
    """Return the mean (D,) of statistics (M, D), and the matrix (D, D) that makes them equally wide in all directions.

    Each statistic is divided by its standard deviation; the covariance is then shrunk towards a multiple of one.

    >>> centre, matrix = whitened(np.array([[0.0, 0.0], [2.0, 4.0], [0.0, 4.0], [2.0, 0.0]]))
    >>> centre.tolist(), np.abs(matrix @ matrix.T).round(4).tolist()     # 1 and 2 wide, and nothing in common
    ([1.0, 2.0], [[1.0, 0.0], [0.0, 0.25]])
    """
    centre = values.mean(0)
    wide = values.std(0)
    wide = np.maximum(wide, NARROW * max(float(np.median(wide)), 1e-3))
    scaled = (values - centre) / wide
    variances, directions = np.linalg.eigh(scaled.T @ scaled / len(values))
    variances = np.maximum(variances, 0)
    variances = (1 - SHRINK) * variances + SHRINK * max(float(variances.mean()), 1e-6)
    matrix = directions / np.sqrt(variances) / wide[:, None]
    return centre.astype(np.float32), matrix.astype(np.float32)


def conformal(scores: Floats, level: float) -> float:
    """Return the ⌈(n+1)·level⌉-th smallest of n scores, or the largest.

    >>> conformal(np.arange(1.0, 20.0), 0.9), conformal(np.arange(1.0, 4.0), 0.9)    # the 18th of 19; the 4th of 3
    (18.0, 3.0)
    """
    return float(np.sort(scores)[min(len(scores), conformal_rank(len(scores), level)) - 1])


def _distances(values: Floats, centre: Single, whitening: Single) -> Floats:
    return np.asarray(np.sqrt((((values - centre) @ whitening) ** 2).sum(1)), np.float64)


def _part(name: str, values: Floats, margin: float = 0.0) -> Part:
    middle, bound = float(np.median(values)), conformal(values, EACH)
    return Part(name, _float32(middle), _float32(max((1 + margin) * (bound - middle), 1e-6)))


def _float32(value: float) -> float:
    return float(np.float32(value))
