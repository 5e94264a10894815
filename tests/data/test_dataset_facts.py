"""Facts of data sets: MNIST is centred and light on dark, and so is whatever looks like it; by pixels, not by name."""

from __future__ import annotations

import numpy as np
import pytest

from convscope import data
from convscope.data.dataset_facts import NEARLY_ALL, OFF_CENTRE, Facts, measure_facts
from convscope.data.named_datasets import CENTRED


def squares(shift: tuple[float, float] = (0, 0), count: int = 40, size: tuple[int, int] = (28, 42)) -> np.ndarray:
    """Return pictures (N, 1, H, W) of light squares of 8 pixels, dark round them, off the middle by (rows, columns)."""
    images = np.full((count, 1, *size), 7, np.uint8)
    top, left = (side // 2 - 4 + int(move) for side, move in zip(size, shift, strict=True))
    images[:, :, top : top + 8, left : left + 8] = 250
    return images


@pytest.mark.medium
def test_mnist_is_centred_all_of_it_and_parts() -> None:
    mnist = data.load("mnist")
    assert mnist.facts == Facts(light_on_dark=True, centred=True)
    assert mnist.name in CENTRED
    assert mnist.test is not None
    assert measure_facts(mnist.test.images[:20]) == mnist.facts


@pytest.mark.medium
def test_turned_to_black_on_white_it_is_neither() -> None:
    images = 255 - data.load("mnist").train.images[:500]
    assert measure_facts(images) == Facts(light_on_dark=False, centred=False)


@pytest.mark.parametrize(
    ("shift", "centred"),
    [
        ((0, 0), True),
        ((1, 0), True),
        ((-1, 1), True),
        ((2, 0), False),
        ((0, 1), True),
        ((0, -2), False),
    ],
)
def test_centred_means_the_centre_of_mass_in_the_middle(shift: tuple[int, int], centred: bool) -> None:
    limit = [OFF_CENTRE * side for side in (28, 42)]  # 1.12 rows, 1.68 columns
    assert centred == all(abs(move) <= most for move, most in zip(shift, limit, strict=True))
    assert measure_facts(squares(shift)) == Facts(light_on_dark=True, centred=centred)
    assert measure_facts(squares(shift).repeat(3, axis=1)).centred == centred


def test_it_holds_for_nearly_all() -> None:
    most = round(NEARLY_ALL * 100)
    for good, centred in ((most, True), (most - 1, False)):
        images = np.concatenate([squares(count=good), squares((5, 0), count=100 - good)])
        assert measure_facts(images).centred == centred


def test_ink_in_the_border_is_not_centred() -> None:
    framed = squares()
    framed[:, :, 0, ::3] = framed[:, :, -1, ::3] = framed[:, :, ::3, 0] = framed[:, :, ::3, -1] = 90
    assert measure_facts(framed) == Facts(light_on_dark=True, centred=False)


def test_nothing_says_that_empty_pictures_are_centred() -> None:
    assert measure_facts(np.zeros((5, 1, 28, 28), np.uint8)) == Facts(light_on_dark=True, centred=False)
    assert measure_facts(np.zeros((0, 1, 28, 28), np.uint8)) == Facts(light_on_dark=False, centred=False)
