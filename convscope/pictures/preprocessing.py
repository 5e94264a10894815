"""Any picture as a model reads it: its own shape, dark and light swapped where its rule says so."""

from __future__ import annotations

import math
import os
from typing import TYPE_CHECKING, Any

from ..errors import InputError
from .inversion import need_inversion, needs_inversion

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray
    from PIL.Image import Image

    from .input_spec import InputSpec

    Pixels = NDArray[np.uint8]
    Picture = str | os.PathLike[str] | bytes | NDArray[Any] | Image

FEW = 8  # pictures that are not worth decoding together
SMALL = 1 << 13  # values of a picture; larger ones are decoded mostly without the GIL, by all threads at once


def all_read(
    spec: InputSpec, pictures: Sequence[Picture], invert: str | None = None
) -> tuple[Pixels, list[bool], dict[int, InputError]]:
    """Return what `preprocess` returns of each picture that can be read, uint8 (n, C, H, W) and n answers, and the
    errors of the others by their numbers."""
    import numpy as np

    from . import pngs

    done: dict[int, tuple[Pixels, bool]] = {}
    if len(pictures) >= FEW and math.prod(spec.shape) <= SMALL and _reads_files(spec):
        numbers, pixels = pngs.together(pictures, spec.shape)
        rule = invert or spec.invert
        swapped = need_inversion(pixels) if rule == "auto" else np.full(len(pixels), rule == "yes")
        if swapped.any():
            pixels[swapped] = 255 - pixels[swapped]
        if len(numbers) == len(pictures):
            return pixels, swapped.tolist(), {}
        done = dict(zip(numbers, zip(pixels, swapped.tolist(), strict=True), strict=True))
    faults: dict[int, InputError] = {}
    for i, picture in enumerate(pictures):
        if i not in done:
            try:
                done[i] = preprocess(spec, picture, invert)
            except InputError as error:
                faults[i] = error
    read = [done[i] for i in range(len(pictures)) if i in done]
    return np.array([pixels for pixels, _ in read], np.uint8), [swap for _, swap in read], faults


def preprocess(spec: InputSpec, picture: Picture, invert: str | None = None) -> tuple[Pixels, bool]:
    """Return a picture as a model of this input reads it, uint8 (C, H, W), and whether dark and light were swapped.

    `picture` and `invert` as in Model.predict. Raises InputError where it cannot be read.
    """
    import numpy as np

    if isinstance(picture, np.ndarray):
        ready = picture.dtype == np.uint8 and (picture.shape == spec.shape or (1, *picture.shape) == spec.shape)
        pixels = picture.reshape(spec.shape) if ready else _brought(spec, picture)
        rule = invert or "no"
    else:
        pixels, rule = _brought(spec, picture), invert or spec.invert
    swap = rule == "yes" or (rule == "auto" and needs_inversion(pixels))
    return (255 - pixels, True) if swap else (pixels, False)


def _brought(spec: InputSpec, picture: Picture) -> Pixels:
    """Return any picture in the model's channels and size."""
    import numpy as np

    from . import decoding

    channels, height, width = spec.shape
    size = height, width
    if not _reads_files(spec):
        why = f"{channels} channels" if channels not in (1, 3) else f"the rule {spec.resize}"
        raise InputError("this model reads arrays only, uint8 and of its own shape", got=why, expected=f"{spec.shape}")
    if isinstance(picture, (str, bytes, os.PathLike)):
        return decoding.decode(picture, size, channels)
    if not isinstance(picture, np.ndarray) and hasattr(picture, "getexif"):
        return decoding.from_image(picture, size, channels)
    return decoding.from_array(picture, size, channels)


def _reads_files(spec: InputSpec) -> bool:
    from .resizing import RESIZE_RULE

    return spec.shape[0] in (1, 3) and spec.resize in ("", RESIZE_RULE)
