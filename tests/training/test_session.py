"""From data to model file: what a session writes, and what it refuses."""

from __future__ import annotations

import json
import math
import signal
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from convscope import modelfile
from convscope.data.run_data import load_run_data
from convscope.errors import FormulaError, InputError, PlanError, UsageError
from convscope.evaluation import evaluate
from convscope.runs.log import read_log
from convscope.runs.manifest import read_manifest
from convscope.runs.records import EpochLine, ResultLine
from convscope.runs.snapshots import read_snapshots
from convscope.training.events import BeginLine, Event
from convscope.training.options import DEVICES, TrainOptions
from convscope.training.recipes import RECIPES, Augmentation, Recipe
from convscope.training.session import train, train_with
from convscope.training.snapshots import snapshot_steps
from tests.data.folders import noise
from tests.training.tiny import PLAN, RECIPE, outcome, pictures, stripes, trained, untimed


@pytest.mark.medium
def test_a_run_holds_what_it_should_and_its_model_is_as_good_as_it_says(tmp_path: Path) -> None:
    lines: list[Event] = []
    result = train(
        stripes(),
        arch="conv(6, 3, bias=False) + bn + relu + gap + fc",
        epochs=12,
        batch_size=20,
        val=0,
        out=tmp_path / "r",
        progress=lines.append,
    )
    assert result.test is not None
    assert result.test.accuracy > 0.95
    assert sorted(p.name for p in result.run.iterdir()) == [
        "checkpoints",
        "lock",
        "log.jsonl",
        "model.onnx",
        "report.html",
        "run.json",
        "snapshots",
    ]
    settings = json.loads((result.run / "run.json").read_text())
    assert settings["formula"] == "conv(6, 3, bias=False) + bn + relu + gap + fc"
    assert settings["data"]["fingerprint"] == stripes().fingerprint
    assert (settings["steps"], settings["epochs"], settings["seed"]) == (60, 12.0, 0)
    assert Recipe.from_json(settings["recipe"]) == replace(
        RECIPES["fast"].changed(epochs=12, batch_size=20),
        precision=settings["recipe"]["precision"],
        augmentation=Augmentation(
            shift=1, flip=settings["recipe"]["augmentation"]["flip"]
        ),  # 2 pixels of 28 are 1 of 10
    )
    begin, *log = lines
    assert isinstance(begin, BeginLine)
    assert (begin.step, begin.parameters) == (0, result.parameters)
    assert begin.to_json() == {"kind": "begin", "run": str(result.run), "step": 0, "parameters": result.parameters} | {
        name: value for name, value in settings.items() if name not in ("format", "digest")
    }
    assert log == read_log(result.run)
    assert [line.step for line in log if isinstance(line, EpochLine)] == list(range(5, 61, 5))
    last = log[-1]
    assert isinstance(last, ResultLine)
    assert last.test is not None
    assert (last.test.accuracy, last.test.loss) == (result.test.accuracy, result.test.loss)
    assert (last.test.n, last.test.interval) == (100, result.test.interval)
    snapshots = [snapshot.facts for snapshot in read_snapshots(result.run / "snapshots")]
    assert [facts.step for facts in snapshots] == sorted(snapshot_steps(60))
    assert {facts.pictures for facts in snapshots} == {"training"}
    again = evaluate(result.model, stripes())
    assert again.accuracy == result.test.accuracy
    assert again.loss == pytest.approx(result.test.loss, rel=1e-4)
    assert result.load().classes == ("rows", "columns", "both")
    facts = modelfile.read(result.model).facts
    assert facts["test"] == last.test.to_json()
    assert facts["training"]["data"]["set"] == "stripes"  # type: ignore[index]
    assert facts["calibration"] == "probabilities are not calibrated: no pictures were held out"


@pytest.mark.medium
def test_a_brief_training_makes_the_same_model_and_nothing_beside_it(tmp_path: Path) -> None:
    whole = trained(tmp_path / "whole")
    options = TrainOptions(pictures(), arch=PLAN, recipe=RECIPE, val=6, threads=1, out=tmp_path / "brief")
    brief = train_with(options, brief=True)
    assert (whole.run / "report.html").is_file()
    assert not (brief.run / "report.html").exists()
    assert whole.baseline is not None
    assert brief.baseline is brief.rejection is None
    theirs, ours = (result.load().file.weights for result in (whole, brief))
    assert all(np.array_equal(array, ours[name]) for name, array in theirs.items())
    assert brief.calibration == whole.calibration


