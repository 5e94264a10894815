"""What is planned for a budget, what is measured for it, and when training until an accuracy ends."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from convscope import checking, data
from convscope.checking import Report
from convscope.data.run_data import held_out_rows
from convscope.errors import InputError, Interrupted
from convscope.formula import parse, trace
from convscope.runs.log import read_log
from convscope.runs.records import EpochLine
from convscope.runs.run_json import read_run_json
from convscope.training import measured, planning
from convscope.training.context import RunContext
from convscope.training.events import Event, NoteLine
from convscope.training.measured import Measured
from convscope.training.options import TrainOptions
from convscope.training.planning import copies_of, lasting, plan_settings, seconds_per_step
from convscope.training.resolve import resolve_settings
from convscope.training.schedule import Schedule
from convscope.training.session import train
from convscope.training.settings import RunSettings
from convscope.training.snapshots import MOST, snapshot_steps
from convscope.training.state import State
from convscope.training.workers import SingleWorker
from tests.training.tiny import PLAN, RECIPE, outcome, pictures

HERE: dict[str, Any] = {"device": "cpu", "threads": 1}


def small(**more: Any) -> TrainOptions:
    """Options for `pictures()` and a small network."""
    return TrainOptions(**({"arch": PLAN, "recipe": RECIPE, "val": 6} | HERE | more))


def resolved() -> RunSettings:
    return resolve_settings(small(), pictures(), SingleWorker())


def plan(options: TrainOptions, dataset: data.Dataset) -> tuple[RunSettings, list[str]]:
    """Return the settings and what was said."""
    said: list[Event] = []
    settings, _ = plan_settings(options, dataset, RunContext(on_event=said.append))
    return settings, [line.text for line in said if isinstance(line, NoteLine)]


class Clock:
    """Time that passes by training alone: `pace` seconds a step, and some more for the first ones, as kernels cost."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, pace: float) -> None:
        self.now, self.pace, self.start = 0.0, pace, 0.5
        monkeypatch.setattr("convscope.training.loop.fit", self.fit)
        monkeypatch.setattr("convscope.training.planning.time.monotonic", lambda: self.now)

    def fit(self, state: State, images: Any, labels: Any, schedule: Schedule, *, seed: int, rows: Any) -> None:
        self.now += self.pace * (schedule.steps - state.step) + self.start
        self.start, state.step = 0.0, schedule.steps


@pytest.mark.parametrize("pace", [2e-5, 0.01, 0.2])
def test_a_steps_seconds_are_measured_after_the_first_ones(monkeypatch: pytest.MonkeyPatch, pace: float) -> None:
    clock = Clock(monkeypatch, pace)
    assert seconds_per_step(resolved(), pictures(), least=0.3) == pytest.approx(pace, rel=1e-6)
    steps = round((clock.now - 0.5) / pace) - 3
    assert steps == max(3, min(2000, round(0.3 / pace)))


def test_measuring_touches_no_random_state() -> None:
    settings, before = resolved(), torch.random.get_rng_state()
    assert seconds_per_step(settings, pictures(), least=0.01) > 0
    assert torch.equal(torch.random.get_rng_state(), before)


@pytest.mark.parametrize(("text", "seconds", "pace"), [("10s", 10.0, 0.02), ("4s", 4.0, 0.001), ("2m", 120.0, 0.5)])
def test_a_time_is_filled_with_what_measuring_left_of_it(
    monkeypatch: pytest.MonkeyPatch, text: str, seconds: float, pace: float
) -> None:
    clock = Clock(monkeypatch, pace)
    got, notes = plan(small(budget=text), pictures())
    left = seconds - clock.now
    assert got.steps == int(planning.MARGIN * left / pace)
    assert 0.7 * seconds < clock.now + got.steps * pace <= seconds
    assert got.rounds == (got.steps,)
    assert got.epochs == got.steps / RECIPE.batches(64)
    assert got.budget == text
    assert got.recipe.steps(64) == got.steps
    assert notes == [f"measured {16 / pace:,.0f} pictures/s: {got.epochs:.3g} epochs fit into {text}"]


LINES = (
    Measured("quick", "fast", "fast", 1.0, 104_938, 0.99, 5, 6.0),
    Measured("middle", "fast", "general", 2.0, 1, 0.993, 5, 20.0),
    Measured("long", "fast", "general", 6.0, 1, 0.996, 5, 90.0),
)


