"""Which of the pictures that are measured are copies of each other, and which training has seen."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from ..checking import Copies, find_copies
from ..checking.copies import Rows
from ..checking.packaged import shipped

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ..data import Dataset

MOST = 20_000  # pictures, up to which near copies are looked for too: two seconds


class Origins(NamedTuple):
    """For each picture that is measured, (n,): the number of its group, one for all its copies; whether it is a copy of
    a picture that was trained on.
    """

    groups: Rows
    leaked: NDArray[np.bool_]


def find_origins(dataset: Dataset, split: str, held_out: Rows | None) -> Origins:
    """Return the origins of the pictures of "train", "validation" or "test"; see `origins_among`."""
    return origins_among(copies_in(dataset), dataset, split, held_out)


def copies_in(dataset: Dataset) -> Copies:
    """Return which pictures of a data set are copies; near ones too, unless there are too many pictures."""
    known = shipped(dataset)
    return find_copies(dataset, looked_for_near(dataset)) if known is None else known.copies


def looked_for_near(dataset: Dataset) -> bool:
    """Whether near copies are among those that `copies_in` finds."""
    return sum(map(len, dataset.splits.values())) <= MOST or shipped(dataset) is not None


def origins_among(copies: Copies, dataset: Dataset, split: str, held_out: Rows | None) -> Origins:
    """Return the origins of the pictures of "train", "validation" or "test".

    `held_out` are the rows of the training pictures that were not trained on; they are the validation pictures where
    the data has none of its own. Of training pictures themselves none is called a copy of what was trained on.
    """
    training = copies.training_groups()
    if split == "train":
        return Origins(training, np.zeros(len(training), bool))
    if split == "validation" and dataset.validation is None and held_out is not None:
        groups = training[held_out]
        return Origins(groups, np.isin(groups, np.delete(training, held_out)))
    return Origins(copies.groups[copies.part(split)], copies.leaking(split))
