"""What a training begins with where nobody says: tried, compared on the pictures held out, and said."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from convscope import data, modelfile
from convscope.checking import find_copies
from convscope.errors import UsageError
from convscope.modelfile import ModelFile
from convscope.training import decision
from convscope.training.beginning import Beginning
from convscope.training.context import RunContext
from convscope.training.events import Event, NoteLine
from convscope.training.options import TrainOptions
from convscope.training.resolve import resolve_settings
from convscope.training.session import train
from convscope.training.state import State
from convscope.training.trial import Trial
from convscope.training.workers import SingleWorker
from tests.training.test_tuning import settings_of, start


def patterns(noise: int, n: int = 90, side: int = 40) -> data.Dataset:
    """Stripes along rows, along columns, or both, in noise."""
    rng = np.random.default_rng(0)
    labels = np.arange(n) % 3
    rows, columns = np.indices((side, side))
    shapes = np.stack([rows % 4, columns % 4, (rows + columns) % 4]) * 30
    images = (shapes[labels][:, None] + rng.integers(0, noise, (n, 1, side, side))).clip(0, 255).astype(np.uint8)
    return data.arrays(images, labels, ["x", "y", "z"], name="patterns")


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small network with random weights, which is tried in lite0's place."""
    path = start(tmp_path)
    monkeypatch.setattr(decision, "PRETRAINED", str(path))
    return path


def decided(given: data.Dataset, **more: Any) -> tuple[Beginning, list[Event]]:
    events: list[Event] = []
    options = TrainOptions(given, threads=1, **more)
    return decision.decide(options, given, RunContext(on_event=events.append)), events


@pytest.mark.medium
def test_what_is_good_enough_is_taken_without_trying_more(small: Path) -> None:
    found, events = decided(patterns(60))
    assert found.start is not None
    assert (found.start.name, found.start.tune) == (str(small), "head")
    notes = [event.message.key for event in events if isinstance(event, NoteLine)]
    assert notes == ["start.trying"]  # the budget, before anything is tried
    assert [line.key for line in found.said] == ["start.head"]
    assert float(str(found.said[0].words["accuracy"])) >= 99


@pytest.mark.slow
@pytest.mark.parametrize("noise", [250])
def test_the_better_on_pictures_held_out_is_taken_and_both_figures_are_said(small: Path, noise: int) -> None:
    found, _ = decided(patterns(noise))
    said = found.said[-1]
    head, scratch = (float(str(said.words[name])) for name in ("head", "scratch"))
    assert said.key == ("start.features" if head >= scratch else "start.scratch")
    assert (found.start is not None) == (head >= scratch)


@pytest.mark.slow
def test_what_is_quicker_from_scratch_is_tried_so_first(
    small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = patterns(60, side=9)
    found, events = decided(given)
    notes = [event.message.key for event in events if isinstance(event, NoteLine)]
    assert notes == ["start.trying.scratch"]
    assert found.start is None
    assert [line.key for line in found.said] == ["start.scratch.enough"]
    assert found.trial is not None  # and the run is that training, not another
    steps: list[int] = []
    monkeypatch.setattr(State, "advance", lambda *_: steps.append(1))
    monkeypatch.setattr("convscope.training.planning.GLANCE", 0.0)
    monkeypatch.setattr("convscope.training.execution.decide", lambda *_: found)
    result = train(given, out=tmp_path / "run", threads=1)
    assert (steps, result.validation is not None) == ([], True)


@pytest.mark.parametrize(
    ("wrong", "n", "balance", "enough"),
    [
        (2, 144, "none", True),  # Wilson's interval of 142 of 144 ends at 99.6 %
        (2, 60, "none", True),  # 99.1 %
        (3, 60, "none", False),  # 98.3 %
        (7, 299, "none", False),  # 98.9 %
        (2, 144, "weights", False),
        (1, 144, "weights", True),
    ],
)
def test_few_pictures_held_out_do_not_tell_an_accuracy_from_99_percent(
    wrong: int, n: int, balance: str, enough: bool
) -> None:
    settings = resolve_settings(TrainOptions(patterns(60), threads=1), patterns(60), SingleWorker())
    trial = Trial(replace(settings, balance=balance), find_copies(patterns(60)), np.zeros((n, 3), np.float32), ())
    assert decision._is_enough(1 - wrong / n, trial) == enough


def test_a_head_is_compared_by_a_fit_without_the_pictures_held_out(small: Path) -> None:
    """Labels that mean nothing: a head that had seen them would know them by heart."""
    given = patterns(250, n=60)
    labels = np.random.default_rng(1).integers(0, 3, 60)
    given = data.arrays(given.train.images, labels, ["x", "y", "z"], test=(given.train.images[:9], labels[:9]))
    options, file = TrainOptions(given, threads=1), modelfile.read(small)
    found = decision._best_size(options, file, str(small), "head", given, np.arange(60), RunContext())
    found = replace(found, start=replace(found.start, taps=tuple(found.tapped.columns), strength=1e6))
    settings = resolve_settings(options, given, SingleWorker())
    assert (len(found.train), settings.data.validation) == (60, 10)
    accuracy = decision._head_accuracy(found, settings, RunContext())
    assert accuracy is not None
    assert accuracy < 0.8
    seen = replace(settings, data=replace(settings.data, validation=0, held_out=None))
    assert decision._head_accuracy(found, seen, RunContext()) is None


@pytest.mark.parametrize("more", [{"recipe": "fast"}, {"arch": "fc"}, {"epochs": 1}, {"budget": "5s"}, {"size": 40}])
def test_who_says_how_to_train_gets_that(small: Path, more: dict[str, Any]) -> None:
    found, events = decided(patterns(60), **more)
    assert (found.start, found.said, events) == (None, (), [])


def test_what_would_take_long_is_not_tried(small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decision, "MOST_TRIED", 89)
    assert decided(patterns(60))[0].start is None


def test_a_class_of_one_picture_is_not_tried(small: Path) -> None:
    given = patterns(60, n=31)
    labels = np.array([0] * 15 + [1] * 15 + [2])
    assert decided(data.arrays(given.train.images, labels, ["x", "y", "z"]))[0].start is None


def test_several_processes_do_not_begin_with_another_network(small: Path) -> None:
    class Two:
        rank, size, launch = 0, 2, None

    context = RunContext(workers=Two())  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="runs in one process, got 2"):
        decision.decide(TrainOptions(patterns(60), from_=small), patterns(60), context, modelfile.read(small))
    assert decision.decide(TrainOptions(patterns(60)), patterns(60), context).start is None


@pytest.mark.medium
def test_the_run_is_what_was_decided_and_the_network_is_read_once(
    small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read, opened = modelfile.read, []

    def counted(path: Path) -> ModelFile:
        opened.append(str(path))
        return read(path)

    monkeypatch.setattr(modelfile, "read", counted)
    result = train(patterns(60), out=tmp_path / "run", threads=1)
    assert opened.count(str(small)) == 1
    train(patterns(60), from_=small, out=tmp_path / "asked", threads=1)
    assert opened.count(str(small)) == 2
    settings = settings_of(result.run)
    assert settings.start is not None
    assert settings.recipe.name == "head"
    assert "start.head" in [line.key for line in settings.understood]
    assert result.validation is not None
    assert result.validation.accuracy > 0.9