@pytest.fixture
def table(monkeypatch: pytest.MonkeyPatch) -> None:
    """Other lines, measured on `digits()`."""
    for module in (measured, planning):
        monkeypatch.setattr(module, "MEASURED", LINES)
    monkeypatch.setattr(planning, "MNIST_FINGERPRINT", digits().fingerprint)


def digits() -> data.Dataset:
    images = np.zeros((400, 28, 28), np.uint8)
    images[:, 8:20, 8:20] = np.random.default_rng(0).integers(100, 256, (400, 12, 12))
    return data.arrays(images, np.arange(400) % 2, ["a", "b"], name="mnist")  # no more than its name


@pytest.mark.parametrize(
    ("slower", "text", "name"),
    [(1.0, "30s", "general"), (2.0, "30s", "fast"), (0.1, "3s", "general"), (1.0, "5s", "fast")],
)
@pytest.mark.medium
def test_for_a_time_the_most_accurate_that_fits_here_is_chosen(
    monkeypatch: pytest.MonkeyPatch, table: None, slower: float, text: str, name: str
) -> None:
    pace = slower * 6.0 / (60_000 / 128)
    monkeypatch.setattr(planning, "seconds_per_step", lambda settings, dataset, least: pace)
    got, _ = plan(TrainOptions(budget=text, val=6, **HERE), digits())
    assert got.plan == name
    assert 0 < got.steps <= planning.MARGIN * float(text[:-1]) / pace  # less what choosing took


@pytest.mark.medium
def test_for_an_accuracy_the_quickest_known_is_chosen_on_mnist(table: None) -> None:
    for text, name, epochs in (("98%", "fast", 1.0), ("99.1%", "general", 2.0), ("99.6%", "general", 6.0)):
        got, _ = plan(TrainOptions(budget=text, val=6, **HERE), digits())
        assert (got.plan, got.recipe.epochs, got.target) == (name, epochs, None)
    got, notes = plan(TrainOptions(budget="99.9%", **HERE), digits())
    assert got.target == 0.999
    assert notes == ["no measured recipe reaches 99.9% on MNIST: training until the held-out pictures reach it"]


@pytest.mark.medium
def test_what_is_known_of_mnist_is_known_by_its_pixels_and_not_by_its_name() -> None:
    got, notes = plan(TrainOptions(budget="98%", **HERE), digits())
    assert (got.target, notes) == (0.98, [])


@pytest.mark.medium
def test_what_else_was_asked_holds_for_the_chosen_recipe(table: None) -> None:
    got, _ = plan(TrainOptions(budget="99.1%", val=6, batch_size=32, lr=0.02, **HERE), digits())
    assert (got.recipe.batch_size, got.recipe.lr, got.recipe.epochs) == (32, 0.02, 2.0)


def test_each_round_is_twice_the_last() -> None:
    got, _ = plan(small(budget="90%", val=None), pictures())
    lengths = np.diff([0, *got.rounds]).tolist()
    assert lengths == [lengths[0] * 2**k for k in range(planning.ROUNDS)]
    assert lengths[0] == resolve_settings(small(val=11), pictures(), SingleWorker()).steps
    assert got.data.validation == 70 // 6
    shown = snapshot_steps(*got.rounds)
    assert len(shown) <= MOST
    assert shown >= {0, *got.rounds}
    assert lasting(resolved(), 77).rounds == (77,)


def easy(noise: int = 20) -> data.Dataset:
    """Pictures told apart by their brightness, of which the training needs a few rounds."""
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 3, 120)
    images = (labels * 60 + 40)[:, None, None, None] + rng.integers(-noise, noise + 1, (120, 1, 8, 8))
    return data.arrays(images.astype(np.uint8), labels, ["a", "b", "c"], name="easy")


UNTIL = replace(RECIPE, epochs=1.0, least_steps=1, lr=0.003, filter_lr=0.003)


