"""Whether pictures are flipped: as asked; by the pictures; never where too little is known; and the reason said."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from convscope import data
from convscope.baseline.mirror import mirror_test
from convscope.data.subset import Subset
from convscope.errors import UsageError
from convscope.training.flips import MNIST, Flips, decide_flips
from convscope.training.options import TrainOptions
from convscope.training.recipes import RECIPES
from convscope.training.resolve import resolve_settings
from convscope.training.workers import SingleWorker


@cache
def stripes(across: bool) -> data.Dataset:
    """Return pictures of a bar: at the left or the right, which a mirror swaps; or at the top or below."""
    rng = np.random.default_rng(0)
    x, labels = rng.integers(0, 60, (80, 12, 12), dtype=np.uint8), np.arange(80) % 2
    for picture, label in zip(x, labels, strict=True):
        at = 9 - rng.integers(3) if label else rng.integers(1, 4)
        picture[(slice(None), at) if across else (at, slice(None))] = 255
    return data.arrays(x, labels, ["one", "other"])


def decided(dataset: data.Dataset, flips: str) -> Flips:
    return decide_flips(replace(RECIPES["fast"], flips=flips), dataset, Subset.whole(dataset.train))


def test_auto_asks_the_pictures() -> None:
    swapped, kept = decided(stripes(True), "auto"), decided(stripes(False), "auto")
    assert (swapped.on, kept.on) == (False, True)
    assert str(swapped.reason).startswith("left and right are never exchanged: a quick classifier is less sure")
    assert "of 80 pictures recognised, 100.0 % with)" in str(swapped.reason)
    assert str(kept.reason).startswith("left and right are exchanged at random: a quick classifier is as sure")


def test_yes_and_no_are_obeyed_whatever_the_pictures_are() -> None:
    assert decided(stripes(True), "yes").on
    assert not decided(stripes(False), "no").on


def test_where_too_little_is_known_nothing_is_flipped() -> None:
    noise = np.random.default_rng(0).integers(0, 256, (80, 9, 9), dtype=np.uint8)
    found = decided(data.arrays(noise, np.arange(80) % 2), "auto")
    assert not found.on
    assert 'too few to tell whether mirrored ones mean the same (flips="yes"' in str(found.reason)


@pytest.mark.parametrize(("asked", "on"), [(None, True), ("auto", True), ("yes", True), ("no", False)])
def test_an_option_replaces_what_the_recipe_says(asked: str | None, on: bool) -> None:
    settings = resolve_settings(TrainOptions(stripes(False), flips=asked, threads=1), stripes(False), SingleWorker())
    assert settings.recipe.augmentation.flip is on
    assert settings.recipe.flips == (asked or "auto")
    assert [line.key.split(".")[0] for line in settings.understood] == ["flips"]


def test_the_lectures_recipe_flips_only_if_asked() -> None:
    assert TrainOptions(recipe="slides").chosen_recipe().flips == "no"
    assert TrainOptions(recipe="slides", flips="auto").chosen_recipe().flips == "auto"


@pytest.mark.medium
def test_digits_are_not_flipped() -> None:
    found = decided(data.load("mnist"), "auto")
    assert not found.on
    assert "(95.8 % of 1,000 pictures recognised, 97.5 % with)" in str(found.reason)


@pytest.mark.slow
def test_what_is_known_of_the_digits_is_what_the_test_finds() -> None:
    digits = data.load("mnist")
    found = mirror_test(Subset.whole(digits.train), 10)
    assert (found.pictures, found.classes) == (MNIST.pictures, MNIST.classes)
    assert found.seeing == pytest.approx(MNIST.seeing, abs=5e-4)
    assert found.blind == pytest.approx(MNIST.blind, abs=5e-4)
    assert found.harm == pytest.approx(MNIST.harm, abs=0.01)


def test_another_word_is_refused() -> None:
    with pytest.raises(UsageError, match="unknown flips, got 'perhaps', expected auto or yes or no"):
        TrainOptions(flips="perhaps")
