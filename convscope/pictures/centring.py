"""A drawing cut out, scaled and centred as MNIST's authors did it: what the page's pad does with a drawing, for any
picture.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from .ink import box_of
from .inversion import border_mask

if TYPE_CHECKING:  # numpy is imported when a picture is read: asking for help must not wait for it
    import numpy as np
    from numpy.typing import NDArray

    Pixels = NDArray[np.uint8]
    Floats = NDArray[np.float64]

INKED = 8  # of 255, from which a pixel belongs to the drawing
ROOM = 20, 28  # the drawing's longer side of the picture's shorter one
FLAT = 2  # grey levels by which a plain ground's border may stray from its median, in the median
FAINT = 16  # grey levels by which ink must differ from its ground
SHADE = 64  # of 255: on an uneven ground, what is less than this is shade, not ink
STRONG = 200  # of 255: the upper quartile of the ink in nearly all of MNIST's digits
THICKER = 8  # pixels of the large picture that ink grows by at most, on each side
ROUNDS = 6  # of fitting the ground to what is not ink


class Ink(NamedTuple):
    """A drawing as light ink on black, uint8 (H, W), whether it was `dark` on its ground, and the ground `plain`."""

    pixels: Pixels
    dark: bool
    plain: bool


def centre_drawing(grey: Pixels, size: tuple[int, int], invert: str = "auto") -> tuple[Pixels, bool]:
    """Return what is drawn in a grey picture (H, W), cut out and centred in `size`, and whether it was dark on light.

    Thin ink on an uneven ground is made thicker until it is as strong as a pen's. On a plain ground everything is what
    the page's pad does with a drawing. `invert` as in extract_ink.
    """
    ink = extract_ink(grey, invert)
    made = centred(ink.pixels, size)
    if ink.plain:
        return made, ink.dark
    import numpy as np
    from PIL import Image, ImageFilter

    thicker = Image.fromarray(ink.pixels)
    for _ in range(THICKER):
        if _strength(made) >= STRONG:
            break
        thicker = thicker.filter(ImageFilter.MaxFilter(3))
        made = centred(np.asarray(thicker), size)
    return made, ink.dark


def extract_ink(grey: Pixels, invert: str = "auto") -> Ink:
    """Return what is drawn in a grey picture (H, W): how far each pixel is from its ground, the strongest ink as 255.

    A plain ground is the border's median. An uneven one, as light falls on paper, is a quadratic surface fitted to what
    is not ink. `invert`: "yes" takes what is darker than the ground, "no" what is lighter, "auto" whichever is more.
    """
    import numpy as np

    border = np.sort(grey[border_mask(grey.shape)].astype(np.float64))
    middle = float(border[(len(border) - 1) // 2])
    plain = float(np.sort(np.abs(border - middle))[len(border) // 2]) <= FLAT
    levels = grey.astype(np.float64)
    away = levels - (middle if plain else _surface(levels))
    dark = invert == "yes" or (invert == "auto" and _mass(-away) > _mass(away))
    ink = np.maximum(-away if dark else away, 0)
    peak = ink.max()
    if peak < FAINT:
        return Ink(np.zeros(grey.shape, np.uint8), dark, plain)
    if not plain:  # a photo has noise: its strongest pixel is stronger than the ink
        strong = np.sort(ink[ink >= peak / 2])
        peak = strong[int(0.95 * (len(strong) - 1))]
    ink = np.minimum(ink * (255 / peak), 255)
    if not plain:
        ink = np.maximum(ink - SHADE, 0) * (255 / (255 - SHADE))
    return Ink(np.floor(ink + 0.5).astype(np.uint8), dark, plain)


def centred(ink: Pixels, size: tuple[int, int]) -> Pixels:
    """Return a drawing, light on black (R, C), as a picture of `size` (H, W): its box scaled to 20/28 of the shorter
    side, keeping its proportions, each pixel the mean of those that fall together; then moved so that its centre of
    mass is the picture's centre. Without ink it is black.

    The page's pad computes the same, number by number (page/js/look/edits.js, `centred`).
    """
    import numpy as np

    height, width = size
    out = np.zeros(size, np.uint8)
    box = box_of(ink >= INKED)
    if box is None:
        return out
    top, left, bottom, right = box
    room = _half_up(min(height, width) * ROOM[0] / ROOM[1])
    factor = max(bottom - top, right - left) / room
    rows, columns = (max(1, _half_up(side / factor)) for side in (bottom - top, right - left))
    small = _shrunk(ink, top, left, factor, rows, columns)
    total = float(small.sum())
    y = _half_up((height - 1) / 2 - float((small.sum(1) * np.arange(rows)).sum()) / total)
    x = _half_up((width - 1) / 2 - float((small.sum(0) * np.arange(columns)).sum()) / total)
    visible = small[max(0, -y) : height - y, max(0, -x) : width - x]
    out[max(0, y) : max(0, y) + visible.shape[0], max(0, x) : max(0, x) + visible.shape[1]] = np.floor(visible + 0.5)
    return out


def _shrunk(ink: Pixels, top: int, left: int, factor: float, rows: int, columns: int) -> Floats:
    """Return the means over boxes of factor×factor pixels from (top, left) on, (rows, columns), rounded to float32."""
    import numpy as np

    def edges(start: int, n: int, end: int) -> tuple[list[int], list[int]]:
        first = [int(start + i * factor) for i in range(n)]
        last = [min(end, max(first[i] + 1, int(start + (i + 1) * factor))) for i in range(n)]
        return first, last

    (y0, y1), (x0, x1) = edges(top, rows, ink.shape[0]), edges(left, columns, ink.shape[1])
    sums = np.zeros((ink.shape[0] + 1, ink.shape[1] + 1), np.int64)
    sums[1:, 1:] = ink.cumsum(0, dtype=np.int64).cumsum(1)
    above, below = sums[y0], sums[y1]
    inside = below[:, x1] - below[:, x0] - above[:, x1] + above[:, x0]
    area = np.outer(np.array(y1) - y0, np.array(x1) - x0)  # a box that is cut off is never empty
    return (inside / area).astype(np.float32).astype(np.float64)


def _surface(grey: Floats) -> Floats:
    """Return a quadratic surface (H, W) through the ground of (H, W): fitted again and again to what is near it."""
    import numpy as np

    height, width = grey.shape
    y, x = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j].reshape(2, -1)
    terms = np.stack([np.ones_like(x), x, y, x * x, x * y, y * y], axis=1)
    values = grey.ravel()
    near = np.ones(len(values), bool)
    fitted = values
    for _ in range(ROUNDS):
        fitted = terms @ np.linalg.lstsq(terms[near], values[near], rcond=None)[0]
        away = np.abs(values - fitted)
        near = away <= max(FLAT, 2.5 * float(np.sort(away)[len(away) // 2]))
    surface: Floats = fitted.reshape(height, width)
    return surface


def _strength(picture: Pixels) -> int:
    """Return the upper quartile of what is not black, 255 where all is."""
    import numpy as np

    inked = np.sort(picture[picture > 0])
    return int(inked[3 * len(inked) // 4]) if len(inked) else 255


def _mass(away: Floats) -> float:
    """Return how much is above the ground, small differences left out."""
    return float(away[away >= FAINT].sum())


def _half_up(number: float) -> int:
    """Round to the nearest whole number, halves up, as JavaScript's Math.round does."""
    import math

    return math.floor(number + 0.5)
