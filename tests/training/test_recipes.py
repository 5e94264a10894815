"""Recipes: the lecture's digits, ranges, schedules, and what JSON keeps."""

from __future__ import annotations

import json
from dataclasses import fields

import pytest
from hypothesis import given
from hypothesis import strategies as st

from convscope.errors import InputError, UsageError
from convscope.training.recipes import RECIPES, Augmentation, Recipe, named
from convscope.training.schedule import warmup_and_decay


def minimal(**changes: object) -> Recipe:
    return Recipe(
        **{"name": "r", "plan": "slides", "general_plan": "slides", "epochs": 1.0, "batch_size": 8, "lr": 0.1} | changes
    )  # type: ignore[arg-type]


def test_slides_is_the_lectures_to_the_digit() -> None:
    r = RECIPES["slides"]
    assert (r.lr, r.batch_size, r.optimiser, r.momentum, r.weight_decay, r.label_smoothing) == (
        0.001,
        16,
        "sgd",
        0,
        0,
        0,
    )
    assert (r.plan, r.scaling, r.precision, r.epochs, r.average, r.log_every) == (
        "slides",
        "unit",
        "float32",
        5,
        0,
        100,
    )
    assert r.augmentation == Augmentation()
    assert r.steps(60_000) == 5 * 3750
    assert {warmup_and_decay(step, 18_750, r.warmup, r.final) for step in range(0, 18_750, 50)} == {1.0}
    assert r.changed(epochs=1000).steps(60_000) == 3_750_000


@pytest.mark.parametrize(
    ("pictures", "batch", "partial", "batches"),
    [(60_000, 128, False, 468), (60_000, 16, True, 3750), (17, 16, True, 2), (5, 8, False, 1)],
)
def test_batches_of_an_epoch(pictures: int, batch: int, partial: bool, batches: int) -> None:
    assert minimal(batch_size=batch, partial_batches=partial).batches(pictures) == batches


@given(st.integers(1, 300), st.integers(1, 64), st.booleans(), st.floats(0.1, 4))
def test_pictures_shown_are_counted_as_they_are_cut(pictures: int, batch: int, partial: bool, epochs: float) -> None:
    r = minimal(batch_size=batch, partial_batches=partial, epochs=epochs)
    steps, batches = r.steps(pictures), r.batches(pictures)
    cut = [len(range(pictures)[i * batch : (i + 1) * batch]) for i in range(batches)]
    assert r.pictures(pictures, steps) == sum(cut[step % batches] for step in range(steps))


def test_small_data_is_shown_more_often_unless_epochs_are_given() -> None:
    fast = RECIPES["fast"]
    assert fast.steps(500) == fast.least_steps > fast.steps(60_000) / 2
    assert fast.changed(epochs=2).steps(500) == 2 * (500 // 128)
    assert fast.changed(epochs=0.001).steps(500) == 1


def test_a_new_lr_moves_the_others_in_proportion() -> None:
    fast = RECIPES["fast"]
    assert fast.plain_lr is not None
    half = fast.changed(lr=fast.lr / 2)
    assert (half.lr, half.plain_lr, half.filter_lr) == pytest.approx(
        (fast.lr / 2, fast.plain_lr / 2, fast.filter_lr / 2)
    )
    assert fast.changed() == fast
    assert fast.changed(batch_size=7).batch_size == 7


@pytest.mark.parametrize(
    "changes",
    [
        {"lr": 0.0},
        {"lr": -1.0},
        {"lr": float("nan")},
        {"lr": float("inf")},
        {"epochs": 10**400},
        {"lr": "0.1"},
        {"lr": True},
        {"epochs": 0.0},
        {"epochs": 1e7},
        {"batch_size": 0},
        {"batch_size": 1.5},
        {"momentum": 1.0},
        {"nesterov": True},
        {"nesterov": 1, "momentum": 0.9},
        {"optimiser": "adam"},
        {"optimiser": "muon"},
        {"precision": "float16"},
        {"scaling": ""},
        {"warmup": 1.0},
        {"final": 1.1},
        {"label_smoothing": 1.0},
        {"average": 1.0},
        {"log_every": 0},
        {"least_steps": 0},
        {"augmentation": {}},
        {"name": 1},
        {"plain_lr": 0.0},
    ],
)
def test_values_out_of_range_are_refused(changes: dict[str, object]) -> None:
    with pytest.raises(UsageError):
        minimal(**changes)


@pytest.mark.parametrize(
    "changes",
    [
        {"shift": -1},
        {"shift": 1.0},
        {"rotate": 181.0},
        {"scale": 1.0},
        {"flip": 1},
        {"erase": True},
        {"shift": 1, "rotate": 1.0},
    ],
)
def test_augmentation_out_of_range_is_refused(changes: dict[str, object]) -> None:
    with pytest.raises(UsageError):
        Augmentation(**changes)  # type: ignore[arg-type]


def test_the_error_names_field_value_and_range() -> None:
    with pytest.raises(
        UsageError, match=r"batch size is out of range, got 0, expected a whole number from 1 to 1,000,000"
    ):
        RECIPES["fast"].changed(batch_size=0)


@pytest.mark.parametrize("name", RECIPES)
def test_json_keeps_everything(name: str) -> None:
    recipe = RECIPES[name]
    assert Recipe.from_json(json.loads(json.dumps(recipe.to_json()))) == recipe
    rich = minimal(augmentation=Augmentation(rotate=8.0, translate=2.0, flip=True), plain_lr=0.2, average=0.5)
    assert Recipe.from_json(json.loads(json.dumps(rich.to_json()))) == rich


def test_strange_and_missing_fields_are_named() -> None:
    good = RECIPES["fast"].to_json()
    with pytest.raises(InputError, match="has colour, which is unknown"):
        Recipe.from_json({**good, "colour": 1})
    with pytest.raises(InputError, match=r"augmentation\.twist"):
        Recipe.from_json({**good, "augmentation": {"twist": 1}})
    for field in fields(Recipe):
        with pytest.raises(InputError):
            Recipe.from_json({k: v for k, v in good.items() if k != field.name})
    for bad in (None, [], {**good, "augmentation": 3}, {**good, "lr": "x"}):
        with pytest.raises(InputError):
            Recipe.from_json(bad)


def test_names() -> None:
    assert named("slides") is RECIPES["slides"]
    assert named(RECIPES["fast"]) is RECIPES["fast"]
    with pytest.raises(UsageError, match=r"did you mean slides\?"):
        named("slide")
