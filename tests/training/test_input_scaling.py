"""A network's input is scaled by the mean and standard deviation of the training pictures."""

from __future__ import annotations

import numpy as np
import pytest

from convscope import data
from convscope.training.input_scaling import input_spec


@pytest.mark.parametrize("channels", [1, 3])
def test_mean_and_standard_deviation_are_those_of_all_pixels(channels: int) -> None:
    rng = np.random.default_rng(channels)
    images = rng.integers(
        0, 256, (700, channels, 26, 17), dtype=np.uint8
    )  # more than one part, and the last one smaller
    images[:, -1] //= 3
    spec = input_spec(images, "data")
    assert spec.mean == tuple(round(float(m), 2) for m in images.mean((0, 2, 3), dtype=np.float64))
    assert spec.std == tuple(round(float(s), 2) for s in images.std((0, 2, 3), dtype=np.float64))


def test_a_network_for_identical_pictures_divides_by_one() -> None:
    spec = input_spec(np.full((3, 1, 4, 4), 200, np.uint8), "data")
    assert (spec.mean, spec.std) == ((200.0,), (1.0,))


def test_unit_scaling_is_to_one() -> None:
    unit = input_spec(np.full((3, 3, 4, 4), 200, np.uint8), "unit")
    assert (unit.mean, unit.std) == ((0.0,) * 3, (255.0,) * 3)


@pytest.mark.medium
def test_mnists_scaling_is_the_known_one() -> None:
    spec = input_spec(data.mnist().train.images, "data")
    assert (spec.invert, spec.centred) == ("auto", True)
    assert (spec.mean, spec.std) == ((33.32,), (78.57,))


def test_training_pictures_of_both_kinds_are_never_inverted() -> None:
    dark = np.zeros((39, 1, 14, 14), np.uint8)
    dark[:, :, 5:9, 5:9] = 255
    assert input_spec(dark, "data").invert == "auto"
    assert input_spec(np.concatenate([dark, 255 - dark[:1]]), "data").invert == "no"
