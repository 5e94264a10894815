"""How good probabilities are: cross-entropy and expected calibration error of scores."""

from __future__ import annotations

from typing import Any

import numpy as np

from .record import Reliability

BINS = 15  # of confidence, 0…1

Numbers = np.ndarray[Any, Any]
Floats = np.ndarray[Any, np.dtype[np.float64]]
Whole = np.ndarray[Any, np.dtype[np.int64]]


def log_softmax(logits: Numbers) -> Floats:
    """Return ln softmax of scores (N, K), float64 (N, K); the largest score is subtracted first, so nothing
    overflows.
    """
    x = logits.astype(np.float64)
    x -= x.max(1, keepdims=True)
    logs: Floats = x - np.log(np.exp(x).sum(1, keepdims=True))
    return logs


def cross_entropy(logits: Numbers, labels: Whole) -> float:
    """Return the mean of −ln softmax(logits)[label] in nats, for scores (N, K) and true classes (N,)."""
    return float(-log_softmax(logits)[np.arange(len(labels)), labels].mean())


def calibration_error(logits: Numbers, labels: Whole, bins: int = BINS) -> float:
    """Return the expected calibration error, 0…1, of scores (N, K) for true classes (N,).

    Pictures are put into equal bins ((i − 1)/bins, i/bins] by their confidence, the probability of the class predicted.
    The error is the mean over pictures of |accuracy − mean confidence| of the bin that each is in (Guo et al. 2017,
    "On calibration of modern neural networks", equation 3). NaN where a score is.

    >>> x = np.log([[0.8, 0.2], [0.8, 0.2], [0.8, 0.2], [0.4, 0.6]])  # 2 of 3 at 80 %, 0 of 1 at 60 %
    >>> round(calibration_error(x, np.array([0, 0, 1, 0])), 4)        # ¾·(0.8 − ⅔) + ¼·0.6
    0.25
    """
    confidence = np.exp(log_softmax(logits).max(1))
    if not np.isfinite(confidence).all():
        return float("nan")
    gaps = (logits.argmax(1) == labels) - confidence
    bin_of = np.clip(np.ceil(confidence * bins).astype(np.int64) - 1, 0, bins - 1)
    return float(np.abs(np.bincount(bin_of, gaps, minlength=bins)).sum() / len(labels))


def reliability(logits: Numbers, labels: Whole) -> Reliability:
    """Return both figures of scores (N, K) for true classes (N,), rounded to eight decimals."""
    return Reliability(round(cross_entropy(logits, labels), 8), round(calibration_error(logits, labels), 8))
