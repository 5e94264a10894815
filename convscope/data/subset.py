"""Some pictures of a Split, by row number: nothing is copied until pictures are asked for, and then only those."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .dataset import Labels, Pictures, Rows, Split, Weights


@dataclass(frozen=True, eq=False, slots=True)
class PicturesAt:
    """Pictures uint8 (n, C, H, W) at `rows` of `images`: an index gives copies, as that of an array does."""

    images: Pictures
    rows: Rows

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, which: int | slice | NDArray[np.integer], /) -> Pictures:
        found: Pictures = self.images[self.rows[which]]
        return found

    @property
    def shape(self) -> tuple[int, int, int, int]:
        """Return (n, C, H, W)."""
        channels, height, width = self.images.shape[1:]
        return len(self.rows), channels, height, width


@dataclass(frozen=True, eq=False, slots=True)
class Subset:
    """The pictures at `rows`, int64 (n,), of a split, and their labels, int64 (n,), in that order."""

    split: Split
    rows: Rows

    @classmethod
    def whole(cls, split: Split) -> Subset:
        """Return all pictures of a split."""
        return cls(split, np.arange(len(split)))

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def images(self) -> PicturesAt:
        """Return the pictures, none of them copied."""
        return PicturesAt(self.split.images, self.rows)

    @property
    def labels(self) -> Labels:
        """Return the labels, as a copy."""
        return self.split.labels[self.rows]

    @property
    def weights(self) -> Weights | None:
        """Return how much each picture counts, (n,), 1 on average; None where all count the same."""
        if self.split.weights is None:
            return None
        own = self.split.weights[self.rows]
        even: Weights = (own / own.mean(dtype=np.float64)).astype(np.float32)
        return even
