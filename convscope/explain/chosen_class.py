"""Which network is asked, and about which class of each picture."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from ..errors import InputError, UsageError, phrase
from .batching import batches
from .capture import untouched


def classes_or_predicted(
    module: nn.Module, pictures: np.ndarray[Any, Any] | Tensor, classes: Sequence[int] | int | None
) -> Sequence[int] | int:
    """Return the classes that are asked about; where none are said, the one of the highest score for each picture."""
    if classes is not None:
        return classes
    with untouched(module), torch.no_grad():
        return [int(c) for _, x in batches(module, pictures) for c in module(x).flatten(1).argmax(1)]


def class_of_each(classes: Sequence[int] | int, n: int) -> list[int]:
    """Return a class for each of `n` pictures. Raises UsageError for another number of them."""
    given = np.asarray(classes)
    if given.dtype.kind not in "iu" or given.shape not in ((), (n,)):
        raise UsageError("saliency.classes", got=classes, expected=f"{n}")
    return [int(c) for c in np.broadcast_to(given, n)]


def known_class(c: int, count: int) -> int:
    """Return a class that is one of so many. Raises InputError for another."""
    if not 0 <= c < count:
        raise InputError("class.unknown", got=c, expected=phrase("value.from.to", low=0, high=count - 1))
    return c


def chosen_scores(scores: Tensor, classes: Sequence[int] | int) -> Tensor:
    """Return the score (N,) of each picture's class, from scores (N, K). Raises InputError for a class that is none."""
    wanted = [known_class(c, scores.shape[1]) for c in class_of_each(classes, len(scores))]
    return scores[range(len(scores)), wanted]
