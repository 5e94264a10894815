"""Preprocessing: any picture as a model reads it, in its own shape, inverted where its rule says so.

One rule for files, bytes, Pillow images and arrays, for one picture and for a stack of them: whoever gives a network
pictures (training, evaluate, predict, look, the lab) comes through here.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from ..errors import InputError, phrase
from . import decoding
from .centring import centre_drawing
from .inversion import needs_inversion, which_need_inversion
from .resizing import RESIZE_RULE, RULES, fitted_size

if TYPE_CHECKING:
    from collections.abc import Iterable

    import numpy as np
    from numpy.typing import NDArray
    from PIL.Image import Image

    from ..errors import Phrase
    from .input_spec import InputSpec
    from .stack import Stack

    Pixels = NDArray[np.uint8]
    Picture = str | os.PathLike[str] | bytes | NDArray[Any] | Image


PAD_SIDE = 280  # pixels: a drawing is cut out of a picture no larger than the page's pad


class Preprocessed(NamedTuple):
    """A picture as a model reads it: `pixels` uint8 (C, H, W), whether it was `inverted`, and notes on it."""

    pixels: Pixels
    inverted: bool
    notes: tuple[Phrase, ...] = ()


def preprocess(spec: InputSpec, picture: Picture, invert: str | None = None, *, centre: bool = False) -> Preprocessed:
    """Return a picture as a model of this input reads it.

    `picture`, `invert` and `centre` as in Model.predict. Raises InputError where it cannot be read.
    """
    import numpy as np

    if centre:
        return _centred(spec, picture, invert)
    own = isinstance(picture, np.ndarray) and picture.dtype == np.uint8 and _has_shape(picture, spec.shape)
    notes: tuple[Phrase, ...] = ()
    if own:
        pixels = cast("Pixels", picture).reshape(spec.shape)
    else:
        made = _decode(spec, picture)
        pixels, notes = made.pixels, made.notes
    rule = invert or spec.invert
    inverted = rule == "yes" or (rule == "auto" and needs_inversion(pixels))
    return Preprocessed(255 - pixels if inverted else pixels, inverted, notes)


def preprocess_stack(spec: InputSpec, images: Pixels, invert: str | None = None) -> tuple[Pixels, NDArray[np.bool_]]:
    """Return pictures (N, C, H, W) of the model's own shape as it reads them, and which were inverted, (N,).

    The same as `preprocess` of each. Where none is inverted, `images` themselves are returned, else a copy.
    """
    inverted = which_are_inverted(spec, images, invert)
    if not inverted.any():
        return images, inverted
    read = images.copy()
    read[inverted] = 255 - read[inverted]
    return read, inverted


def which_are_inverted(spec: InputSpec, images: Stack, invert: str | None = None) -> NDArray[np.bool_]:
    """Return which of the pictures (N, C, H, W) of the model's own shape it reads with dark and light swapped, (N,)."""
    import numpy as np

    rule = invert or spec.invert
    return which_need_inversion(images) if rule == "auto" else np.full(len(images), rule == "yes")


def pictures_of(spec: InputSpec, given: Picture | Iterable[Picture]) -> list[Picture]:
    """Return the pictures in what was given: itself, unless it is a stack (N, C, H, W) or any other iterable of them.

    Raises InputError for an array (3, H, W) before a model of one channel: it may be three grey pictures or one of
    three colours.
    """
    import numpy as np

    if hasattr(given, "detach"):  # a torch tensor
        given = cast("Any", given).detach().cpu().numpy()
    if isinstance(given, np.ndarray):
        check_one_reading(spec, given)
        return list(given) if given.ndim == 4 else [given]
    one = isinstance(given, (str, bytes, os.PathLike)) or hasattr(given, "getexif")  # a Pillow image has it
    return [cast("Picture", given)] if one else list(cast("Iterable[Picture]", given))


def check_one_reading(spec: InputSpec, array: NDArray[Any]) -> None:
    """Raise InputError for an array (3, H, W) that stands alone before a model of one channel."""
    if array.ndim == 3 and array.shape[0] == 3 and spec.shape[0] == 1:
        got, shape = phrase("value.shape", shape=array.shape), phrase("picture.shape.stack.expected")
        raise InputError("picture.shape.stack", got=got, expected=shape, hint=phrase("picture.shape.stack.try"))


def check_centring(spec: InputSpec) -> None:
    """Raise InputError for a model that does not read light ink on a dark ground in one channel: no drawing is put in
    its middle.
    """
    if spec.shape[0] != 1 or not (spec.centred or spec.invert == "auto"):
        raise InputError("centre.model", expected=phrase("centre.model.expected"))


def _centred(spec: InputSpec, picture: Picture, invert: str | None) -> Preprocessed:
    """Return what is drawn in a picture, cut out and centred in the model's shape."""
    check_centring(spec)
    made = _decode(spec, picture, (PAD_SIDE, PAD_SIDE))
    if max(made.height, made.width) <= PAD_SIDE:
        made = _decode(spec, picture, (made.height, made.width))
    height, width = fitted_size((made.height, made.width), made.pixels.shape[1:])  # without the bars
    top, left = ((full - inner) // 2 for full, inner in zip(made.pixels.shape[1:], (height, width), strict=True))
    drawn = made.pixels[0, top : top + height, left : left + width]
    pixels, inverted = centre_drawing(drawn, spec.shape[1:], invert or "auto")
    return Preprocessed(pixels[None], inverted, made.notes)


def _has_shape(array: NDArray[Any], shape: tuple[int, ...]) -> bool:
    return array.shape == shape or (1, *array.shape) == shape


def _decode(spec: InputSpec, picture: Picture, size: tuple[int, int] | None = None) -> decoding.Decoded:
    """Return any picture in the model's channels and its size, or another one."""
    import numpy as np

    channels = spec.shape[0]
    rule = spec.rule if size is None else RESIZE_RULE  # another size: something is still to be cut out of it
    options = decoding.DecodeOptions(size or spec.shape[1:], channels, spec.white, rule)
    if channels not in (1, 3) or spec.rule not in RULES:
        unknown = phrase("pictures.arrays.rule", rule=spec.resize)
        why = unknown if channels in (1, 3) else phrase("pictures.arrays.channels", n=channels)
        raise InputError("pictures.arrays", got=why, expected=f"{spec.shape}")
    if isinstance(picture, (str, bytes, os.PathLike)):
        return decoding.decode_with_facts(picture, options)
    if not isinstance(picture, np.ndarray) and hasattr(picture, "getexif"):
        return decoding.from_image(picture, options)
    return decoding.from_array(picture, options)
