"""Thumbnails and difference hashes: exact means of areas, the same however many pictures come together."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convscope.checking.thumbnails import area_sums, batches, difference_hashes, thumbnails


def mean_of_area(pixels: np.ndarray, rows: int, columns: int, row: int, column: int) -> Fraction:
    """The mean of one area by the definition, in fractions."""
    height, width = pixels.shape

    def cover(parts: int, n: int, part: int, pixel: int) -> Fraction:
        low, high = Fraction(part * n, parts), Fraction((part + 1) * n, parts)
        return max(Fraction(0), min(high, Fraction(pixel + 1)) - max(low, Fraction(pixel)))

    total = Fraction(0)
    for y in range(height):
        for x in range(width):
            total += int(pixels[y, x]) * cover(rows, height, row, y) * cover(columns, width, column, x)
    return total / (Fraction(height, rows) * Fraction(width, columns))


@settings(max_examples=30)
@given(st.integers(1, 7), st.integers(1, 7), st.integers(1, 4), st.integers(1, 4), st.integers(0, 9))
def test_sums_of_areas_are_exact(height: int, width: int, rows: int, columns: int, seed: int) -> None:
    pixels = np.random.default_rng(seed).integers(0, 256, (1, 1, height, width), dtype=np.uint8)
    sums = area_sums(pixels, rows, columns)[0, 0]
    for row in range(rows):
        for column in range(columns):
            assert sums[row, column] == height * width * mean_of_area(pixels[0, 0], rows, columns, row, column)


def test_large_pictures_are_summed_exactly_too() -> None:
    pixels = np.full((1, 1, 300, 400), 255, dtype=np.uint8)
    pixels[0, 0, 0, 0] = 254
    sums = area_sums(pixels, 2, 2)[0, 0]
    assert sums.tolist() == [[255 * 120_000 - 4, 255 * 120_000], [255 * 120_000, 255 * 120_000]]


def test_a_thumbnail_of_one_colour_is_that_colour() -> None:
    pixels = np.zeros((2, 3, 33, 47), dtype=np.uint8)
    pixels[1] = np.array([10, 200, 255])[:, None, None]
    assert np.unique(thumbnails(pixels)[1]).tolist() == [10, 200, 255]


def test_a_hash_says_where_a_picture_gets_lighter() -> None:
    ramp = np.tile(np.arange(90, dtype=np.uint8), (80, 1))[None, None]
    assert difference_hashes(ramp)[0] == 2**64 - 1
    assert difference_hashes(ramp[..., ::-1])[0] == 0
    assert difference_hashes(np.full((1, 3, 37, 41), 77, dtype=np.uint8))[0] == 0  # equal is not lighter


def test_a_hash_does_not_hang_on_brightness_and_grey_is_luma() -> None:
    rng = np.random.default_rng(0)
    grey = rng.integers(40, 100, (5, 1, 45, 61), dtype=np.uint8)
    assert (difference_hashes(grey) == difference_hashes(2 * grey + 10)).all()
    assert (difference_hashes(np.repeat(grey, 3, axis=1)) == difference_hashes(grey)).all()


@pytest.mark.parametrize("n", [0, 1, 5])
def test_batches_are_all_pictures_in_order(n: int) -> None:
    images = np.arange(n * 3 * 1200 * 1400, dtype=np.uint8).reshape(n, 3, 1200, 1400)
    parts = list(batches(images))
    assert sum(map(len, parts)) == n
    assert all(np.shares_memory(part, images) for part in parts)
    if n:
        assert np.array_equal(np.concatenate(parts), images)
