"""Rejections for tests, fitted to random pictures."""

from __future__ import annotations

import numpy as np

from convscope.formula import Network
from convscope.rejection import Fitted
from convscope.rejection.features import Features
from convscope.rejection.fitting import Folds, Seen, fit_rejection

READ = [  # formulas and shapes: features that are means, maps, averaged in groups with a rest, flat; and the picture
    ("conv(2, 3) + relu + gap + fc", (1, 28, 28)),
    ("conv(4, 3) + relu + fc", (3, 19, 24)),
    ("conv(7, 2) + relu + maxpool(2) + fc", (1, 31, 31)),
    ("conv(2, 3) + relu + flatten + fc(9) + relu + fc", (2, 6, 9)),
    ("conv(3, 3) + relu + conv(3, 1) + gap", (3, 5, 4)),
    ("crop(4) + conv(3, 2) + gap", (1, 6, 7)),
    ("conv(3, 1) + gap", (3, 5, 4)),
]


def seen(shape: tuple[int, int, int], layout: Features, n: int, seed: int, shift: float = 0.0) -> Seen:
    """Return pictures of noise of this shape, and features of noise around a place of their class's own."""
    rng = np.random.default_rng(seed)
    labels = np.arange(n) % layout.classes
    features = rng.normal(size=(n, layout.size)) + 2 * labels[:, None] + shift
    return Seen(rng.integers(0, 256, (n, *shape), dtype=np.uint8), labels, features.astype(np.float32))


def rejecting(network: Network, n: int = 40, seed: int = 0, frozen: bool = False) -> Fitted:
    """Return a rejection for a network, fitted to noise; with frozen features, of three parts."""
    layout = Features.of(network)
    own, held = seen(network.input, layout, 2 * n, seed), seen(network.input, layout, n, seed + 1)
    fold = np.arange(2 * n) % 5
    fitted = fit_rejection(own, held, layout, Folds(fold, fold, np.ones(2 * n, np.bool_)) if frozen else None)
    assert isinstance(fitted, Fitted)
    return fitted
