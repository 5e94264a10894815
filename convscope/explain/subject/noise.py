"""A picture of noise: what layers are compared on, where an empty picture would prove nothing."""

from __future__ import annotations

from typing import Any

import numpy as np


def noise(shape: tuple[int, int, int]) -> np.ndarray[Any, np.dtype[np.uint8]]:
    """Return one picture (1, C, H, W) of bytes by chance, always the same: of an empty one most layers make 0."""
    return np.random.default_rng(0).integers(0, 256, (1, *shape), dtype=np.uint8)
