"""Distances between thumbnails: nothing for a brighter or paler copy, more than 1 for another picture."""

from __future__ import annotations

import numpy as np
import pytest

from convscope.checking.likeness import GAIN, LEVELS, SHARE, distances


def rows(n: int, seed: int = 0, low: int = 40, high: int = 120) -> np.ndarray:
    return np.random.default_rng(seed).integers(low, high, (n, 400)).astype(np.uint8)


def test_a_copy_of_other_brightness_or_contrast_is_at_no_distance() -> None:
    one = rows(5)
    assert distances(one, one) == pytest.approx(np.zeros(5), abs=1e-3)
    assert (distances(one, (1.5 * one + 20).astype(np.uint8)) < 0.1).all()


def test_what_a_brighter_copy_cuts_off_is_no_difference() -> None:
    one = rows(5, low=0, high=256)
    cut = np.minimum(255, 1.3 * one).astype(np.uint8)
    assert (distances(one, cut) < 0.1).all()
    assert (distances(cut, one) < 0.1).all()


def test_a_negative_and_another_picture_are_far() -> None:
    one = rows(5)
    assert (distances(one, 255 - one) > 1).all()
    assert (distances(one, rows(5, seed=1)) > 1).all()


def test_the_unit_is_levels_or_a_share_of_the_contrast_whichever_is_less() -> None:
    pattern = np.where(np.arange(400) % 2, 1, -1)[None]
    unrelated = np.where(np.arange(400) // 2 % 2, 3, -3)[None]
    pale, strong = 80 + 10 * pattern, 128 + 75 * pattern  # the contrasts; 3 and 14 levels are allowed
    assert SHARE * 10 < LEVELS < SHARE * 75
    for picture, change, expected in ((pale, unrelated, 1), (strong, 2 * unrelated, 6 / 14)):
        far = distances(picture.astype(np.uint8), (picture + change).astype(np.uint8))[0]
        assert far == pytest.approx(expected, rel=0.06)


def test_a_picture_without_contrast_is_like_no_other() -> None:
    flat = np.full((1, 400), 90, dtype=np.uint8)
    assert distances(flat, flat)[0] == np.inf
    assert distances(flat, rows(1))[0] == np.inf


def test_a_gain_beyond_its_bounds_is_a_difference() -> None:
    one = rows(3, low=20, high=230)
    paler = (120 + (one.astype(float) - 120) * GAIN[0] / 4).astype(np.uint8)
    assert (distances(one, paler) > 1).all()
