"""Which of the pictures that are measured are copies of each other, and which training has seen."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from ..checking.copies import Rows, find_copies

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
    """Return the origins of the pictures of "train", "validation" or "test"; all but the first as training saw them.

    `held_out` are rows of training pictures that were not trained on; they are the validation pictures where the data
    has none of its own.
    """
    copies = find_copies(dataset, near=sum(map(len, dataset.splits.values())) <= MOST)
    training = copies.training_groups()
    seen = training if held_out is None else np.delete(training, held_out)
    if split == "validation" and dataset.validation is None and held_out is not None:
        groups = training[held_out]
    else:
        groups = copies.groups[copies.part(split)]
    leaked = np.zeros(len(groups), bool) if split == "train" else np.isin(groups, seen)
    return Origins(groups, leaked)