@pytest.mark.medium
def test_training_ends_with_the_round_that_reaches_the_accuracy_also_after_a_stop(tmp_path: Path) -> None:
    common: dict[str, Any] = {"arch": PLAN, "recipe": UNTIL, "budget": "95%", "val": 30, "threads": 1}
    whole = train(easy(), out=tmp_path / "whole", **common)
    settings, log = RunSettings.from_json(read_run_json(whole.run), whole.run), read_log(whole.run)
    ends = [line for line in log if isinstance(line, EpochLine) and line.step in settings.rounds]
    last = log[-1].step
    assert last in settings.rounds
    assert settings.rounds[0] < last < settings.steps  # else this shows nothing
    assert [line.step for line in ends if line.validation and line.validation.accuracy >= 0.95] == [last]
    assert whole.epochs == last / RECIPE.batches(90)
    assert whole.load().facts["training"]["steps"] == last
    count = iter(range(1, 1000))
    with pytest.raises(Interrupted):
        train(easy(), out=tmp_path / "r", stop=lambda: next(count) == last - 1, **common)
    train(easy(), resume=tmp_path / "r")
    assert outcome(tmp_path / "r") == outcome(whole.run)
    (whole.run / "model.onnx").rename(tmp_path / "kept")  # as if killed before it was written
    train(easy(), resume=whole.run)
    assert (whole.run / "model.onnx").exists()
    assert read_log(whole.run)[-1].step == last


@pytest.mark.medium
def test_it_says_so_when_the_accuracy_is_not_reached(tmp_path: Path) -> None:
    lines: list[Event] = []
    recipe = replace(UNTIL, lr=1e-9, filter_lr=1e-9)
    result = train(
        easy(), arch=PLAN, recipe=recipe, budget="99%", val=30, threads=1, out=tmp_path / "r", progress=lines.append
    )
    assert result.validation is not None
    (line,) = (line for line in lines if isinstance(line, NoteLine))
    assert line.message.key == "note.target"
    assert line.text.startswith(
        f"99 % was asked for and not reached: {100 * result.validation.accuracy:.2f} % on the pictures held out"
    )
    assert read_log(tmp_path / "r")[-1].step == read_run_json(tmp_path / "r")["steps"]


@pytest.mark.slow
def test_a_whole_training_takes_the_steps_that_were_planned(tmp_path: Path) -> None:
    result = train(pictures(), arch=PLAN, recipe=RECIPE, budget="2s", threads=1, out=tmp_path / "r")
    settings = read_run_json(tmp_path / "r")
    assert settings["budget"] == "2s"
    assert settings["steps"] > RECIPE.steps(70)  # far more fits in than the recipe asks for
    assert read_log(result.run)[-1].step == settings["steps"]


def faulty() -> data.Dataset:
    """Sixty pictures of noise under two names, each there twice."""
    images = np.random.default_rng(0).integers(0, 256, (60, 1, 8, 8), dtype=np.uint8)
    images[30:] = images[:30]
    return data.arrays(images, np.arange(60) % 2, ["a", "b"], name="twice")


def test_no_copy_is_held_out_alone_and_a_run_says_how_copies_were_looked_for() -> None:
    dataset = faulty()
    settings, copies = plan_settings(small(val=10), dataset, RunContext())
    held_out = held_out_rows(dataset, settings.data.validation, settings.data.held_out)
    assert held_out is not None
    assert sorted(held_out[held_out < 30] + 30) == held_out[held_out >= 30].tolist()
    assert settings.copies == "near"
    assert np.array_equal(copies_of(dataset, settings).groups, copies.groups)


def test_a_check_that_takes_long_is_put_off_unless_training_takes_longer(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def check(dataset: data.Dataset, seconds: float) -> Report:
        asked.append(seconds)
        return checking.check(dataset, seconds=0.0 if len(asked) == 1 else None)

    monkeypatch.setattr(planning, "check", check)
    for macs, pace, found, times in ((1e15, 2.0, "exact", 1), (1e3, 1e-4, "near", 2)):  # what is measured plays no part
        asked.clear()
        monkeypatch.setattr(planning, "USUAL_MACS", macs)
        monkeypatch.setattr(planning, "seconds_per_step", lambda settings, dataset, least, pace=pace: pace)
        settings, _ = plan_settings(small(), faulty(), RunContext())
        assert (settings.copies, len(asked)) == (found, times)
        assert any(line.key.startswith("check.late") for line in settings.understood) == (times == 1)
    network = trace(parse(settings.formula), faulty().shape, 2)
    assert asked[1] == planning.CHECK_SHARE * planning.usual_seconds(settings, network)
    shown = settings.recipe.batch_size * settings.steps  # pictures
    assert planning.usual_seconds(settings, network) == 3 * network.macs * shown / 1e3


def test_strict_stops_before_anything_is_trained() -> None:
    with pytest.raises(InputError, match=r"twice: the check found a fault, got .*\ntry: convscope check"):
        plan_settings(small(strict=True), faulty(), RunContext())
