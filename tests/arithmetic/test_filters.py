"""The hand-made filters: the lecture's to the digit, and what each must do to plain pictures."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.ndimage import sobel

from convscope.arithmetic.convolution import Table, convolve
from convscope.arithmetic.filters import FILTERS


def test_the_lectures_three() -> None:
    assert FILTERS["outline"] == [[-1, -1, -1], [-1, 8, -1], [-1, -1, -1]]
    assert FILTERS["emboss"] == [[-2, -1, 0], [-1, 1, 1], [0, 1, 2]]
    assert FILTERS["blur"] == [[0.0625, 0.125, 0.0625], [0.125, 0.25, 0.125], [0.0625, 0.125, 0.0625]]


@pytest.mark.parametrize("name", FILTERS)
def test_on_one_even_grey(name: str) -> None:
    """Filters that look for change sum to 0, those that keep the light to 1."""
    even = [[100.0] * 7 for _ in range(7)]
    answer = 0.0 if name in ("outline", "sobel-left", "sobel-top") else 100.0
    assert {value for line in convolve(even, FILTERS[name]) for value in line} == {answer}


def test_sobel_as_scipy_has_it() -> None:
    picture = np.random.default_rng(0).integers(0, 256, (9, 11)).astype(float)
    table: Table = picture.tolist()
    for name, axis in (("sobel-left", 1), ("sobel-top", 0)):
        assert np.array_equal(convolve(table, FILTERS[name]), -sobel(picture, axis)[1:-1, 1:-1])


def test_the_large_blur_is_the_small_one_twice() -> None:
    padded = [[0.0] * 9 for _ in range(9)]
    padded[4][4] = 1.0
    assert convolve(convolve(padded, FILTERS["blur"]), FILTERS["blur"]) == FILTERS["blur5"]
