"""Pictures that belong together, copies say: of each group one tells as much as all."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def distinct_rows(groups: NDArray[np.int64] | None, n: int) -> NDArray[np.int64]:
    """Return the first of the `n` rows of each group; all of them without groups.

    >>> distinct_rows(np.array([7, 3, 7]), 3).tolist()
    [0, 1]
    """
    if groups is None:
        return np.arange(n, dtype=np.int64)
    return np.sort(np.unique(groups, return_index=True)[1]).astype(np.int64)
