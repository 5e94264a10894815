"""What a report says of a run: from its own files, from a training, from pictures that moved."""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from convscope.errors import InputError, UsageError
from convscope.evaluation import evaluate
from convscope.reporting.gather import curve_of, gather
from convscope.reporting.writing import NAME
from convscope.runs.log import read_log
from convscope.runs.records import EpochLine, Figures, StepLine
from convscope.training.session import train
from convscope.training.whole_report import report
from tests.training.tiny import PLAN, RECIPE, pictures, write_pictures

pytestmark = pytest.mark.medium


def shown(page: Path) -> Any:
    """Return what a written report holds."""
    found = re.search(r'<script type="application/json" id="payload">(.*?)</script>', page.read_text())
    assert found
    return json.loads(found[1])


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("report")
    write_pictures(folder / "abc")
    train(folder / "abc", out=folder / "run", arch=PLAN, recipe=RECIPE, val=6, threads=1)
    return folder / "run"


def test_a_training_leaves_its_report(run: Path) -> None:
    made, measured = shown(run / NAME), evaluate(run)
    test = made["rows"][0]
    assert (test["of"], test["n"], test["accuracy"]) == ("test", 10, measured.accuracy)
    assert test["interval"] == list(measured.interval)
    assert test["loss"] == pytest.approx(measured.loss, rel=1e-4)
    assert [row["of"] for row in made["rows"]] == ["test", "validation", "baseline", "majority"]
    assert made["measured"]["n"] == sum(n for _, _, n in made["measured"]["cells"]) == 10
    assert dict(made["missing"])["robustness"]["key"] == "report.later"
    assert made["command"] is None, "its recipe was given as an object: no words name that"
    assert made["facts"]["parameters"] == sum(layer["parameters"] for layer in made["layers"])
    assert len(made["understood"]) > 3


def test_the_verb_says_the_same_as_the_training(run: Path) -> None:
    again, first = report(run, quick=True), shown(run / NAME)
    assert again.copies is not None
    assert [pair.paths for pair in again.copies.pairs] == [tuple(pair["paths"]) for pair in first["copies"]["pairs"]]
    asked = [one["path"] for one in first["questions"]]
    assert [one.path for one in again.questions] == asked
    assert again.measured is not None
    assert [list(cell) for cell in again.measured.cells] == first["measured"]["cells"]
    assert [row.accuracy for row in again.rows] == [row["accuracy"] for row in first["rows"]]


def test_pictures_that_moved(run: Path, tmp_path: Path) -> None:
    moved = tmp_path / "run"
    shutil.copytree(run, moved)
    here = run.parent / "abc"
    here.rename(tmp_path / "elsewhere")
    try:
        made = report(moved)
        assert made.measured is None
        assert {part: said.key for part, said in made.missing}.items() >= {"measured": "report.gone"}.items()
        assert str(here) in str(dict(made.missing)["measured"])
        assert made.rows[0].of == "test", "what the log has is shown"
        assert made.rows[0].interval is not None
        found = report(moved, tmp_path / "elsewhere", quick=True)
        assert found.measured is not None
        assert found.measured.n == 10
    finally:
        (tmp_path / "elsewhere").rename(here)


def test_without_anything_held_out(tmp_path: Path) -> None:
    whole = pictures()
    alone = replace(whole, test=None)
    train(alone, out=tmp_path / "run", arch=PLAN, recipe=RECIPE, val=0, threads=1)
    made = shown(tmp_path / "run" / NAME)
    assert (made["measured"], made["rows"], made["command"]) == (None, [], None)
    assert "measured" in dict(made["missing"])


def test_what_is_no_run_is_refused(tmp_path: Path) -> None:
    (tmp_path / "model.onnx").touch()
    with pytest.raises(UsageError) as caught:
        report(tmp_path / "model.onnx")
    assert caught.value.key == "report.run"
    with pytest.raises(InputError):
        gather(tmp_path, [])


def test_a_short_trainings_curve_is_that_of_its_steps(run: Path) -> None:
    lines = read_log(run)
    points = list(curve_of(lines))
    steps = [line for line in lines if isinstance(line, StepLine)]
    held = [line for line in lines if isinstance(line, EpochLine)]
    assert [p.loss for p in points if p.loss is not None] == [line.loss for line in steps]
    assert [p.held_out_loss for p in points if p.held_out_loss is not None] == [
        line.validation.loss for line in held if line.validation
    ]


def test_a_long_trainings_curve_has_a_point_an_epoch_and_not_too_many() -> None:
    figures = Figures(0.5, 1.0)
    epochs = [EpochLine(i, float(i), figures, None if i % 2 else figures, 0.0) for i in range(1, 1001)]
    points = list(curve_of(epochs))
    assert (points[0].epoch, points[-1].epoch) == (1.0, 1000.0)
    assert 200 <= len(points) <= 240
    assert list(curve_of([])) == []
