"""What is resolved by looking at the pictures: the augmentation that suits them, and which recipe."""

from __future__ import annotations

import numpy as np
import pytest

from convscope import data
from convscope.data import Split
from convscope.training.options import TrainOptions
from convscope.training.recipes import RECIPES, Augmentation
from convscope.training.resolve import resolve_augmentation, resolve_settings
from convscope.training.workers import SingleWorker
from tests.training.test_recipes import minimal


def split(columns: tuple[int, int]) -> Split:
    """Return 40 pictures of two classes, each a bar in a column of its own."""
    images, labels = np.zeros((40, 1, 8, 8), dtype=np.uint8), np.arange(40, dtype=np.int64) % 2
    for i, label in enumerate(labels):
        images[i, :, :, columns[label]] = 255
    return Split(images, labels)


SWAPPED, KEPT = split((2, 5)), split((0, 3))  # a mirror makes column 7 − c of column c


@pytest.mark.parametrize(("flips", "pictures", "flip"), [("auto", SWAPPED, False), ("no", KEPT, False)])
def test_no_flips_where_they_are_wrong_or_not_wanted(flips: str, pictures: Split, flip: bool) -> None:
    recipe = minimal(flips=flips, augmentation=Augmentation(rotate=3.0), general_augmentation=Augmentation(shift=4))
    assert resolve_augmentation(recipe, pictures, 2, True) == Augmentation(rotate=3.0)
    assert resolve_augmentation(recipe, pictures, 2, False) == Augmentation(shift=1)


def test_flips_where_the_mirror_leaves_the_class_alone() -> None:
    symmetric = np.concatenate([KEPT.images, KEPT.images[..., ::-1]], 3)
    recipe = minimal(flips="auto", general_augmentation=Augmentation(shift=4))
    assert resolve_augmentation(recipe, Split(symmetric, KEPT.labels), 2, False) == Augmentation(shift=1, flip=True)
    assert resolve_augmentation(recipe, Split(symmetric, KEPT.labels), 2, True) == Augmentation(flip=True)


def test_a_general_shift_grows_with_the_pictures() -> None:
    recipe = minimal(general_augmentation=Augmentation(shift=2))
    for size, shift in (((28, 40), 2), ((8, 8), 1), ((5, 60), 0), ((224, 224), 16)):
        images = np.zeros((4, 3, *size), dtype=np.uint8)
        assert resolve_augmentation(recipe, Split(images, np.arange(4) % 2), 2, False).shift == shift


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
    assert resolve_augmentation(RECIPES["slides"], SWAPPED, 2, False) == Augmentation()
