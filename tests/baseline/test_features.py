"""Features against the definition written out pixel by pixel, and against what a mirror does to them."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convscope.baseline.features import (
    colour_histograms,
    hog,
    mirrored_hog,
    mirrored_thumbnails,
    reduce_area,
    thumbnails,
)


def pictures(n: int, channels: int, height: int, width: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (n, channels, height, width), dtype=np.uint8)


def hog_by_definition(picture: np.ndarray) -> list[float]:
    """Return Dalal and Triggs' histogram of one picture (C, H, W) of at most 48 pixels a side, as they describe it."""
    channels, height, width = picture.shape
    value = np.sqrt(picture / 255)
    cells = np.zeros((6, 6, 9))
    for i in range(height):
        for j in range(width):
            gradients = []
            for c in range(channels):
                across = value[c, i, j + 1] - value[c, i, j - 1] if 0 < j < width - 1 else 0.0
                down = value[c, i + 1, j] - value[c, i - 1, j] if 0 < i < height - 1 else 0.0
                gradients.append((math.hypot(across, down), across, down))
            length, across, down = max(gradients, key=lambda g: g[0])
            degrees = math.degrees(math.atan2(down, across)) % 180
            for k in range(9):
                away = abs(degrees - 20 * k)
                vote = max(0.0, 1 - min(away, 180 - away) / 20) * length
                for row in range(6):
                    for column in range(6):
                        far = abs((i + 0.5) * 6 / height - row - 0.5), abs((j + 0.5) * 6 / width - column - 0.5)
                        cells[row, column, k] += vote * max(0.0, 1 - far[0]) * max(0.0, 1 - far[1])
    found: list[float] = []
    for row in range(5):
        for column in range(5):
            block = cells[row : row + 2, column : column + 2].ravel()
            block = np.minimum(block / math.sqrt(block @ block + 1e-4), 0.2)
            found += list(block / math.sqrt(block @ block + 1e-4))
    return found


@pytest.mark.parametrize("shape", [(1, 12, 12), (3, 9, 14), (1, 7, 5)])
@pytest.mark.medium
def test_hog_is_what_its_definition_says(shape: tuple[int, int, int]) -> None:
    x = pictures(2, *shape)
    np.testing.assert_allclose(hog(x), [hog_by_definition(p) for p in x], atol=2e-5)


def test_an_edge_votes_for_its_own_orientation() -> None:
    upright = np.zeros((1, 1, 48, 48), np.uint8)
    upright[..., 24:] = 255
    by_orientation = hog(np.concatenate([upright, upright.transpose(0, 1, 3, 2)])).reshape(2, -1, 9).sum(1)
    assert by_orientation[0].argmax() == 0  # its gradient points to the right: 0°
    assert np.count_nonzero(by_orientation[0]) == 1
    assert by_orientation[1, [4, 5]].sum() == pytest.approx(by_orientation[1].sum())  # 90° lies between 80 and 100
    assert by_orientation[1, 4] == pytest.approx(by_orientation[1, 5], rel=1e-4)


@settings(max_examples=30)
@given(st.integers(1, 60), st.integers(1, 60), st.sampled_from([1, 3]), st.integers(0, 99))
def test_a_mirrored_picture_has_the_mirrored_features(height: int, width: int, channels: int, seed: int) -> None:
    x = pictures(2, channels, height, width, seed)
    np.testing.assert_allclose(mirrored_hog(hog(x)), hog(x[..., ::-1]), atol=1e-4)
    np.testing.assert_allclose(mirrored_thumbnails(thumbnails(x), x.shape), thumbnails(x[..., ::-1]), atol=1e-5)
    np.testing.assert_array_equal(colour_histograms(x[..., ::-1]), colour_histograms(x))


def test_colours_are_counted_by_hand() -> None:
    x = np.zeros((1, 3, 2, 2), np.uint8)
    x[0, 0] = [[255, 255], [255, 0]]  # three red pixels and a black one
    counted = colour_histograms(x) ** 2
    assert counted.shape == (1, 64)
    assert counted[0, [0, 3]].tolist() == pytest.approx([0.25, 0.75])
    grey = colour_histograms(np.array([[[[0, 15, 16, 255]]]], np.uint8)) ** 2
    assert grey[0].tolist() == pytest.approx([0.5, 0.25, *[0] * 13, 0.25])


def test_averaging_down_keeps_the_mean_and_whole_blocks() -> None:
    x = pictures(3, 3, 12, 18)
    np.testing.assert_allclose(reduce_area(x, 6), x.reshape(3, 3, 6, 2, 6, 3).mean((3, 5)), atol=1e-3)
    np.testing.assert_allclose(reduce_area(x, 7).mean((2, 3)), x.mean((2, 3)), atol=1e-3)
    np.testing.assert_array_equal(reduce_area(x, 18), x)


def test_batches_and_their_ends_do_not_show() -> None:
    x = pictures(70, 1, 10, 10)
    for function in (hog, colour_histograms, thumbnails):
        whole = function(x)
        np.testing.assert_allclose(whole, np.concatenate([function(x[i : i + 1]) for i in range(70)]), atol=1e-6)
        assert whole.dtype == np.float32
