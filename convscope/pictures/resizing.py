"""The resizing rules: how a picture of any size becomes one of a given size."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..errors import UsageError, phrase

if TYPE_CHECKING:  # numpy and Pillow are imported when a picture is read: asking for help must not wait for them
    import numpy as np
    from numpy.typing import NDArray
    from PIL.Image import Image

    Pixels = NDArray[np.uint8]

RESIZE_RULE = "pad-bilinear-antialias"
"""Kept in model files. The picture is scaled by one factor so that it just fits, the other side rounded half up,
with Pillow's BILINEAR, which averages over all pixels that fall together; then it is centred (an odd row or column
goes below or to the right) and the bars are filled with the median of its outermost pixels, channel by channel (of
the scaled picture, the lower of two middle values). Nothing is cut off and nothing is distorted."""

CROP_RULE = "crop-bilinear-antialias"
"""Kept in model files that learned from the middle of pictures, such as ImageNet's. Of the largest box with the wanted
proportions the middle 7/8 are cut out, each side rounded half up, the box's own place rounded down, and scaled with
Pillow's BILINEAR. Nothing is distorted. A picture that has the wanted size stays as it is under either rule."""

RULES = (RESIZE_RULE, CROP_RULE)


def as_size(size: int | tuple[int, int]) -> tuple[int, int]:
    """Return N or (H, W) as (H, W). Raises UsageError unless both are whole numbers of 1 or more."""
    both = size if isinstance(size, tuple) else (size, size)
    if len(both) != 2 or not all(isinstance(n, int) and not isinstance(n, bool) and n >= 1 for n in both):
        raise UsageError("folder.size", got=size, expected=phrase("folder.size.expected"))
    return both[0], both[1]


def resize(picture: Image, size: tuple[int, int], rule: str = RESIZE_RULE) -> Pixels:
    """Return a picture of mode L or RGB as uint8 (C, H, W) of `size` (H, W), by one of RULES."""
    height, width = size
    if picture.size == (width, height):
        return pixels_of(picture)
    if rule == CROP_RULE:
        return _cropped(picture, size)
    import numpy as np
    from PIL.Image import Resampling

    inner_height, inner_width = fitted_size((picture.height, picture.width), size)
    pixels = pixels_of(picture.resize((inner_width, inner_height), Resampling.BILINEAR))
    if (inner_height, inner_width) == size:
        return pixels
    full = np.empty((len(pixels), height, width), np.uint8)
    full[:] = _bar_colour(pixels)[:, None, None]
    top, left = (height - inner_height) // 2, (width - inner_width) // 2
    full[:, top : top + inner_height, left : left + inner_width] = pixels
    return full


def _cropped(picture: Image, size: tuple[int, int]) -> Pixels:
    """Return the middle of a picture in `size`, by CROP_RULE."""
    from PIL.Image import Resampling

    high, broad = middle_box((picture.height, picture.width), size)
    top, left = (picture.height - high) // 2, (picture.width - broad) // 2
    box = picture.crop((left, top, left + broad, top + high))
    return pixels_of(box.resize((size[1], size[0]), Resampling.BILINEAR))


def middle_box(own: tuple[int, int], size: tuple[int, int]) -> tuple[int, int]:
    """Return the (H, W) that CROP_RULE cuts out of a picture of size `own` (H, W).

    >>> middle_box((1200, 1600), (224, 224))
    (1050, 1050)
    """
    (own_height, own_width), (height, width) = own, size
    if own_width * height >= own_height * width:  # the whole height, if it were not for the 7/8
        numerators, divisor = (7 * own_height * height, 7 * own_height * width), 8 * height
    else:
        numerators, divisor = (7 * own_width * height, 7 * own_width * width), 8 * width
    high, broad = ((2 * numerator + divisor) // (2 * divisor) for numerator in numerators)
    return min(own_height, max(1, high)), min(own_width, max(1, broad))


def fitted_size(own: tuple[int, int], size: tuple[int, int]) -> tuple[int, int]:
    """Return the (H, W) of a picture of size `own` (H, W), scaled by one factor so that it just fits into `size`.

    >>> fitted_size((1200, 1600), (28, 28))
    (21, 28)
    """
    (own_height, own_width), (height, width) = own, size
    if own_width * height >= own_height * width:  # the width decides
        return min(height, max(1, (2 * own_height * width + own_width) // (2 * own_width))), width
    return height, min(width, max(1, (2 * own_width * height + own_height) // (2 * own_height)))


def pixels_of(picture: Image) -> Pixels:
    """Return the pixels of a picture of mode L or RGB as uint8 (C, H, W), read-only.

    Not np.asarray, which asks the picture for a description first and takes half as long again for a tiny one.
    """
    import numpy as np

    flat = np.frombuffer(picture.tobytes(), np.uint8)
    if picture.mode == "L":
        return flat.reshape(1, picture.height, picture.width)
    return flat.reshape(picture.height, picture.width, 3).transpose(2, 0, 1)


def _bar_colour(pixels: Pixels) -> Pixels:
    """Return the median of the outermost pixels of (C, H, W), the lower of two middle ones, uint8 (C,)."""
    import numpy as np

    outermost = np.ones(pixels.shape[1:], bool)
    outermost[1:-1, 1:-1] = False
    values = np.sort(pixels[:, outermost], axis=1)  # (C, outermost pixels)
    return values[:, (values.shape[1] - 1) // 2]
