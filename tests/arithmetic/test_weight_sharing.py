"""A convolution as neurons with shared weights: the lecture's drawing, and the same numbers as the sliding window."""

from __future__ import annotations

import random

import pytest

from convscope.arithmetic.convolution import convolve
from convscope.arithmetic.weight_sharing import kernel_matrix, matrix_times, shared_places
from convscope.errors import UsageError


def test_the_lectures_drawing() -> None:
    """3×3 pixels 0–8, 2×2 weights w0–w3: output 3 reads pixels 4, 5, 7, 8."""
    places = shared_places(3, 3, 2, 2)
    joined = [{pixel: weight for pixel, weight in enumerate(line) if weight is not None} for line in places]
    assert joined == [
        {0: 0, 1: 1, 3: 2, 4: 3},
        {1: 0, 2: 1, 4: 2, 5: 3},
        {3: 0, 4: 1, 6: 2, 7: 3},
        {4: 0, 5: 1, 7: 2, 8: 3},
    ]


@pytest.mark.parametrize("sizes", [(3, 3, 2, 2), (5, 7, 2, 3), (4, 4, 4, 1), (2, 2, 1, 1)])
def test_the_matrix_does_what_the_window_does(sizes: tuple[int, int, int, int]) -> None:
    height, width, rows, columns = sizes
    draw = random.Random(height)
    picture = [[float(draw.randint(-9, 9)) for _ in range(width)] for _ in range(height)]
    kernel = [[float(draw.randint(-9, 9)) for _ in range(columns)] for _ in range(rows)]
    flat = [value for line in picture for value in line]
    slid = [value for line in convolve(picture, kernel) for value in line]
    assert matrix_times(kernel_matrix(kernel, height, width), flat) == slid


def test_a_kernel_that_does_not_fit_is_refused() -> None:
    with pytest.raises(UsageError, match="does not fit"):
        shared_places(2, 3, 3, 1)