@pytest.mark.medium
def test_json_has_exactly_its_keys(tmp_path: Path) -> None:
    result = trained(tmp_path / "r")
    got = json.loads(json.dumps(result.to_json()))
    assert list(got) == [
        "run",
        "model",
        "epochs",
        "seed",
        "train_seconds",
        "images_per_second",
        "parameters",
        "macs",
        "validation",
        "test",
        "calibration",
        "baseline",
        "rejection",
        "notes",
    ]
    assert (got["run"], got["model"]) == (str(tmp_path / "r"), str(tmp_path / "r" / "model.onnx"))
    assert list(got["test"])[:4] == list(got["validation"])[:4] == ["accuracy", "loss", "n", "interval"]
    assert got["calibration"] is None
    assert got["notes"][0] == "probabilities are not calibrated: 6 different pictures were held out, 30 are needed"
    assert got["images_per_second"] == pytest.approx(RECIPE.pictures(64, 10) / got["train_seconds"], rel=0.1)
    assert trained(tmp_path / "s", val=0).validation is None


@pytest.mark.medium
def test_the_same_seed_gives_the_same_bits_and_another_does_not(tmp_path: Path) -> None:
    torch.manual_seed(1)
    first = outcome(trained(tmp_path / "a").run)
    torch.manual_seed(2)
    assert outcome(trained(tmp_path / "b", keep_seconds=0.0).run) == first
    assert outcome(trained(tmp_path / "c", seed=1).run)["weights"] != first["weights"]


@pytest.mark.slow
def test_random_state_threads_and_signals_are_left_as_they_were(tmp_path: Path) -> None:
    torch.manual_seed(5)
    threads, handler, expected = torch.get_num_threads(), signal.getsignal(signal.SIGINT), torch.random.get_rng_state()
    trained(tmp_path / "r", threads=threads + 1)
    assert torch.equal(torch.random.get_rng_state(), expected)
    assert torch.get_num_threads() == threads
    assert signal.getsignal(signal.SIGINT) is handler


@pytest.mark.medium
def test_a_run_lists_its_pictures_and_what_it_left_out(tmp_path: Path) -> None:
    for i in range(14):
        noise(tmp_path / "pets" / "ab"[i % 2] / f"{i}.png", i)
    (tmp_path / "pets" / "a" / "x.png").touch()
    result = train(tmp_path / "pets", arch="fc", epochs=1, batch_size=4, val=4, out=tmp_path / "r")
    rows = read_manifest(tmp_path / "r")
    assert rows is not None
    assert [row.split for row in rows].count("validation") == 4
    assert [(row.path, row.reason) for row in rows if row.reason] == [("a/x.png", "an empty file")]
    assert (tmp_path / "r" / "skipped.csv").read_text() == "path,reason\na/x.png,an empty file\n"
    found = load_run_data(tmp_path / "r")
    assert found.held_out is not None
    assert result.validation is not None
    assert len(found.held_out) == result.validation.n == 4
    train(pictures(), arch="fc", epochs=1, batch_size=4, out=tmp_path / "arrays")
    assert not (tmp_path / "arrays" / "manifest.csv").exists()


