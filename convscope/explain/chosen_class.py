"""Which class of each picture is asked about."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from torch import Tensor

from ..errors import InputError, UsageError, phrase


def class_of_each(classes: Sequence[int] | int, n: int) -> list[int]:
    """Return a class for each of `n` pictures. Raises UsageError for another number of them."""
    given = np.asarray(classes)
    if given.dtype.kind not in "iu" or given.shape not in ((), (n,)):
        raise UsageError("saliency.classes", got=classes, expected=f"{n}")
    return [int(c) for c in np.broadcast_to(given, n)]


def chosen_scores(scores: Tensor, classes: Sequence[int] | int) -> Tensor:
    """Return the score (N,) of each picture's class, from scores (N, K). Raises InputError for a class that is none."""
    wanted = class_of_each(classes, len(scores))
    if not all(0 <= c < scores.shape[1] for c in wanted):
        raise InputError(
            "class.unknown", got=classes, expected=phrase("value.from.to", low=0, high=scores.shape[1] - 1)
        )
    return scores[range(len(scores)), wanted]
