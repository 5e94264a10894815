"""The labelled examples that a page's channel cards and errors are counted on."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ...data.credits import Credit
from ...data.dataset import Dataset, Split
from ...data.run_data import RunData, held_out_rows
from ...errors import InputError
from ...evaluation import matched
from ...pictures.preprocessing import preprocess_stack
from .subject import Subject


@dataclass(frozen=True, eq=False)
class Examples:
    """One split of the data set `name`: pictures uint8 (N, C, H, W) as the model reads them, `inverted` of them with
    dark and light swapped, and `labels` (N,) into the model's classes, None if the data has other classes. `split` is
    "test", "validation", "training" or "given".
    """

    split: str
    name: str
    pictures: Split
    labels: NDArray[np.int64] | None
    inverted: int = 0
    credit: Credit | None = None  # whom the pictures are from, where a page must say so


def choose_examples(dataset: Dataset, subject: Subject, trained_with: RunData | None = None) -> Examples:
    """Return the pictures to look at: test pictures if there are any, else those to validate by, else those trained on.

    Data that is not `trained_with`, that the subject's file does not say it was trained on, and that has no test
    pictures, is "given".
    """
    trained_on = subject.provenance.data
    own = trained_with is not None or (trained_on is not None and trained_on.fingerprint == dataset.fingerprint)
    held_out = None if trained_with is None else trained_with.held_out
    if trained_with is None and own and trained_on is not None:
        held_out = held_out_rows(dataset, trained_on.validation, trained_on.held_out)
    if dataset.test is not None and len(dataset.test):
        split, part = "test", dataset.test
    elif dataset.validation is not None:
        split, part = "validation", dataset.validation
    elif held_out is not None:
        split, part = "validation", dataset.train.take(held_out)
    else:
        split, part = "training" if own else "given", dataset.train
    try:
        labels = matched(part.labels, dataset.classes, subject.classes)
    except InputError:
        labels = None
    read, inverted = preprocess_stack(subject.spec, part.images)
    return Examples(split, dataset.name, replace(part, images=read), labels, int(inverted.sum()), dataset.credit)
