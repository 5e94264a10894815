"""Where left and right mean something, and where a mirror does no harm: by pictures made so, and by the digits."""

from __future__ import annotations

import numpy as np
import pytest

from convscope import data
from convscope.baseline.mirror import MirrorTest, mirror_test
from convscope.data import Split
from convscope.data.subset import Subset


def bars(across: bool, n: int = 120, grey: bool = False) -> Subset:
    """Return noise with a bar: of two classes at the left and the right, or at the top and below."""
    rng = np.random.default_rng(0)
    x, labels = rng.integers(0, 60, (n, 1 if grey else 3, 9, 8), dtype=np.uint8), np.arange(n) % 2
    for i, label in enumerate(labels):
        at = 6 - rng.integers(2) if label else rng.integers(1, 3)
        x[(i, slice(None), slice(None), at) if across else (i, slice(None), at)] = rng.integers(100, 256)
    return Subset.whole(Split(x, labels))


def noise(n: int, classes: int) -> Subset:
    x = np.random.default_rng(1).integers(0, 256, (n, 1, 10, 10), dtype=np.uint8)
    return Subset.whole(Split(x, np.arange(n) % classes))


@pytest.mark.parametrize("grey", [True, False])
def test_harm_is_where_a_mirror_swaps_classes(grey: bool) -> None:
    swapped, kept = mirror_test(bars(True, grey=grey), 2), mirror_test(bars(False, grey=grey), 2)
    assert swapped.known
    assert not swapped.harmless
    assert swapped.seeing > 0.95
    assert swapped.blind < 0.7
    assert kept.known
    assert kept.harmless
    assert kept.harm < 0 < 5 < swapped.harm
    assert (kept.pictures, kept.classes) == (120, 2)


def test_colours_that_change_sides_are_seen_too() -> None:
    """Red left of blue or blue left of red: the same edges, the same colours."""
    x, labels = np.full((80, 3, 8, 8), 30, np.uint8), np.arange(80) % 2
    x += np.random.default_rng(0).integers(0, 40, x.shape, dtype=np.uint8)
    for picture, label in zip(x, labels, strict=True):
        picture[0, :, slice(4, 8) if label else slice(4)] += 150
        picture[2, :, slice(4) if label else slice(4, 8)] += 150
    assert not mirror_test(Subset.whole(Split(x, labels)), 2).harmless


def test_of_noise_nothing_is_known_also_where_every_picture_is_there_three_times() -> None:
    once = noise(90, 3)
    assert not mirror_test(once, 3).known
    rows = np.repeat(np.arange(90), 3)
    thrice = Split(once.images[rows], once.labels[rows])
    assert not mirror_test(Subset.whole(thrice), 3).known
    thrice.images[:, 0, 0, 0] = np.arange(270) % 3
    assert mirror_test(Subset.whole(thrice), 3).known
    assert not mirror_test(Subset.whole(thrice), 3, rows).known


def test_a_class_without_pictures_changes_nothing() -> None:
    two = bars(True)
    spread = Subset.whole(Split(two.split.images, two.labels * 3))
    found = mirror_test(spread, 5)
    assert found.classes == 2
    assert not found.harmless


def test_what_is_known_and_what_is_harm() -> None:
    def found(seeing: float, harm: float = 0.0, pictures: int = 100, classes: int = 4) -> MirrorTest:
        return MirrorTest(seeing, seeing, harm, pictures, classes)

    assert found(0.44).known  # 0.25, and a quarter of the way from there to 1
    assert not found(0.43).known
    assert not found(0.85, pictures=16, classes=2).known  # of 16, 14 right are no three standard deviations
    assert not found(1.0, classes=1).known
    assert found(1.0, harm=-3.0).harmless
    assert found(1.0, harm=1.2).harmless
    assert not found(1.0, harm=1.3).harmless


@pytest.mark.slow
def test_of_many_pictures_a_thousand_are_looked_at() -> None:
    x = np.zeros((1200, 1, 4, 4), np.uint8)
    assert mirror_test(Subset.whole(Split(x, np.arange(1200) % 2)), 2).pictures == 1000


@pytest.mark.slow
def test_digits_lose_in_a_mirror() -> None:
    found = mirror_test(Subset.whole(data.load("mnist").train), 10)
    assert found.known
    assert not found.harmless
