"""Pictures as a torch module reads them, floats of any scale, as the bytes that a page keeps and the scale that gives
them back.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...errors import InputError, phrase
from ...pictures.input_spec import InputSpec
from ...pictures.inversion import inversion_rule
from ...pictures.resizing import RESIZE_RULE

Pixels = np.ndarray[Any, np.dtype[np.uint8]]


def quantise(
    pictures: np.ndarray[Any, Any], mean: tuple[float, ...] = (), std: tuple[float, ...] = ()
) -> tuple[Pixels, InputSpec, float]:
    """Return floats (N, C, H, W) as uint8, what turns them back, (x − mean) / std, and the largest share of its
    channel's range by which a number then differs.

    `mean` and `std`, one a channel in 0…255, are what the floats were scaled with; left out, numbers within 0…1 are
    taken as bytes / 255, and any others channel by channel from their smallest to their largest. Raises InputError for
    another shape, NaN or infinity.

    >>> pixels, spec, error = quantise(np.array([[[[-1.0, 0.0, 1.0]]]]))
    >>> pixels.ravel().tolist(), spec.mean, spec.std, round(error, 4)
    ([0, 128, 255], (127.5,), (127.5,), 0.002)
    """
    if pictures.ndim != 4 or 0 in pictures.shape or not np.isfinite(pictures).all():
        raise InputError(
            "explain.pictures", got=f"{pictures.dtype} {pictures.shape}", expected=phrase("explain.pictures.finite")
        )
    x = pictures.astype(np.float64)
    low, high = x.min((0, 2, 3)), x.max((0, 2, 3))
    width = np.where(high > low, high - low, 1.0)
    if mean or std:
        spec = InputSpec(x.shape[1:], mean, std)
    elif low.min() >= 0 and high.max() <= 1:
        spec = InputSpec(x.shape[1:])
    else:
        scale = 255 / width
        spec = InputSpec(x.shape[1:], tuple((-low * scale).tolist()), tuple(scale.tolist()))
    middle, scale = (np.array(v).reshape(-1, 1, 1) for v in (spec.mean, spec.std))
    pixels = np.clip(np.floor(x * scale + middle + 0.5), 0, 255).astype(np.uint8)
    error = float((np.abs((pixels - middle) / scale - x) / width.reshape(-1, 1, 1)).max())
    return pixels, with_polarity(spec, pixels), error


def with_polarity(spec: InputSpec, pixels: Pixels) -> InputSpec:
    """Return the specification with how pictures are brought to it, by those at hand."""
    invert = inversion_rule(pixels) if spec.shape[0] in (1, 3) else "no"
    return InputSpec(spec.shape, spec.mean, spec.std, RESIZE_RULE if spec.shape[0] in (1, 3) else "", invert)
