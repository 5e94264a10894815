"""Which network is asked, and about which class of each picture."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from ..errors import InputError, UsageError, phrase
from ..prediction import Model
from .batching import batches
from .capture import untouched


def module_of(asked: nn.Module | Model) -> nn.Module:
    """Return a torch module as it is, a model file's network as one. Raises UsageError for anything else."""
    if isinstance(asked, Model):
        return asked.module()
    if not isinstance(asked, nn.Module):
        raise UsageError("explain.module", got=type(asked).__name__, hint=phrase("explain.module.try"))
    return asked


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


def chosen_scores(scores: Tensor, classes: Sequence[int] | int) -> Tensor:
    """Return the score (N,) of each picture's class, from scores (N, K). Raises InputError for a class that is none."""
    wanted = class_of_each(classes, len(scores))
    if not all(0 <= c < scores.shape[1] for c in wanted):
        raise InputError(
            "class.unknown", got=classes, expected=phrase("value.from.to", low=0, high=scores.shape[1] - 1)
        )
    return scores[range(len(scores)), wanted]
