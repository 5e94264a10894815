"""Rejections for tests, fitted to random pictures."""

from __future__ import annotations

import numpy as np

from convscope.rejection import Fitted
from convscope.rejection.fitting import fit_rejection


def rejecting(shape: tuple[int, int, int], classes: int = 2, n: int = 40, seed: int = 0) -> Fitted:
    """Return a rejection fitted to pictures of noise of this shape."""
    rng = np.random.default_rng(seed)
    pictures = rng.integers(0, 256, (3 * n, *shape), dtype=np.uint8)
    fitted = fit_rejection(pictures[n:], pictures[:n], rng.normal(size=(n, classes)))
    assert isinstance(fitted, Fitted)
    return fitted
