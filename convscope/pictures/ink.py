"""Ink on a ground: how much of it is where, in pictures that are light on dark."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .inversion import border_mask

if TYPE_CHECKING:  # numpy is imported when a picture is read: asking for help must not wait for it
    import numpy as np
    from numpy.typing import NDArray


def ink_of(images: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Return by how much each pixel of (N, C, H, W) is lighter than its picture's ground, 0 or more: (N, H, W).

    The ground is the median of the border, the upper one of two.
    """
    import numpy as np

    grey = images.mean(1, dtype=np.float64)
    border = np.sort(grey[:, border_mask(images.shape[2:])], axis=1)
    ground = border[:, border.shape[1] // 2]
    ink: NDArray[np.float64] = np.maximum(grey - ground[:, None, None], 0)
    return ink


def centres_of_mass(ink: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return where the centre of mass of each (N, H, W) lies from the middle, as fractions of the sides, (N, 2)."""
    import numpy as np

    _, height, width = ink.shape
    total = np.maximum(ink.sum((1, 2)), 1e-9)
    rows = (ink.sum(2) * np.arange(height)).sum(1) / total - (height - 1) / 2
    columns = (ink.sum(1) * np.arange(width)).sum(1) / total - (width - 1) / 2
    return np.stack([rows / height, columns / width], axis=1)


def box_of(marked: NDArray[np.bool_]) -> tuple[int, int, int, int] | None:
    """Return (top, left, bottom, right), the last two beyond the end, of what is marked in (H, W); None of nothing."""
    import numpy as np

    rows, columns = np.flatnonzero(marked.any(1)), np.flatnonzero(marked.any(0))
    if not len(rows):
        return None
    return int(rows[0]), int(columns[0]), int(rows[-1]) + 1, int(columns[-1]) + 1
