"""The pictures of a data set that a page is made from: matched to the model's classes, under the name of their split."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ..data.dataset import Dataset, Split
from ..errors import InputError
from ..evaluation import matched

SPLITS = {"test": "test", "validation": "validation", "train": "training"}


@dataclass(frozen=True, eq=False)
class Material:
    """Pictures uint8 (N, C, H, W); `labels` (N,) into the model's classes, None if the data has other classes.

    `split` is "test", "validation", "training" or "given"; `name` the data set's.
    """

    split: str
    name: str
    pictures: Split
    labels: np.ndarray[Any, np.dtype[np.int64]] | None


def of_dataset(dataset: Dataset, classes: tuple[str, ...], validation: int = 0) -> Material:
    """Return the pictures to look at: test pictures if there are any, else the `validation` held out, else those trained on."""
    if dataset.test is not None and len(dataset.test):
        split, part = "test", dataset.test
    elif validation:
        split, part = "validation", dataset.hold_out(validation)[1]
    else:
        split, part = "training", dataset.train
    try:
        labels = matched(part.labels, dataset.classes, classes)
    except InputError:
        labels = None
    return Material(split, dataset.name, part, labels)
