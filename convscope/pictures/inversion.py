"""Polarity: light ink on a dark ground or dark on light, read off a picture's border; and when to invert it."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # numpy and Pillow are imported when a picture is read: asking for help must not wait for them
    from collections.abc import Iterator

    import numpy as np
    from numpy.typing import NDArray

    from .stack import Stack

    Pixels = NDArray[np.uint8]

LIGHT = 128  # the least median of a light ground
CONTRAST = 64  # the least by which the ink is darker
INK = 0.05  # the quantile of the middle that counts as ink
CHUNK = 4 << 20  # bytes of pictures that are looked at in one go


def needs_inversion(image: Pixels) -> bool:
    """Tell whether a picture (C, H, W) or (H, W) has a border much lighter than its middle: dark ink on a light ground.

    The border is the outermost 1/14 of the shorter side (2 pixels of 28), the middle is the middle half of both sides.
    The border's median must be 128 or more, and 64 or more above the darkest twentieth of the middle (its 5 % quantile:
    ink may cover little). All 3,000 MNIST test pictures tried, turned to black on white, differ from the originals.
    """
    shape = image.shape[-2:]
    if image.reshape(*image.shape[:-2], -1).take(_border_places(shape), -1).max() < LIGHT:
        return False  # most pictures: nothing at the border is light, so its median is not
    return bool(_is_dark_on_light(image.reshape(1, -1, *shape))[0])


def which_need_inversion(images: Stack) -> NDArray[np.bool_]:
    """Return `needs_inversion` of each of the pictures (N, C, H, W), (N,): 70,000 of 28×28 in some tenths of a second.

    Memory is that of a few MB of pictures, however many there are.
    """
    import numpy as np

    found = np.zeros(len(images), bool)
    for part in _parts(images):
        found[part] = _which_of_some(images[part])
    return found


def inversion_rule(images: Stack) -> str:
    """Return a model's rule by its training pictures (N, C, H, W): "auto" where dark on light may be inverted, or "no".

    They must be light on dark, and not one of them may be a picture that would be inverted: whatever a network has
    learned from, it is given again just so.
    """
    if not light_on_dark(images) or any(_which_of_some(images[part]).any() for part in _parts(images)):
        return "no"
    return "auto"


def light_on_dark(images: Stack) -> bool:
    """Tell whether pictures (N, C, H, W) are mostly light on a dark ground: in 3 of 4 the border's median is below 64.

    At most 1,000 are looked at, evenly spread. Memory is that of a few MB of pictures, however large they are.
    """
    import numpy as np

    picks = np.linspace(0, len(images) - 1, min(len(images), 1000)).astype(np.int64)
    if not len(picks):
        return False
    outer = border_mask(images.shape[2:])
    dark = np.empty(len(picks), dtype=bool)
    for part in _parts(images, len(picks)):
        edges = np.stack([images[i][:, outer] for i in picks[part].tolist()])  # (n, C, pixels of the border)
        dark[part] = _quantiles(edges.mean(axis=1, dtype=np.float64), 0.5) < 64
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


def _parts(images: Stack, count: int | None = None) -> Iterator[slice]:
    """Yield slices that cover so many of the pictures (all of them by default), each of a few MB."""
    size = max(1, CHUNK // max(1, images[:1].size))
    return (slice(i, i + size) for i in range(0, len(images) if count is None else count, size))


def _which_of_some(images: Pixels) -> NDArray[np.bool_]:
    """Return `needs_inversion` of each of a few MB of pictures (n, C, H, W), (n,)."""
    import numpy as np

    found: NDArray[np.bool_] = _border(images).max(axis=(1, 2)) >= LIGHT
    lit = np.flatnonzero(found)
    if len(lit):
        found[lit] = _is_dark_on_light(images[lit])
    return found


def _border(images: Pixels) -> Pixels:
    """Return the border's pixels of pictures (n, C, H, W), n of 1 or more: (n, C, m)."""
    border: Pixels = images.reshape(*images.shape[:2], -1).take(_border_places(images.shape[2:]), 2)
    return border


def _is_dark_on_light(images: Pixels) -> NDArray[np.bool_]:
    """Return for each of the pictures (n, C, H, W) whether its ground is light and its ink much darker, (n,)."""
    import numpy as np

    height, width = images.shape[2:]
    middle = images[:, :, height // 4 : height - height // 4, width // 4 : width - width // 4]
    ground = _quantiles(_border(images).mean(axis=1, dtype=np.float64), 0.5)
    ink = _quantiles(middle.mean(axis=1, dtype=np.float64).reshape(len(images), -1), INK)
    dark_on_light: NDArray[np.bool_] = (ground >= LIGHT) & (ground - ink >= CONTRAST)
    return dark_on_light


def _quantiles(values: NDArray[np.float64], q: float) -> NDArray[np.float64]:
    """Return np.quantile of each row of (n, m), (n,), without its import of numpy.ma: 8 ms, more than all else here."""
    import numpy as np

    low, part = divmod(q * (values.shape[1] - 1), 1)
    first, then = int(low), min(int(low) + 1, values.shape[1] - 1)
    ordered = np.partition(values, (first, then), axis=1)
    low_values, high_values = ordered[:, first], ordered[:, then]
    quantiles: NDArray[np.float64] = low_values + part * (high_values - low_values)
    return quantiles
