"""Labels that may be wrong, as questions: what a classifier that never saw the picture holds for far likelier."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = np.ndarray[Any, np.dtype[np.float64]]
Rows = NDArray[np.int64]

RATIO = 20.0  # times as likely as the given class another one must be (docs/log.md)
OTHERS = 5  # pictures of the given class, beside those of one's own group, below which nothing is asked


@dataclass(frozen=True, slots=True)
class LabelQuestion:
    """The picture of a row, by its name: is it not of class `other`, which is likelier than its `label` by so much?

    `probability` is that of `other`, 0…1, by a classifier that was fitted without the picture.
    """

    row: int
    name: str
    label: str
    other: str
    probability: float

    def to_json(self) -> dict[str, object]:
        return {name: getattr(self, name) for name in self.__slots__}

    def __str__(self) -> str:
        return f"{self.name}: {self.label} → {self.other}? {100 * self.probability:.0f} %"


def questionable(probabilities: Floats, labels: Rows, groups: Rows) -> tuple[Rows, Rows]:
    """Return the rows to ask about, the most doubtful first, and the likelier class of each.

    `probabilities` (N, K) are out of sample. Nothing is asked where a class has too few pictures to know it by.
    """
    rows = np.arange(len(labels))
    own = probabilities[rows, labels]
    others = probabilities.copy()
    others[rows, labels] = -1
    other = others.argmax(1)
    ratio = others[rows, other] / np.maximum(own, 1e-12)
    _, group, sizes = np.unique(np.stack([groups, labels]), axis=1, return_inverse=True, return_counts=True)
    known = np.bincount(labels, minlength=probabilities.shape[1])[labels] - sizes[group] >= OTHERS
    asked = np.flatnonzero(known & (ratio >= RATIO))
    asked = asked[np.argsort(-ratio[asked], kind="stable")]
    return asked, other[asked]
