"""Trainings that begin with another network: its new head alone, or everything; resumed, repeated, refused."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from sklearn.linear_model import LogisticRegression

from convscope import data, modelfile
from convscope.data.run_data import load_run_data
from convscope.errors import InputError, Interrupted, UsageError
from convscope.formula import parse, trace
from convscope.nn import build, load_weights
from convscope.pictures.input_spec import InputSpec
from convscope.runs.log import read_log
from convscope.runs.records import EpochLine, StepLine
from convscope.runs.run_json import read_run_json
from convscope.runs.snapshots import read_snapshots
from convscope.training.events import NoteLine
from convscope.training.options import TrainOptions
from convscope.training.session import Result, train
from convscope.training.settings import RunSettings
from convscope.training.start_recipes import AFTER_HEAD, TUNED
from convscope.transfer.head import Rotated
from tests.training.tiny import outcome

pytestmark = pytest.mark.medium

START = "conv(5, 3, bias=False) + bn + relu + maxpool(2) + conv(8, 3, bias=False) + bn + relu + gap + fc"


def start(folder: Path, channels: int = 1, half: bool = False, classes: str = "xyz", plan: str = START) -> Path:
    """Write a network with random weights and return its model file."""
    spec = InputSpec((channels, 14, 12), (90.0,) * channels, (70.0,) * channels)
    network = trace(parse(plan), spec.shape, len(classes))
    weights = build(network, spec, 3).weights()
    if half:
        weights = {name: array.astype(np.float16).astype(np.float32) for name, array in weights.items()}
    path = folder / "start.onnx"
    facts = {"pretrained": {"name": "start", "licence": "CC0"}}
    modelfile.write(path, network, spec, weights, classes, facts, half=tuple(weights) if half else ())
    return path


def stripes(n: int = 120, classes: tuple[str, ...] = ("x", "y", "z")) -> data.Dataset:
    """Grey pictures of stripes along rows, along columns, or both, and noise."""
    rng = np.random.default_rng(0)
    labels = rng.integers(0, len(classes), n)
    rows, columns = np.indices((14, 12))
    patterns = np.stack([rows % 2, columns % 2, (rows + columns) % 2, rows // 3 % 2]) * 90
    images = (patterns[labels][:, None] + rng.integers(0, 160, (n, 1, 14, 12))).astype(np.uint8)
    half = 2 * n // 3
    return data.arrays(images[:half], labels[:half], classes, test=(images[half:], labels[half:]), name="stripes")


def go(out: Path, given: data.Dataset, **more: Any) -> Result:
    return train(given, out=out, threads=1, val=15, **more)


def settings_of(run: Path) -> RunSettings:
    return RunSettings.from_json(read_run_json(run), run)


def test_a_head_is_scikit_learns_on_the_features_that_torch_computes(tmp_path: Path) -> None:
    given, path = stripes(), start(tmp_path, half=True)
    result = go(tmp_path / "run", given, from_=path, tune="head")
    model, file, settings = modelfile.read(result.model), modelfile.read(path), settings_of(result.run)
    assert settings.start is not None
    assert (settings.start.tune, settings.start.digest) == ("head", file.digest)
    frozen = [name for name in model.weights if not name.startswith("fc")]
    assert "conv1.weight" in frozen
    for name in frozen:  # as it was, and as small
        np.testing.assert_array_equal(model.weights[name], file.weights[name])
        assert name in model.half
    net = load_weights(build(model.network, model.spec), model.weights).eval()
    assert model.facts["pretrained"] == {"name": "start", "licence": "CC0"}  # whose weights they are stays with them
    held = load_run_data(result.run, given).held_out
    assert held is not None
    trained = np.setdiff1d(np.arange(len(given.train)), held)
    with torch.inference_mode():
        features = net.outputs(torch.from_numpy(given.train.images[trained]))[-2].flatten(1).numpy()
    turned = Rotated.of(features)
    standard = (features - turned.mean) / turned.scale
    theirs = LogisticRegression(C=settings.start.strength, tol=1e-10, max_iter=10_000)
    theirs.fit(standard, given.train.labels[trained])
    ours = features @ model.weights["fc1.weight"].T + model.weights["fc1.bias"]
    np.testing.assert_allclose(ours, theirs.decision_function(standard), atol=1e-2)
    assert result.test is not None
    assert result.test.accuracy > 0.6


def test_a_head_has_one_step_in_its_log_and_one_snapshot(tmp_path: Path) -> None:
    result = go(tmp_path / "run", stripes(), from_=start(tmp_path), tune="head")
    step, epoch, *_ = read_log(result.run)
    assert isinstance(step, StepLine)
    assert isinstance(epoch, EpochLine)
    assert (step.step, step.epoch, epoch.step) == (1, 1.0, 1)
    assert epoch.validation is not None
    assert [one.facts.step for one in read_snapshots(result.run / "snapshots")] == [1]
    assert result.calibration is None or result.calibration.temperature > 0


@pytest.mark.parametrize("tune", ["head", "all"])
def test_the_same_bits_twice_and_after_a_stop(tmp_path: Path, tune: str) -> None:
    given, path = stripes(), start(tmp_path)
    more: dict[str, Any] = {"from_": path, "tune": tune, **({"epochs": 2, "batch_size": 20} if tune == "all" else {})}
    go(tmp_path / "one", given, **more)
    with pytest.raises(Interrupted):
        go(tmp_path / "two", given, stop=lambda: True, **more)
    train(given, resume=tmp_path / "two", threads=1)
    assert outcome(tmp_path / "one") == outcome(tmp_path / "two")


def test_ones_own_network_goes_on_where_it_was(tmp_path: Path) -> None:
    given, path = stripes(), start(tmp_path)
    result = go(tmp_path / "run", given, from_=path, epochs=1, lr=1e-12)
    assert settings_of(result.run).formula == START
    for name, array in modelfile.read(path).weights.items():
        if "running" not in name:
            np.testing.assert_allclose(modelfile.read(result.model).weights[name], array, atol=1e-6)


def test_of_fewer_classes_their_rows_stay(tmp_path: Path) -> None:
    given = stripes(classes=("x", "z"))
    path = start(tmp_path)
    result = go(tmp_path / "run", given, from_=path, epochs=1, lr=1e-12)
    new, old = modelfile.read(result.model).weights["fc1.weight"], modelfile.read(path).weights["fc1.weight"]
    np.testing.assert_allclose(new, old[[0, 2]], atol=1e-6)


def test_where_there_are_no_maps_a_new_class_begins_with_the_mean_of_all(tmp_path: Path) -> None:
    given = stripes(classes=("w", "x", "y", "z"))
    path = start(tmp_path, plan="fc")
    result = go(tmp_path / "run", given, from_=path, epochs=1, lr=1e-12)
    new, old = modelfile.read(result.model).weights["fc1.weight"], modelfile.read(path).weights["fc1.weight"]
    np.testing.assert_allclose(new[1:], old, atol=1e-6)
    np.testing.assert_allclose(new[0], old.mean(0), atol=1e-6)


def test_a_new_class_gets_a_new_head_that_is_fitted_first_and_said(tmp_path: Path) -> None:
    given, path, events = stripes(classes=("w", "x", "y", "z")), start(tmp_path), []
    head = go(tmp_path / "head", given, from_=path, tune="head")
    result = go(tmp_path / "run", given, from_=path, epochs=1, lr=1e-12, progress=events.append)
    settings = settings_of(result.run)
    assert settings.start is not None
    assert settings.start.taps == settings_of(head.run).start.taps  # type: ignore[union-attr]
    new, fitted = (modelfile.read(one.model).weights["fc1.weight"] for one in (result, head))
    np.testing.assert_allclose(new, fitted, atol=1e-6)
    (said,) = [event.message for event in events if isinstance(event, NoteLine) and event.message.key == "note.tune"]
    assert head.validation is not None
    assert said.words == {"accuracy": f"{100 * head.validation.accuracy:.2f}", "n": "15"}


def test_a_network_with_a_new_head_is_moved_in_smaller_steps_than_one_that_goes_on(tmp_path: Path) -> None:
    path, rates = start(tmp_path), []
    for number, classes in enumerate((("x", "y", "z"), ("w", "x", "y", "z"))):
        result = go(tmp_path / str(number), stripes(classes=classes), from_=path, epochs=1)
        rates.append(settings_of(result.run).recipe.lr)
    assert rates == [TUNED.lr, AFTER_HEAD.lr]
    assert AFTER_HEAD.lr < TUNED.lr
    assert AFTER_HEAD.label_smoothing == 0  # a head at its optimum is surer than soft targets are
    asked = TrainOptions("x", from_=path, lr=0.3)
    assert asked.chosen_recipe(True).lr == asked.chosen_recipe().lr == 0.3


def test_where_classes_count_the_same_it_is_said_and_decided_by_balanced_accuracy(tmp_path: Path) -> None:
    given, events = stripes(140, classes=("w", "x", "y", "z")), []
    more: dict[str, Any] = {"from_": start(tmp_path), "balance": "weights", "progress": events.append}
    head = go(tmp_path / "head", given, tune="head", **more)
    tuned = go(tmp_path / "run", given, epochs=2, lr=0.03, batch_size=20, **more)
    (said,) = [one.message for one in events if isinstance(one, NoteLine) and one.message.key == "note.tune.balanced"]
    (kept,) = [note for note in tuned.notes if note.key == "note.tune.head.balanced"]
    assert head.validation is not None
    assert said.words["accuracy"] == kept.words["head"] == f"{100 * head.validation.balanced_accuracy:.2f}"
    assert kept.words["head"] != f"{100 * head.validation.accuracy:.2f}"


def test_after_a_new_head_batchnorm_keeps_the_statistics_that_the_network_has(tmp_path: Path) -> None:
    path, moved = start(tmp_path), []
    for number, classes in enumerate((("x", "y", "z"), ("w", "x", "y", "z"))):
        result = go(tmp_path / str(number), stripes(classes=classes), from_=path, epochs=2, batch_size=20, lr=1e-4)
        new, old = modelfile.read(result.model).weights, modelfile.read(path).weights
        moved.append([not np.array_equal(new[name], old[name]) for name in old if "running" in name and name in new])
        assert "note.tune.head" not in [note.key for note in result.notes]
    assert (len(moved[0]), len(moved[1])) == (4, 2)  # the new head reads the maps before the second
    assert all(moved[0])  # one that goes on follows its pictures, epoch after epoch
    assert not any(moved[1])


def test_the_new_head_alone_is_kept_where_training_everything_harms(tmp_path: Path) -> None:
    given, path = stripes(classes=("w", "x", "y", "z")), start(tmp_path)
    head = go(tmp_path / "head", given, from_=path, tune="head")
    more: dict[str, Any] = {"from_": path, "epochs": 2, "lr": 0.03, "batch_size": 20}
    harmed = go(tmp_path / "run", given, **more)
    assert "note.tune.head" in [note.key for note in harmed.notes]
    ours, theirs = modelfile.read(harmed.model), modelfile.read(head.model)
    assert ours.formula == theirs.formula
    for name, array in theirs.weights.items():
        np.testing.assert_array_equal(ours.weights[name], array)
    assert harmed.validation is not None
    assert head.validation is not None
    assert harmed.validation.accuracy == head.validation.accuracy
    with pytest.raises(Interrupted):
        go(tmp_path / "again", given, stop=lambda: True, **more)
    train(given, resume=tmp_path / "again", threads=1)
    assert outcome(tmp_path / "again") == outcome(tmp_path / "run")


def test_grey_pictures_before_a_network_in_colour_stay_grey(tmp_path: Path) -> None:
    result = go(tmp_path / "run", stripes(), from_=start(tmp_path, channels=3), tune="head")
    model = modelfile.read(result.model)
    assert model.spec.shape == (1, 14, 12)
    assert model.weights["conv1.weight"].shape == (5, 1, 3, 3)


def test_a_run_whose_start_is_another_now_is_not_resumed(tmp_path: Path) -> None:
    given, path = stripes(), start(tmp_path)
    with pytest.raises(Interrupted):
        go(tmp_path / "run", given, from_=path, epochs=3, stop=lambda: True)
    start(tmp_path, classes="xyw")
    with pytest.raises(InputError, match=r"start\.onnx: the network that the run began with is another now"):
        train(given, resume=tmp_path / "run", threads=1)


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"tune": "head"}, "what is trained of a network"),
        ({"from_": "lite0", "arch": "fc"}, "has a plan of its own"),
        ({"from_": "lite0", "tune": "head", "epochs": 3}, "it has no length"),
        ({"from_": "lite0", "tune": "some"}, "unknown tune"),
        ({"balance": "some"}, "unknown balance"),
    ],
)
def test_what_does_not_go_together_is_refused(more: dict[str, Any], says: str) -> None:
    with pytest.raises(UsageError, match=says):
        TrainOptions("mnist", **more)


def test_words_say_from_as_the_command_does() -> None:
    assert TrainOptions("x", from_="lite0", tune="all").words() == ["--from=lite0", "--tune=all", "--", "x"]


def test_the_settings_are_read_back(tmp_path: Path) -> None:
    result = go(tmp_path / "run", stripes(), from_=start(tmp_path), tune="head")
    settings = settings_of(result.run)
    assert RunSettings.from_json(settings.to_json(), result.run) == settings
    assert replace(settings, start=None) != settings
