"""Classes of unlike sizes, made to count the same: by weights of the losses, or by showing small ones more often."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..data.dataset import Labels, Rows
from ..errors import Phrase, phrase

if TYPE_CHECKING:
    import torch

BALANCE = ("auto", "none", "oversample", "weights")
SKEWED = 3.0  # times as many pictures as the smallest class has, from which "auto" balances


def resolve_balance(asked: str | None, labels: Labels) -> str:
    """Return how classes with these training pictures (n,) are balanced: as asked; for "auto", the default, by weights
    where one is much larger than another.

    >>> [resolve_balance(None, np.repeat([0, 1], counts)) for counts in ((5, 3), (9, 3))]
    ['none', 'weights']
    """
    if asked in (None, "auto"):
        counts = np.bincount(labels)
        skewed = len(labels) > 0 and counts.max() >= SKEWED * counts[counts > 0].min()
        return "weights" if skewed else "none"
    return str(asked)


def said(balance: str, labels: Labels) -> tuple[Phrase, ...]:
    """Return the sentence on how classes are balanced, if they are."""
    if balance == "none":
        return ()
    counts = np.bincount(labels)
    most, least = f"{counts.max():,}", f"{counts[counts > 0].min():,}"
    key = "balance.weights" if balance == "weights" else "balance.oversample"
    return (phrase(key, most=most, least=least),)


def loss_weights(labels: Labels, classes: int, device: torch.device) -> torch.Tensor:
    """Return how much a loss of each class counts, (K,): over these labels (n,) the mean is 1, and each class's sum the
    same.

    >>> loss_weights(np.array([0, 0, 0, 1]), 2, None).tolist()
    [0.6666666865348816, 2.0]
    """
    import torch

    counts = np.bincount(labels, minlength=classes)
    weights = np.where(counts > 0, len(labels) / (np.count_nonzero(counts) * np.maximum(counts, 1)), 0.0)
    return torch.from_numpy(weights.astype(np.float32)).to(device)


def oversampled(labels: Labels, order: Rows) -> Rows:
    """Return as many places as in `order`, a permutation of the places of `labels` (n,), with classes in turn.

    Each class gives its places in the order's order, from the front again once all were given.

    >>> oversampled(np.array([0, 0, 0, 1]), np.array([2, 3, 0, 1])).tolist()
    [2, 3, 0, 3]
    """
    shuffled = labels[order]
    mine = [order[shuffled == k] for k in np.unique(labels)]
    found = np.empty_like(order)
    for k, places in enumerate(mine):
        turns = found[k :: len(mine)]
        turns[:] = np.resize(places, len(turns))
    return found
