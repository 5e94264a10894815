"""When a mirror leaves what pictures mean: by pictures made so, and by the digits."""

from __future__ import annotations

import numpy as np

from convscope import data
from convscope.training.flips import flip_invariant


def pictures(mirrored: bool) -> tuple[np.ndarray, np.ndarray]:
    """Return two classes: a bar at the left or the right, which a mirror swaps; or at the top or below, which it does
    not.
    """
    rng = np.random.default_rng(0)
    x, y = rng.integers(0, 60, (200, 2, 6, 8), dtype=np.uint8), np.arange(200) % 2
    for i, label in enumerate(y):
        if mirrored:
            x[i, :, :, 6 if label else 1] = 255
        else:
            x[i, :, 4 if label else 1] = 255
    return x, y


def test_classes_that_a_flip_swaps_are_not_flip_invariant() -> None:
    assert not flip_invariant(*pictures(mirrored=True), 2)
    assert flip_invariant(*pictures(mirrored=False), 2)


def test_a_class_without_pictures_is_no_hindrance() -> None:
    x, y = pictures(mirrored=False)
    assert flip_invariant(x, y * 2, 4)
    assert not flip_invariant(*pictures(mirrored=True), 7)


def test_digits_are_not_flip_invariant() -> None:
    train = data.load("mnist").train
    assert not flip_invariant(train.images, train.labels, 10)
