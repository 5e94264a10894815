"""Pictures that a few lines make, with something of many sizes and colours in each."""

from __future__ import annotations

import numpy as np


def made_picture(seed: int, size: int) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    """Return a picture uint8 (3, size, size): the sum of waves of many lengths, the same on every machine."""
    places = np.arange(size, dtype=np.int64)
    planes = []
    for channel in range(3):
        plane = np.zeros((size, size), np.int64)
        for wave in range(1, 7):
            a, b = 3 + 5 * wave + seed + channel, 2 + 7 * wave * (seed + 1) + 3 * channel
            plane += (a * places[:, None] * places + b * (places[:, None] + 2 * places)) // (wave * wave) % 256
        planes.append(plane // 6)
    return np.stack(planes).astype(np.uint8)
