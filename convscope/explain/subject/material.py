"""The pictures of a data set that a page is made from: matched to the model's classes, under the name of their
split."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...data.dataset import Dataset, Split
from ...errors import InputError
from ...evaluation import matched


@dataclass(frozen=True, eq=False)
class Material:
    """Pictures uint8 (N, C, H, W); `labels` (N,) into the model's classes, None if the data has other classes.

    `split` is "test", "validation", "training" or "given"; `name` the data set's.
    """

    split: str
    name: str
    pictures: Split
    labels: np.ndarray[Any, np.dtype[np.int64]] | None


def of_dataset(dataset: Dataset, classes: tuple[str, ...], training: Mapping[str, object]) -> Material:
    """Return the pictures to look at: test pictures if there are any, else those held out, else those trained on.

    `training` is what the model's facts say of its data ("fingerprint", "validation"); data that it was not trained on
    and that has no test pictures is "given".
    """
    own = training.get("fingerprint") == dataset.fingerprint
    held_out = training.get("validation") if own else 0
    if dataset.test is not None and len(dataset.test):
        split, part = "test", dataset.test
    elif isinstance(held_out, int) and held_out > 0:
        split, part = "validation", dataset.hold_out(held_out)[1]
    else:
        split, part = "training" if own else "given", dataset.train
    try:
        labels = matched(part.labels, dataset.classes, classes)
    except InputError:
        labels = None
    return Material(split, dataset.name, part, labels)