@pytest.mark.parametrize(
    ("given", "kind", "message"),
    [
        ({"recipe": "fats"}, UsageError, "did you mean fast?"),
        ({"arch": "conv(4, 3) + rellu + fc"}, FormulaError, "did you mean relu?"),
        ({"arch": "conv(4, 99) + fc"}, PlanError, "nothing is left"),
        ({"arch": "conv(4, 3) + relu"}, PlanError, "must end in one score for each class"),
        ({"epochs": 0}, UsageError, "epochs is out of range"),
        ({"epochs": math.nan}, UsageError, "epochs is out of range"),
        ({"batch_size": 0}, UsageError, "batch size is out of range"),
        ({"lr": -1.0}, UsageError, "lr is out of range"),
        ({"seed": -1}, UsageError, "seed must be a whole number from 0"),
        ({"seed": 1.5}, UsageError, "seed must be a whole number from 0"),
        ({"val": -1}, UsageError, "val must be a whole number from 0"),
        ({"val": 70}, InputError, "pictures held out"),
        ({"threads": 0}, UsageError, "threads must be"),
        ({"size": 0}, UsageError, "size must be"),
        ({"device": "tpu"}, UsageError, "unknown device"),
        ({"batch_size": 1}, InputError, "BatchNorm needs batches of 2"),
    ],
)
def test_what_is_refused_leaves_nothing_behind(
    tmp_path: Path, given: dict[str, Any], kind: type[Exception], message: str
) -> None:
    with pytest.raises(kind, match=message):
        trained(tmp_path / "r", **given)
    assert list(tmp_path.iterdir()) == []


def test_a_loss_that_explodes_names_step_and_rate(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"the loss is no longer finite at step \d+, learning rate .*\ntry: lr="):
        trained(tmp_path / "r", arch="conv(4, 3) + relu + fc(9) + fc", recipe=replace(RECIPE, lr=1e25, average=0.0))
    assert not (tmp_path / "r" / "model.onnx").exists()


def test_an_out_that_is_there_is_refused_before_anything_is_loaded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "r").mkdir()
    monkeypatch.setattr("convscope.training.decision.load_dataset", lambda *_: pytest.fail("loaded"))
    with pytest.raises(InputError, match=r"r: already exists\ntry: another out=, or resume="):
        trained(tmp_path / "r")


@pytest.mark.medium
def test_the_default_directory_is_new_each_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    first, second = (train(stripes(), arch="fc", epochs=1, batch_size=25) for _ in range(2))
    assert first.run.parent == Path("runs")
    assert first.run.name.endswith("-stripes-fast")
    assert second.run.name == first.run.name + "-2"


@pytest.mark.medium
def test_pictures_of_any_shape_get_the_recipes_general_plan(tmp_path: Path) -> None:
    result = train(stripes(60, (20, 17), channels=3), epochs=1, batch_size=10, out=tmp_path / "r")
    assert json.loads((tmp_path / "r" / "run.json").read_text())["plan"] == "general"
    assert result.load().spec.shape == (3, 20, 17)


@pytest.mark.parametrize(("val", "which"), [(6, "validation loss"), (0, "loss")])
@pytest.mark.medium
def test_figures_that_are_not_finite_end_it_with_one_line(tmp_path: Path, val: int, which: str) -> None:
    """One step whose loss is finite, after which the weights are so large that no score is."""
    huge = replace(RECIPE, lr=1e30, epochs=0.01, average=0.0, warmup=0.0, optimiser="sgd", log_every=1)
    with pytest.raises(InputError, match=rf"the {which} is no longer finite at step 1, learning rate .*\ntry: lr="):
        trained(tmp_path / "r", arch="conv(4, 3) + relu + fc(9) + fc", recipe=huge, val=val)
    assert not (tmp_path / "r" / "model.onnx").exists()


def test_untimed_leaves_out_times_alone() -> None:
    assert untimed({"a": [{"time": 1, "b": 2}], "time": {"c": 3}}) == {"a": [{"b": 2}]}
    assert DEVICES == ("auto", "cpu", "cuda", "mps")


@pytest.mark.slow
def test_fast_reaches_99_percent_on_mnist(tmp_path: Path) -> None:
    result = train("mnist", out=tmp_path / "r")
    assert result.test is not None
    assert result.test.accuracy >= 0.99


@pytest.mark.slow
@pytest.mark.parametrize(
    "arch",
    [
        pytest.param("slides", marks=pytest.mark.long),
        "lenet5",
        "dense",
        "conv(8, 3) + sigmoid + maxpool(2) + fc",
        "skip(conv(1, 3, pad=1)) + relu + fc",
    ],
)
def test_fast_bears_plans_without_batchnorm(tmp_path: Path, arch: str) -> None:
    result = train("mnist", arch=arch, epochs=0.3, out=tmp_path / "r")
    assert result.test is not None
    assert result.test.accuracy >= 0.85
