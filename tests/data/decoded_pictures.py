"""Decoded pictures for the tests of the cache."""

from __future__ import annotations

import numpy as np

from convscope.errors import phrase
from convscope.pictures.decoding import Decoded

SIZE = (5, 7)


def pictures(n: int, seed: int = 0) -> list[tuple[bytes, Decoded]]:
    """Return pictures of noise, grey and in colour, some with notes, and a digest for each."""
    rng = np.random.default_rng(seed)
    made = []
    for i in range(n):
        pixels = rng.integers(0, 256, (1 + 2 * (i % 2), *SIZE), dtype=np.uint8)
        notes = (phrase("error.where", place=f"é\udcff{i}", what=phrase("file.empty")),) if i % 3 == 0 else ()
        made.append((rng.bytes(32), Decoded(pixels, 100 + i, 200 + i, 4095 * (i % 2), notes)))
    return made
