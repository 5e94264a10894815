"""Which pictures are photographs, and what a training shows of them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from convscope import data
from convscope.data.dataset import Split
from convscope.data.subset import Subset
from convscope.training.options import TrainOptions
from convscope.training.photographs import are_photographs, as_photographs, decide_views, flatness
from convscope.training.recipes import RECIPES, Augmentation
from convscope.training.resolve import resolve_settings
from convscope.training.settings import RunSettings
from convscope.training.workers import SingleWorker

RNG = np.random.default_rng(0)


def test_neighbours_are_counted_by_hand() -> None:
    assert flatness(np.array([[[5, 6], [5, 9]]], np.uint8)) == pytest.approx((1 / 2 + 1 / 2) / 2)
    two = np.array([[[5, 5], [5, 5]], [[5, 9], [5, 9]]], np.uint8)  # the same in one channel, not in the other
    assert flatness(two) == pytest.approx((0 + 1) / 2)
    assert flatness(np.zeros((1, 1, 1), np.uint8)) == 1


def subset(images: np.ndarray) -> Subset:
    """Return grey pictures (n, H, W), or colour ones (n, 3, H, W)."""
    pictures = images.clip(0, 255).astype(np.uint8)
    return Subset.whole(Split(pictures[:, None] if pictures.ndim == 3 else pictures, np.zeros(len(images), np.int64)))


GREY = subset(gaussian_filter(RNG.normal(0, 60, (20, 24, 24)), (0, 1, 1)) + 128)
GRAIN = subset(gaussian_filter(RNG.normal(0, 60, (20, 3, 24, 24)), (0, 0, 1, 1)) + 128)
SHAPES = subset(np.pad(np.full((20, 3, 12, 6), 200.0), ((0, 0), (0, 0), (6, 6), (8, 10))))


def test_grain_is_a_photograph_and_a_shape_on_a_ground_is_none() -> None:
    assert are_photographs(GREY)
    assert are_photographs(GRAIN)
    assert not are_photographs(SHAPES)


@pytest.mark.parametrize(
    ("augment", "pictures", "flips", "on", "said"),
    [
        ("auto", GRAIN, True, True, ["augment.photographs"]),
        ("auto", GRAIN, False, False, []),  # in a mirror they mean something else
        ("auto", SHAPES, True, False, []),
        ("auto", GREY, True, False, []),
        ("yes", SHAPES, False, True, ["augment.yes"]),
        ("no", GRAIN, True, False, []),
    ],
)
def test_photographs_that_may_be_mirrored_are_shown_otherwise_and_what_was_asked_is_obeyed(
    augment: str, pictures: Subset, flips: bool, on: bool, said: list[str]
) -> None:
    found = decide_views(replace(RECIPES["fast"], augment=augment), pictures, flips)
    assert (found.on, [line.key for line in found.said]) == (on, said)


def test_a_shift_becomes_a_move_of_the_same_length() -> None:
    how = as_photographs(Augmentation(shift=3, flip=True))
    assert (how.shift, how.translate, how.flip, how.edge) == (0, 3.0, True, True)
    assert how.zoom > 0
    assert as_photographs(Augmentation(translate=2.5)).translate == 2.5


def test_a_training_of_photographs_has_its_views_in_its_settings() -> None:
    rng = np.random.default_rng(1)
    stripes = 60 * (np.arange(24) // np.array([[2], [5]]) % 2)  # two classes, the same in a mirror or nearly so
    images = stripes[np.arange(120) % 2][:, None, :, None] + gaussian_filter(rng.normal(128, 40, (120, 3, 24, 24)), 0.7)
    given = data.arrays(images.clip(0, 255).astype(np.uint8), np.arange(120) % 2, ["a", "b"])
    auto, no = (
        resolve_settings(TrainOptions(given, augment=one, threads=1), given, SingleWorker()) for one in (None, "no")
    )
    assert auto.recipe.augmentation.flip
    assert auto.recipe.augmentation.zoom > 0 == no.recipe.augmentation.zoom
    assert auto.recipe.augmentation.translate == no.recipe.augmentation.shift == 2  # that of 28 pixels, in proportion
    assert "augment.photographs" in [line.key for line in auto.understood]
    assert RunSettings.from_json(auto.to_json(), Path()).recipe == auto.recipe  # as a resumed run reads it
