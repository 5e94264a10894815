"""How far two pictures are from being copies of each other, once brightness and contrast are matched."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

LEVELS = 14.0  # grey levels that a copy may differ, root mean square
SHARE = 0.3  # of the contrast (standard deviation) of the picture that has less of it
FLAT = 2.0  # levels of contrast below which a thumbnail shows nothing that could be compared
GAIN = (0.5, 2.0)  # how much darker or brighter a copy may be
INSIDE = (4, 251)  # values that are surely not cut off
FEWEST = 16  # such values that a fit needs


def distances(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> Floats:
    """Return how unlike pairs of thumbnails (P, D) are, (P,): up to 1 they could be copies; infinite for flat ones.

    One is fitted to the other as clip(gain * x + offset, 0, 255) by least squares over values that are cut off in
    neither; what remains, in grey levels, is divided by what a copy may differ: LEVELS, or SHARE of the contrast where
    that is less. The better of both directions counts: what is cut off in a brighter copy cannot be fitted back.
    """
    a, b = one.astype(np.float32), other.astype(np.float32)
    contrast = np.minimum(a.std(1), b.std(1))
    rest = np.minimum(_unexplained(a, b), _unexplained(b, a))
    allowed = np.minimum(LEVELS, SHARE * np.maximum(contrast, FLAT))
    return np.where(contrast < FLAT, np.float32(np.inf), rest / allowed).astype(np.float32)


def _unexplained(a: Floats, b: Floats) -> Floats:
    """Return the root mean square of b − clip(gain * a + offset), row by row."""
    low, high = INSIDE
    weight = ((a >= low) & (a <= high) & (b >= low) & (b <= high)).astype(np.float32)
    weight[weight.sum(1) < FEWEST] = 1
    n = weight.sum(1, keepdims=True)
    mean_a, mean_b = (weight * a).sum(1, keepdims=True) / n, (weight * b).sum(1, keepdims=True) / n
    from_a = weight * (a - mean_a)
    gain = (from_a * (b - mean_b)).sum(1, keepdims=True) / np.maximum((from_a * from_a).sum(1, keepdims=True), 1e-6)
    gain = np.clip(gain, *GAIN)
    rest = b - np.clip(gain * (a - mean_a) + mean_b, 0, 255)
    unexplained: Floats = np.sqrt((rest * rest).mean(1))
    return unexplained
