"""Polarity: light ink on a dark ground or dark on light, read off a picture's border; and when to invert it."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # numpy and Pillow are imported when a picture is read: asking for help must not wait for them
    import numpy as np
    from numpy.typing import NDArray

    Pixels = NDArray[np.uint8]


def needs_inversion(image: Pixels) -> bool:
    """Tell whether a picture (C, H, W) or (H, W) has a border much lighter than its middle: dark ink on a light ground.

    The border is the outermost 1/14 of the shorter side (2 pixels of 28), the middle is the middle half of both sides.
    The border's median must be 128 or more, and 64 or more above the darkest twentieth of the middle (its 5 % quantile:
    ink may cover little). All 3,000 MNIST test pictures tried, turned to black on white, differ from the originals.
    """
    if image.reshape(*image.shape[:-2], -1).take(_border_places(image.shape[-2:]), -1).max() < 128:
        return False  # most pictures: nothing at the border is light, so its median is not
    grey = _grey(image)
    height, width = grey.shape
    border = _quantile(grey[border_mask(grey.shape)], 0.5)
    if border < 128:
        return False
    middle = grey[height // 4 : height - height // 4, width // 4 : width - width // 4]
    return border - _quantile(middle, 0.05) >= 64


def light_on_dark(images: Pixels) -> bool:
    """Tell whether pictures (N, C, H, W) are mostly light on a dark ground: in 3 of 4 the border's median is below 64.

    At most 1,000 are looked at, evenly spread. Where this holds for the training pictures, `--invert auto` is on.
    """
    import numpy as np

    picks = np.linspace(0, len(images) - 1, min(len(images), 1000)).astype(np.int64)
    if not len(picks):
        return False
    outer = border_mask(images.shape[2:])
    edges = np.stack([images[i][:, outer] for i in picks.tolist()])  # (n, C, pixels of the border)
    grey = edges.mean(axis=1, dtype=np.float64)
    middle = (grey.shape[1] - 1) // 2, grey.shape[1] // 2
    dark = np.sort(grey, axis=1)[:, middle].mean(axis=1) < 64  # np.median imports numpy.ma, 8 ms
    return bool(dark.sum() >= 0.75 * len(dark))


@lru_cache(8)
def border_mask(shape: tuple[int, ...]) -> NDArray[np.bool_]:
    """Return where a plane of this shape (H, W) has its border, True there: the outermost 1/14 of the shorter side."""
    import numpy as np

    thick = max(1, min(shape) // 14)
    outer = np.ones(shape, dtype=bool)
    outer[thick:-thick, thick:-thick] = False
    return outer


@lru_cache(8)
def _border_places(shape: tuple[int, ...]) -> NDArray[np.intp]:
    """Return where the border's pixels are in the rows of a plane (H, W) laid end to end: taken quicker than masked."""
    import numpy as np

    return np.flatnonzero(border_mask(shape))


def _quantile(values: NDArray[Any], q: float) -> float:
    """Return what np.quantile returns, without its import of numpy.ma: 8 ms, more than all else here."""
    import numpy as np

    ordered = np.sort(values, axis=None)
    low, part = divmod(q * (len(ordered) - 1), 1)
    return float(ordered[int(low)] + part * (ordered[min(int(low) + 1, len(ordered) - 1)] - ordered[int(low)]))


def _grey(image: Pixels) -> NDArray[np.float64]:
    """Return (C, H, W) or (H, W) as the mean of its channels, (H, W)."""
    import numpy as np

    return image.astype(np.float64) if image.ndim == 2 else image.mean(axis=0, dtype=np.float64)
