"""Budgets: what is asked for, what is planned, what is measured, and when training until an accuracy ends."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from convscope import data
from convscope.errors import Interrupted, UsageError
from convscope.runs.directory import read_log
from convscope.training import budget as module
from convscope.training import settings as preparation
from convscope.training.budget import Budget, lasting, parse, seconds_a_step
from convscope.training.loop import within
from convscope.training.measured import Measured
from convscope.training.recipes import Recipe
from convscope.training.session import train
from convscope.training.snapshots import MOST, when
from tests.training.crashes import PLAN, RECIPE, outcome, pictures

Line = dict[str, Any]


@pytest.mark.parametrize(
    ("text", "seconds", "accuracy"),
    [
        ("30s", 30, None),
        ("2m", 120, None),
        ("1.5 min", 90, None),
        ("1H", 3600, None),
        ("99.5%", None, 0.995),
        ("99 %", None, 0.99),
    ],
)
def test_what_is_asked_for(text: str, seconds: float | None, accuracy: float | None) -> None:
    assert parse(text) == Budget(text.lower(), seconds, accuracy)


@pytest.mark.parametrize(
    "text", ["", "30", "s", "-3s", "1e3s", "0s", "0.5s", "100h0", "2000h", "0%", "100%", "101%", "fast", "٣s", 30]
)
def test_what_cannot_be_asked_for(text: Any) -> None:
    with pytest.raises(UsageError, match=r"budget|accuracy to reach|time to train"):
        parse(text)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"epochs": 2.0, "budget": "30s"}, "a budget plans the epochs itself, got --epochs 2"),
        ({"val": 0, "budget": "99%"}, "an accuracy is reached on pictures held out"),
        ({"budget": "soon"}, "a budget is a time or an accuracy, got soon"),
        ({"budget": "9s", "resume": "r"}, "a run is resumed with its own settings"),
    ],
)
def test_what_does_not_go_together(given: Line, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        train(None if "resume" in given else pictures(), **given)


def settle(plan: Any = PLAN, recipe: Recipe = RECIPE, val: int | None = 6, dataset: data.Dataset | None = None) -> Line:
    return preparation.settle(
        preparation.source(None, None, None), dataset or pictures(), plan, recipe, 0, val, "cpu", 1
    )


def test_measuring_touches_no_random_state_and_is_about_right() -> None:
    settings, before = settle(), torch.random.get_rng_state()
    measured = seconds_a_step(settings, pictures(), least=0.3)
    assert torch.equal(torch.random.get_rng_state(), before)
    assert 1e-5 < measured < 1.0


def test_a_time_is_filled_at_the_speed_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    paces = iter([0.02])
    monkeypatch.setattr(module, "seconds_a_step", lambda settings, dataset, least: next(paces))
    notes: list[str] = []
    got = module.planned(parse("10s"), pictures(), PLAN, RECIPE, lambda r: r, 6, settle, notes.append)
    assert got["steps"] == pytest.approx(module.MARGIN * 10 / 0.02, abs=3)
    assert got["rounds"] == [got["steps"]]
    assert got["epochs"] == got["steps"] / RECIPE.batches(64)
    assert got["budget"] == "10s"
    assert Recipe.from_json(got["recipe"]).steps(64) == got["steps"]
    assert notes == [f"measured 800 pictures/s: {got['epochs']:.3g} epochs fit into 10s"]


LINES = (
    Measured("quick", "fast", "fast", 1.0, 104_938, 0.99, 5, 6.0),
    Measured("middle", "fast", "general", 2.0, 1, 0.993, 5, 20.0),
    Measured("long", "fast", "general", 6.0, 1, 0.996, 5, 90.0),
)


def digits() -> data.Dataset:
    images = np.zeros((400, 28, 28), np.uint8)
    images[:, 8:20, 8:20] = 200
    return data.arrays(images, np.arange(400) % 2, ["a", "b"], name="mnist")  # no more than its name


@pytest.mark.parametrize(
    ("slower", "text", "plan"),
    [(1.0, "30s", "general"), (2.0, "30s", "fast"), (0.1, "3s", "general"), (1.0, "5s", "fast")],
)
def test_for_a_time_the_most_accurate_that_fits_here_is_chosen(
    monkeypatch: pytest.MonkeyPatch, slower: float, text: str, plan: str
) -> None:
    monkeypatch.setattr(module, "FRONTIER", LINES)
    monkeypatch.setattr("convscope.training.measured.FRONTIER", LINES)
    monkeypatch.setattr(module, "MNIST_FINGERPRINT", digits().fingerprint)
    monkeypatch.setattr(module, "seconds_a_step", lambda settings, dataset, least: slower * 6.0 / (60_000 / 128))
    got = module.planned(
        parse(text), digits(), None, None, lambda r: r, 0, lambda *g: settle(*g, dataset=digits()), lambda text: None
    )
    assert got["plan"] == plan
    most = module.MARGIN * float(text[:-1]) / (slower * 6.0 / (60_000 / 128))
    assert 0 < got["steps"] <= most  # less what choosing took


def test_for_an_accuracy_the_quickest_known_is_chosen_on_mnist(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("convscope.training.measured.FRONTIER", LINES)
    monkeypatch.setattr(module, "MNIST_FINGERPRINT", digits().fingerprint)
    for text, plan, epochs in (("98%", "fast", 1.0), ("99.1%", "general", 2.0), ("99.6%", "general", 6.0)):
        got = module.planned(
            parse(text),
            digits(),
            None,
            None,
            lambda r: r,
            0,
            lambda *g: settle(*g, dataset=digits()),
            lambda text: None,
        )
        assert (got["plan"], got["recipe"]["epochs"], got["target"]) == (plan, epochs, None)
    notes: list[str] = []
    got = module.planned(
        parse("99.9%"), digits(), None, None, lambda r: r, None, lambda *g: settle(*g, dataset=digits()), notes.append
    )
    assert got["target"] == 0.999
    assert notes == ["no measured recipe reaches 99.9% on MNIST: training until held-out pictures say so"]


def test_what_is_known_of_mnist_is_known_by_its_pixels_and_not_by_its_name() -> None:
    notes: list[str] = []
    got = module.planned(
        parse("98%"), digits(), None, None, lambda r: r, None, lambda *g: settle(*g, dataset=digits()), notes.append
    )
    assert (got["target"], notes) == (0.98, [])


def test_each_round_is_twice_the_last() -> None:
    got = module.planned(parse("90%"), pictures(), PLAN, RECIPE, lambda r: r, None, settle, lambda text: None)
    lengths = np.diff([0, *got["rounds"]]).tolist()
    assert lengths == [lengths[0] * 2**k for k in range(module.ROUNDS)]
    assert lengths[0] == settle(val=got["data"]["validation"])["steps"]
    assert got["data"]["validation"] == 70 // 6
    assert [within((3, 9), s) for s in (0, 2, 3, 8)] == [(0, 3), (2, 3), (0, 6), (5, 6)]
    shown = when(*got["rounds"])
    assert len(shown) <= MOST
    assert shown >= {0, *got["rounds"]}
    assert lasting(settle(), 77)["rounds"] == [77]


def easy(noise: int = 20) -> data.Dataset:
    """Pictures told apart by their brightness, of which the training needs a few rounds."""
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 3, 120)
    images = (labels * 60 + 40)[:, None, None, None] + rng.integers(-noise, noise + 1, (120, 1, 8, 8))
    return data.arrays(images.astype(np.uint8), labels, ["a", "b", "c"], name="easy")


UNTIL = replace(RECIPE, epochs=1.0, least_steps=1, lr=0.003, filter_lr=0.003)


def test_training_ends_with_the_round_that_reaches_the_accuracy_also_after_a_stop(tmp_path: Path) -> None:
    common: Line = {"arch": PLAN, "recipe": UNTIL, "budget": "95%", "val": 30, "threads": 1}
    whole = train(easy(), out=tmp_path / "whole", **common)
    settings, log = json.loads((whole.run / "run.json").read_text()), read_log(whole.run)
    at_rounds = {
        x["step"]: x["validation"]["accuracy"] for x in log if x["kind"] == "epoch" and x["step"] in settings["rounds"]
    }
    assert log[-1]["step"] in settings["rounds"]
    assert settings["rounds"][0] < log[-1]["step"] < settings["steps"]  # else this shows nothing
    assert [step for step, accuracy in at_rounds.items() if accuracy >= 0.95] == [log[-1]["step"]]
    assert whole.epochs == log[-1]["step"] / RECIPE.batches(90)
    assert whole.load().facts["training"]["steps"] == log[-1]["step"]
    count = iter(range(1, 1000))
    with pytest.raises(Interrupted):
        train(easy(), out=tmp_path / "r", stop=lambda: next(count) == log[-1]["step"] - 1, **common)
    train(easy(), resume=tmp_path / "r")
    assert outcome(tmp_path / "r") == outcome(whole.run)
    (whole.run / "model.onnx").rename(tmp_path / "kept")  # as if killed before it was written
    train(easy(), resume=whole.run)
    assert (whole.run / "model.onnx").exists()
    assert read_log(whole.run)[-1]["step"] == log[-1]["step"]


def test_it_says_so_when_the_accuracy_is_not_reached(tmp_path: Path) -> None:
    lines: list[Line] = []
    recipe = replace(UNTIL, lr=1e-9, filter_lr=1e-9)
    result = train(
        easy(), arch=PLAN, recipe=recipe, budget="99%", val=30, threads=1, out=tmp_path / "r", progress=lines.append
    )
    assert result.validation is not None
    (note,) = (x["text"] for x in lines if x["kind"] == "note")
    assert note.startswith(
        f"99 % was asked for and not reached: {100 * result.validation.accuracy:.2f} % on the pictures held out"
    )
    assert lines[-1]["step"] == json.loads((tmp_path / "r" / "run.json").read_text())["steps"]


@pytest.mark.slow
def test_a_whole_training_keeps_to_its_time(tmp_path: Path) -> None:
    begin = time.monotonic()
    result = train(pictures(), arch=PLAN, recipe=RECIPE, budget="4s", threads=1, out=tmp_path / "r")
    settings = json.loads((tmp_path / "r" / "run.json").read_text())
    assert settings["budget"] == "4s"
    assert settings["steps"] > RECIPE.steps(70)  # far more fits in than the recipe asks for
    assert read_log(result.run)[-1]["step"] == settings["steps"]
    assert time.monotonic() - begin > 0.5
