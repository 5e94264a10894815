"""Which rows belong together, when all that is known is pairs: connected components, by union-find over arrays."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[np.int64]


class Components:
    """Rows 0…n−1, each at first by itself; `join` puts pairs together. `labels` (n,) is the first row of each one's
    component.
    """

    def __init__(self, n: int) -> None:
        self.labels: Rows = np.arange(n, dtype=np.int64)

    def join(self, one: Rows, other: Rows) -> None:
        """Put row one[k] and row other[k] together, for every k."""
        while True:
            a, b = self.labels[one], self.labels[other]
            if not (apart := a != b).any():
                return
            np.minimum.at(self.labels, np.maximum(a, b)[apart], np.minimum(a, b)[apart])
            while (shorter := self.labels[self.labels] < self.labels).any():
                self.labels[shorter] = self.labels[self.labels[shorter]]

    def join_equal(self, values: NDArray[np.int64] | list[int]) -> None:
        """Put all rows of one value (n,) together."""
        _, first, which = np.unique(np.asarray(values), return_index=True, return_inverse=True)
        self.join(first[which], np.arange(len(self.labels)))

    def copy(self) -> Components:
        """Return the same components, to be joined further."""
        other = Components(0)
        other.labels = self.labels.copy()
        return other
