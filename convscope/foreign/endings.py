"""What a network's last step makes of its scores: softmax, its logarithm, sigmoids, or nothing."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Literal

import numpy as np

from ..errors import InputError, phrase
from .step import Array, Step

Ending = Literal["softmax", "log_softmax", "sigmoid", "logits", "maps"]
NAMED = ("softmax", "log_softmax", "sigmoid")
LEAST = 1e-38  # a probability of 0 counts as this, since log 0 is −∞


def ending(found: Sequence[Step]) -> Ending:
    """Return what the scores become: "maps" where the last step makes no scores."""
    last = _unrounded(found)[-1]
    return ending_of(last.label, last.output.shape)


def _unrounded(found: Sequence[Step]) -> Sequence[Step]:
    """Return the steps without the rounding of what a softmax, its logarithm or a sigmoid makes at the end."""
    if len(found) > 1 and found[-1].rounded and found[-1].sources == (len(found) - 2,):
        before = found[-2]
        if ending_of(before.label, before.output.shape) in NAMED:
            return found[:-1]
    return found


def ending_of(label: str, shape: Sequence[int]) -> Ending:
    """Return what the step called `label` makes of scores, if what it gives, of `shape` (N, …), are scores.

    >>> ending_of("Softmax(axis=1)", (1, 10)), ending_of("conv", (1, 10)), ending_of("conv", (1, 2, 8, 8))
    ('softmax', 'logits', 'maps')
    """
    if len(shape) < 2:
        raise InputError("module.scores", got=tuple(shape), expected=phrase("module.scores.expected"))
    classes = shape[1]
    if math.prod(shape[2:]) != 1:
        return "maps"
    word = label.lower().partition("(")[0].replace("_", "")
    if word == "softmax" and classes > 1:
        return "softmax"
    if word == "logsoftmax" and classes > 1:
        return "log_softmax"
    return "sigmoid" if word == "sigmoid" else "logits"


def scored(found: Sequence[Step]) -> Sequence[Step]:
    """Return the steps up to the scores: without a softmax, its logarithm or a sigmoid at the end."""
    found = _unrounded(found)
    named = ending(found) in NAMED
    return found[:-1] if named and len(found) > 1 and found[-1].sources == (len(found) - 2,) else found


def undone(values: Array, end: Ending) -> Array:
    """Return scores (N, K) that give `values` (N, K) again by softmax, or each by its sigmoid."""
    if end == "softmax":
        return np.log(np.maximum(values, LEAST))
    if end == "sigmoid":
        bounded = np.clip(values.astype(np.float64), 1e-16, 1 - 1e-16)
        return np.log(bounded / (1 - bounded)).astype(np.float32)
    return values


def probabilities(scores: Array, end: Ending) -> Array:
    """Return what the network means by scores (N, K): each class's own probability, or together 1.

    >>> probabilities(np.array([[0.0, 0.0]]), "softmax").tolist(), probabilities(np.array([[0.0]]), "sigmoid").tolist()
    ([[0.5, 0.5]], [[0.5]])
    """
    if end == "sigmoid":
        own: Array = 1 / (1 + np.exp(-scores.astype(np.float64)))
        return own
    powers: Array = np.exp(scores - scores.max(1, keepdims=True))
    shares: Array = powers / powers.sum(1, keepdims=True)
    return shares
