"""Fitting the temperature: the one number that scores are divided by before the softmax."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..data.groups import distinct_rows
from ..errors import Phrase, phrase
from .record import COLDEST, HOTTEST, KEPT, Calibration
from .scoring import Whole, cross_entropy, log_softmax, reliability

LEAST = 30  # pictures; fewer say too little (docs/why.md)

Scores = np.ndarray[Any, Any]


def calibrate(logits: Scores, labels: Whole, groups: Whole | None = None) -> Calibration | Phrase:
    """Return the calibration by scores (N, K) and true classes (N,) of pictures held out of training; or why there is
    none.

    Of pictures with one number in `groups` (N,), copies say, only the first counts: what is seen twice says nothing
    new, and both the smoothing of the targets and the range of prediction sets rest on how many there are.

    >>> calibrate(np.zeros((3, 2)), np.array([0, 1, 0]))
    phrase('calibration.few', n='3', least='30')
    """
    distinct = distinct_rows(groups, len(labels))
    logits, labels = logits[distinct], labels[distinct]
    n = len(labels)
    if n < LEAST:
        return phrase("calibration.few", n=f"{n}", least=f"{LEAST}")
    before = reliability(logits, labels)
    temperature = fit_temperature(logits, labels)
    scaled = logits.astype(np.float64) / temperature
    misses = np.sort(-np.expm1(log_softmax(scaled)[np.arange(n), labels]))  # 1 − p(true)
    m = min(n, KEPT)
    ranks = -(-np.arange(1, m + 1) * n // m)  # ⌈i·n/m⌉
    kept = tuple(float(f"{miss:.6g}") for miss in misses[ranks - 1].tolist())
    return Calibration(temperature, n, before, reliability(scaled, labels), kept)


def fit_temperature(logits: Scores, labels: Whole) -> float:
    """Return the temperature T, 0.05…20, that makes softmax(logits / T) fit the true classes best, rounded to 32 bits.

    "Best" is the least cross-entropy (Guo et al. 2017, section 4.2) against smoothed targets: 1 − 1/(n+2) for the true
    class, the rest shared by the others (Platt 1999, section 2.2). Where all n pictures are right, plain targets would
    send T to 0. T is 1 where the fit makes the plain cross-entropy of these pictures worse.

    In β = 1/T the loss is convex: mean of logsumexp(βz) − β·(targets·z). Newton's steps, kept within the bracket.
    """
    n, k = logits.shape
    z = logits.astype(np.float64)
    z -= z.max(1, keepdims=True)
    off = 1 / (n + 2)
    at_label = z[np.arange(n), labels]
    wanted = float(np.mean((1 - off) * at_label + off * (z.sum(1) - at_label) / max(1, k - 1)))
    low, high, beta = 1 / HOTTEST, 1 / COLDEST, 1.0
    for _ in range(200):  # at most: a handful of Newton's, or halvings of the bracket
        p = np.exp(log_softmax(beta * z))
        mean = (p * z).sum(1)
        slope = float(mean.mean()) - wanted
        curvature = float(((p * z * z).sum(1) - mean * mean).mean())
        if slope == 0:  # found, or scores without any difference, which no temperature changes
            break
        low, high = (low, beta) if slope > 0 else (beta, high)
        newton = beta - slope / curvature if curvature > 0 else 0.0
        following = newton if low < newton < high else (low * high) ** 0.5
        if abs(following - beta) <= 1e-12 * beta:
            break
        beta = following
    temperature = float(np.clip(np.float32(1 / beta), np.float32(COLDEST), np.float32(HOTTEST)))
    return temperature if cross_entropy(z / temperature, labels) <= cross_entropy(z, labels) else 1.0
