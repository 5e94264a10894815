"""What is resolved by looking at the pictures: the augmentation that suits them, and which recipe."""

from __future__ import annotations

import numpy as np
import pytest

from convscope import data
from convscope.training.options import TrainOptions
from convscope.training.recipes import RECIPES, Augmentation
from convscope.training.resolve import resolve_augmentation, resolve_settings
from convscope.training.workers import SingleWorker
from tests.training.test_recipes import minimal


@pytest.mark.parametrize("flip", [True, False])
def test_the_augmentation_is_that_of_the_pictures_with_flips_as_decided(flip: bool) -> None:
    recipe = minimal(augmentation=Augmentation(rotate=3.0), general_augmentation=Augmentation(shift=4))
    assert resolve_augmentation(recipe, (1, 8, 8), True, flip) == Augmentation(rotate=3.0, flip=flip)
    assert resolve_augmentation(recipe, (1, 8, 8), False, flip) == Augmentation(shift=1, flip=flip)


def test_a_general_shift_grows_with_the_pictures() -> None:
    recipe = minimal(general_augmentation=Augmentation(shift=2))
    for size, shift in (((28, 40), 2), ((8, 8), 1), ((5, 60), 0), ((224, 224), 16)):
        assert resolve_augmentation(recipe, (3, *size), False, False).shift == shift


def dots(shift: int, size: int = 28) -> data.Dataset:
    """Return pictures of a light square, `shift` pixels beside the middle of a dark ground."""
    images = np.zeros((60, size, size), dtype=np.uint8)
    images[:, size // 2 - 4 : size // 2 + 4, size // 2 - 4 + shift : size // 2 + 4 + shift] = 200
    return data.arrays(images, np.arange(60) % 2, ["a", "b"], name="any")


@pytest.mark.parametrize(
    ("dataset", "plan", "shift"), [(dots(0), "fast", 0), (dots(4), "general", 2), (dots(0, 32), "general", 2)]
)
def test_centred_pictures_of_28_pixels_get_the_plan_that_is_made_for_them(
    dataset: data.Dataset, plan: str, shift: int
) -> None:
    settings = resolve_settings(TrainOptions(dataset, val=6, device="cpu", threads=1), dataset, SingleWorker())
    assert (settings.plan, settings.recipe.augmentation.shift) == (plan, shift)


def test_without_a_general_one_all_pictures_are_treated_the_same() -> None:
    assert resolve_augmentation(RECIPES["slides"], (3, 40, 40), False, False) == Augmentation()
