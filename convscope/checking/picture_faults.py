"""Pictures that show nothing, or little: told from the pixels that the network reads, and from the files' own sizes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..data.dataset import Pictures, Split
from .thumbnails import area_sums, batches

Rows = NDArray[np.bool_]

FLAT = 8  # levels between the darkest and the lightest pixel, in every channel, up to which a picture shows nothing
DARK, LIGHT = 32, 223  # levels
NEARLY_ALL = 0.99  # of the pixels
SHARP_SIDE = 32  # pixels of a side at which sharpness is measured, at most
BLURRED = (
    0.05  # second differences to contrast: what a blur of a tenth of the side leaves of a photograph (docs/log.md)
)
ENLARGED = 4  # times a picture may be enlarged
LONG = 4  # times as long as wide, or as wide as long, a picture may be


def pixel_faults(images: Pictures) -> dict[str, Rows]:
    """Return which pictures (N, C, H, W) are "flat", "dark", "light" or "blurred", bool (N,) each; at most one of them
    holds.
    """
    faults = {name: np.zeros(len(images), dtype=bool) for name in ("flat", "dark", "light", "blurred")}
    start = 0
    for batch in batches(images):
        for name, rows in _batch_faults(batch).items():
            faults[name][start : start + len(batch)] = rows
        start += len(batch)
    return faults


def size_faults(split: Split) -> dict[str, Rows]:
    """Return which pictures were "tiny" before they became what the network reads, and which are "long"; none of those
    whose own size is not known.
    """
    _, height, width = split.shape
    rows, columns = np.zeros(len(split)), np.zeros(len(split))
    if split.files is not None:
        rows[:], columns[:] = [file.height for file in split.files], [file.width for file in split.files]
    known = (rows > 0) & (columns > 0)
    return {
        "tiny": known & (rows * ENLARGED <= height) & (columns * ENLARGED <= width),
        "long": known & ((rows > LONG * columns) | (columns > LONG * rows)),
    }


def _batch_faults(images: Pictures) -> dict[str, Rows]:
    pixels = images.reshape(len(images), -1)
    flat = (images.max((2, 3)).astype(np.int16) - images.min((2, 3)) <= FLAT).all(1)
    dark = ~flat & ((pixels < DARK).mean(1) >= NEARLY_ALL)
    light = ~flat & ((pixels > LIGHT).mean(1) >= NEARLY_ALL)
    return {"flat": flat, "dark": dark, "light": light, "blurred": ~(flat | dark | light) & _blurred(images)}


def _blurred(images: Pictures) -> Rows:
    """Return which pictures have no fine detail: second differences between neighbours, root mean square, as a share of
    the standard deviation, with the picture at SHARP_SIDE pixels a side where it is larger.
    """
    height, width = images.shape[2:]
    rows, columns = min(height, SHARP_SIDE), min(width, SHARP_SIDE)
    if min(rows, columns) < 3:
        return np.zeros(len(images), dtype=bool)
    x = area_sums(images, rows, columns).astype(np.float32) / (height * width)
    across = 2 * x[:, :, :, 1:-1] - x[:, :, :, 2:] - x[:, :, :, :-2]
    down = 2 * x[:, :, 1:-1] - x[:, :, 2:] - x[:, :, :-2]
    energy = (across**2).mean((1, 2, 3)) + (down**2).mean((1, 2, 3))
    spread = x.reshape(len(x), -1).std(1)
    blurred: Rows = np.sqrt(energy) < BLURRED * spread
    return blurred
