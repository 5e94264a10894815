"""What a torch module reads, inferred from the pictures that it is to be shown: it does not say so itself."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

import numpy as np

from ... import data
from ...data.dataset import Dataset
from ...errors import InputError, Phrase, UsageError, phrase
from ...pictures.input_spec import InputSpec
from ..options import LookOptions
from .inputs import each_input, names_sized_data
from .quantising import quantise, with_polarity

ROUNDING = 1e-4  # of a channel's range: what float32 loses anyway


def infer_input(pictures: Any, options: LookOptions) -> tuple[InputSpec, list[Any], tuple[Phrase, ...]]:
    """Return what the module reads, the things given with floats as bytes, and notes on what that cost.

    Floats (C, H, W) are what the module reads already; bytes, files and data sets are divided by 255, then `mean` and
    `std` (one number, or one a channel, in 0…1 as torchvision's Normalize takes them) are applied. `shape` (C, H, W) is
    needed where neither an array nor data of one size tells it. Raises UsageError or InputError.
    """
    things = [t[None] if isinstance(t, np.ndarray) and t.ndim == 2 else t for t in each_input(pictures)]
    shape = options.shape
    if shape is None and not any(isinstance(t, (np.ndarray, Dataset)) for t in things):
        things = [_loaded(t, options.data_root) for t in things]
    arrays = [t for t in things if isinstance(t, np.ndarray)]
    shapes = {t.shape for t in things if isinstance(t, (np.ndarray, Dataset))} | ({tuple(shape)} if shape else set())
    if not shapes:
        raise UsageError(
            "module.reads",
            got=", ".join(str(t) for t in things if isinstance(t, (str, os.PathLike))) or None,
            expected=phrase("module.reads.expected"),
        )
    if len(shapes) > 1:
        raise InputError("module.shapes", got=" and ".join(map(str, sorted(shapes))))
    known: Any = shapes.pop()
    if len(known) != 3:
        raise InputError("picture.shape", got=known, expected="(C, H, W)")
    middle, scale = (_channels(v, known[0]) for v in (options.mean, options.std))
    floats = [i for i, t in enumerate(things) if isinstance(t, np.ndarray) and t.dtype.kind == "f"]
    if not floats:
        bytes_ = [t for t in arrays if t.dtype == np.uint8]
        spec = InputSpec(known, tuple(255 * v for v in middle), tuple(255 * v for v in scale))
        return with_polarity(spec, np.stack(bytes_)) if bytes_ else spec, things, ()
    pixels, spec, error = quantise(
        np.stack([things[i] for i in floats]), tuple(255 * v for v in middle), tuple(255 * v for v in scale)
    )
    for i, picture in zip(floats, pixels, strict=True):
        things[i] = picture
    note = phrase("note.rounded", percent=f"{100 * error:.2g}")
    return spec, things, (note,) if error > ROUNDING else ()


def _loaded(thing: Any, data_root: str | os.PathLike[str] | None) -> Any:
    """Return data of one size, opened where it is only named; anything else as it is."""
    named = isinstance(thing, (str, os.PathLike)) and names_sized_data(os.fspath(thing))
    return data.load(thing, data_root=data_root) if named else thing


def _channels(value: Sequence[float] | float | None, channels: int) -> tuple[float, ...]:
    if value is None:
        return ()
    return (float(value),) * channels if isinstance(value, (int, float)) else tuple(map(float, value))
