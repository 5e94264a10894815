"""Two small versions of every picture, computed in whole numbers: the same on every machine, so that groups are too.

A thumbnail says what a picture looks like; a difference hash says it in 64 bits, so that copies can be looked up.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from ..data.dataset import Pictures

SIDE = 20  # pixels of a thumbnail's side, which nearly all copies keep
FINE_SIDE = 28  # and of one that shows more of what look-alikes differ in (docs/log.md)
ROWS, COLUMNS = 8, 9  # of the difference hash: 8 rows of 8 differences
LUMA = np.array([299, 587, 114])  # thousandths, ITU-R 601
BATCH_BYTES = 1 << 23  # of pictures that are worked on at a time
EXACT = 1 << 24  # whole numbers below this are exact in float32

Thumbnails = NDArray[np.uint8]
Hashes = NDArray[np.uint64]


def batches(images: Pictures) -> Iterator[Pictures]:
    """Yield pictures (N, C, H, W) in order, a few megabytes at a time, as views."""
    many = max(1, BATCH_BYTES // max(1, images[0].size)) if len(images) else 1
    for start in range(0, len(images), many):
        yield images[start : start + many]


def thumbnails(images: Pictures, side: int = SIDE) -> Thumbnails:
    """Return pictures (n, C, H, W) as uint8 (n, C * side * side): each value the mean of its area, rounded half up."""
    pixels = images.shape[2] * images.shape[3]
    sums = area_sums(images, side, side).astype(np.int64)
    means: Thumbnails = ((2 * sums + pixels) // (2 * pixels)).astype(np.uint8)
    return means.reshape(len(images), images.shape[1] * side * side)


def difference_hashes(images: Pictures) -> Hashes:
    """Return the difference hash of pictures (n, C, H, W), uint64 (n,): 64 bits, each whether the grey picture gets
    lighter from one of 9 columns to the next, in one of 8 rows (Krawetz, "Kind of like that", 2013).
    """
    sums = area_sums(images, ROWS, COLUMNS)
    grey = sums[:, 0] if sums.shape[1] == 1 else np.tensordot(sums.astype(np.float64), LUMA, axes=(1, 0))
    lighter = grey[:, :, 1:] > grey[:, :, :-1]
    return np.packbits(lighter.reshape(len(images), 64), axis=1).view(np.uint64)[:, 0]


def area_sums(images: Pictures, rows: int, columns: int) -> NDArray[np.float32] | NDArray[np.float64]:
    """Return H * W times the mean of each of `rows` × `columns` equal areas, (n, C, rows, columns): whole numbers,
    exact. An area that holds part of a pixel counts that part.
    """
    height, width = images.shape[2:]
    down, across = _overlaps(rows, height), _overlaps(columns, width)
    if 255 * height * width < EXACT:
        single: NDArray[np.float32] = down.astype(np.float32) @ (
            images.astype(np.float32) @ across.T.astype(np.float32)
        )
        return single
    double: NDArray[np.float64] = down @ (images.astype(np.float64) @ across.T)
    return double


def _overlaps(areas: int, pixels: int) -> NDArray[np.int64]:
    """Return how much of each pixel lies in each of `areas` equal parts of a line, in `areas`-ths of a pixel.

    >>> _overlaps(2, 3)
    array([[2, 1, 0],
           [0, 1, 2]])
    """
    start, pixel = np.arange(areas)[:, None] * pixels, np.arange(pixels)[None] * areas
    overlap: NDArray[np.int64] = np.clip(np.minimum(start + pixels, pixel + areas) - np.maximum(start, pixel), 0, None)
    return overlap
