"""What a classifier of a few lines is shown of a picture: its edges, its colours, itself in small.

Every kind of feature has one length whatever the pictures' size, and costs well under a millisecond a picture.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

Pictures = NDArray[np.uint8]  # (N, C, H, W)
Floats = np.ndarray[Any, np.dtype[np.float32]]

ORIENTATIONS = 9  # of a gradient, whatever its sign: 20° apart
CELLS = 6  # rows and columns of cells: of 8×8 pixels where a picture has 48×48
BLOCK = 2  # rows and columns of cells that are brought to unit length together
CLIP = 0.2  # what one value of a block keeps at most, so that one strong edge does not drown the rest
SIDE = 48  # pixels; larger pictures are averaged down to it: grain is no edge
LEVELS = {1: 16, 3: 4}  # of each channel, by the number of channels
BATCH = 32  # pictures at most that are held in float32 at a time,
VALUES = 2**20  # and values


class Indexed(Protocol):
    """Pictures uint8 (N, C, H, W), in memory or read when a slice of them is asked for."""

    def __len__(self) -> int: ...
    def __getitem__(self, which: slice, /) -> Pictures: ...


def hog(images: Indexed, side: int = SIDE) -> Floats:
    """Return histograms of oriented gradients (N, 900) of pictures (N, C, H, W), a longer side averaged down to `side`.

    Dalal & Triggs 2005: at every pixel the gradient of the channel that changes most, of the values' square roots. Its
    length is shared out among the two nearest of 9 orientations and the four nearest of 6×6 cells. Each 2×2 cells are
    brought to unit length, clipped at 0.2 and brought to unit length again.
    """
    return _in_batches(lambda batch: _hog(reduce_area(batch, side)), images)


def mirrored_hog(features: Floats) -> Floats:
    """Return what `hog` makes of the mirrored pictures, from what it made of the pictures themselves."""
    corners = CELLS - BLOCK + 1
    grid = features.reshape(-1, corners, corners, BLOCK, BLOCK, ORIENTATIONS)
    turned = grid[..., -np.arange(ORIENTATIONS) % ORIENTATIONS]  # an angle becomes 180° less itself
    return turned[:, :, ::-1, :, ::-1].reshape(features.shape)


def colour_histograms(images: Indexed) -> Floats:
    """Return the square roots of the shares of 4×4×4 colours (N, 64), or of 16 greys (N, 16), in each picture.

    Between square roots of shares, the distance is Hellinger's, in which a rare colour counts too.
    """
    return _in_batches(_colour_histograms, images)


def thumbnails(images: Indexed) -> Floats:
    """Return the pictures averaged down to 6×6 pixels (a shorter side is kept), as rows (N, C · 36) from 0 to 1."""
    return _in_batches(lambda batch: _flat(reduce_area(batch, CELLS) / np.float32(255)), images)


def mirrored_thumbnails(features: Floats, shape: tuple[int, ...]) -> Floats:
    """Return what `thumbnails` makes of the mirrored pictures of `shape` (N, C, H, W), from what it made of those."""
    width = min(shape[3], CELLS)
    return features.reshape(len(features), -1, width)[..., ::-1].reshape(features.shape)


def reduce_area(images: Pictures, side: int) -> Floats:
    """Return pictures (N, C, H, W) with each side that is longer than `side` averaged down to it, by area.

    >>> reduce_area(np.arange(3, dtype=np.uint8).reshape(1, 1, 1, 3), 2).ravel().round(2).tolist()
    [0.33, 1.67]
    """
    pixels = images.astype(np.float32)
    height, width = images.shape[2:]
    if height > side:
        pixels = _areas(height, side) @ pixels
    return pixels @ _areas(width, side).T if width > side else pixels


def _hog(pixels: Floats) -> Floats:
    across, down = _gradients(np.sqrt(pixels / np.float32(255)))
    angle = np.arctan2(down, across) * np.float32(ORIENTATIONS / np.pi)  # in orientations, from -9 to 9
    length = np.hypot(across, down)
    lower = np.floor(angle)
    share, nearest = angle - lower, lower.astype(np.int8) % ORIENTATIONS
    by_orientation = np.zeros((ORIENTATIONS, *angle.shape), np.float32)
    for k in range(ORIENTATIONS):
        here, next_ = nearest == k, nearest == (k - 1) % ORIENTATIONS
        by_orientation[k] = length * (here * (1 - share) + next_ * share)
    height, width = angle.shape[1:]
    cells = (_tents(height) @ by_orientation @ _tents(width).T).transpose(1, 2, 3, 0)  # (N, 6, 6, 9)
    corners = CELLS - BLOCK + 1
    within = [cells[:, i : i + corners, j : j + corners] for i in range(BLOCK) for j in range(BLOCK)]
    blocks = np.concatenate(within, axis=-1)  # (N, 5, 5, 36)
    return _flat(_unit(np.minimum(_unit(blocks), np.float32(CLIP))))


def _gradients(pixels: Floats) -> tuple[Floats, Floats]:
    """Return the central differences across and down, (N, H, W) each, of the channel with the longest gradient.

    At a border, a difference across it is 0.
    """
    across, down = np.zeros_like(pixels), np.zeros_like(pixels)
    across[..., 1:-1] = pixels[..., 2:] - pixels[..., :-2]
    down[..., 1:-1, :] = pixels[..., 2:, :] - pixels[..., :-2, :]
    longest = (across**2 + down**2).argmax(1)[:, None]
    return np.take_along_axis(across, longest, 1)[:, 0], np.take_along_axis(down, longest, 1)[:, 0]


def _colour_histograms(images: Pictures) -> Floats:
    count, channels = images.shape[:2]
    levels = LEVELS[channels]
    digits = (images.reshape(count, channels, -1).astype(np.int64) * levels) >> 8
    bins = levels**channels
    place = np.einsum("ncp,c->np", digits, levels ** np.arange(channels)) + bins * np.arange(count)[:, None]
    counted = np.bincount(place.ravel(), minlength=count * bins).reshape(count, bins)
    shares: Floats = np.sqrt(counted / place.shape[1]).astype(np.float32)
    return shares


def _areas(old: int, new: int) -> Floats:
    """Return the matrix (new, old) that averages `old` pixels down to `new`: rows sum to 1."""
    edges = np.linspace(0, old, new + 1)
    pixels = np.arange(old)
    overlap = np.minimum(edges[1:, None], pixels + 1) - np.maximum(edges[:-1, None], pixels)
    shares: Floats = (np.maximum(overlap, 0) * (new / old)).astype(np.float32)
    return shares


def _tents(pixels: int) -> Floats:
    """Return the matrix (6, pixels) that shares each pixel out among the two cells whose middles are nearest."""
    place = (np.arange(pixels) + 0.5) * (CELLS / pixels) - 0.5
    shares: Floats = np.maximum(0, 1 - np.abs(place - np.arange(CELLS)[:, None])).astype(np.float32)
    return shares


def _unit(rows: Floats) -> Floats:
    """Return rows (…, D) at length 1, or nearly 0 where there is next to nothing."""
    lengths: Floats = np.sqrt((rows * rows).sum(-1, keepdims=True) + np.float32(1e-4))
    return rows / lengths


def _flat(values: Floats) -> Floats:
    return values.reshape(len(values), -1)


def _in_batches(function: Callable[[Pictures], Floats], images: Indexed) -> Floats:
    batch = max(1, min(BATCH, VALUES // images[:1].size))
    return np.concatenate([function(images[start : start + batch]) for start in range(0, len(images), batch)])
