"""Preprocessing: any picture as a model reads it, in its own shape, inverted where its rule says so."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, NamedTuple

from ..errors import InputError, phrase
from . import decoding
from .inversion import needs_inversion
from .resizing import RESIZE_RULE

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from PIL.Image import Image

    from .input_spec import InputSpec

    Pixels = NDArray[np.uint8]
    Picture = str | os.PathLike[str] | bytes | NDArray[Any] | Image


class Preprocessed(NamedTuple):
    """A picture as a model reads it: `pixels` uint8 (C, H, W), and whether it was `inverted`."""

    pixels: Pixels
    inverted: bool


def preprocess(spec: InputSpec, picture: Picture, invert: str | None = None) -> Preprocessed:
    """Return a picture as a model of this input reads it.

    `picture` and `invert` as in Model.predict. Raises InputError where it cannot be read.
    """
    import numpy as np

    if isinstance(picture, np.ndarray):
        ready = picture.dtype == np.uint8 and (picture.shape == spec.shape or (1, *picture.shape) == spec.shape)
        pixels = picture.reshape(spec.shape) if ready else _decode(spec, picture)
        rule = invert or "no"
    else:
        pixels, rule = _decode(spec, picture), invert or spec.invert
    inverted = rule == "yes" or (rule == "auto" and needs_inversion(pixels))
    return Preprocessed(255 - pixels if inverted else pixels, inverted)


def _decode(spec: InputSpec, picture: Picture) -> Pixels:
    """Return any picture in the model's channels and size."""
    import numpy as np

    channels, height, width = spec.shape
    size = height, width
    if channels not in (1, 3) or spec.resize not in ("", RESIZE_RULE):
        rule = phrase("pictures.arrays.rule", rule=spec.resize)
        why = rule if channels in (1, 3) else phrase("pictures.arrays.channels", n=channels)
        raise InputError("pictures.arrays", got=why, expected=f"{spec.shape}")
    if isinstance(picture, (str, bytes, os.PathLike)):
        return decoding.decode(picture, size, channels)
    if not isinstance(picture, np.ndarray) and hasattr(picture, "getexif"):
        return decoding.from_image(picture, size, channels)
    return decoding.from_array(picture, size, channels)
