"""A run's report: its settings as they were, and figures with their intervals, of whole, young and damaged runs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from convscope.errors import InputError
from convscope.explain.look import SLIDES
from convscope.lab.run_report import report
from convscope.runs.run_json import read_run_json
from tests.lab.asking import asked, lab

Json = dict[str, Any]


def run(folder: Path, change: Json | None = None, log: bytes | None = None) -> Path:
    """Copy the shipped run's settings and log, changed."""
    folder.mkdir(parents=True)
    settings: Json = read_run_json(SLIDES)
    (folder / "run.json").write_text(json.dumps(settings | (change or {})))
    (folder / "log.jsonl").write_bytes((SLIDES / "log.jsonl").read_bytes() if log is None else log)
    return folder


def test_the_shipped_runs_report_holds_its_settings_and_wilsons_interval(tmp_path: Path) -> None:
    found = report(run(tmp_path / "a"))
    settings = read_run_json(SLIDES)
    assert found.recipe.items() >= {"optimiser": "muon", "lr": 0.1, "nesterov": True, "batch_size": 128}.items()
    assert "augmentation.shift" not in found.recipe  # nothing is shifted there
    assert found.machine == {"processor": "x86_64 AVX512", "device": "cpu", "threads": 1, **settings["versions"]}
    test = found.test
    assert test is not None
    assert found.validation is not None
    assert (test.accuracy, test.n, found.validation.n) == (0.9943, 10_000, 5_000)
    assert test.interval == pytest.approx([0.992623, 0.995598], abs=1e-6)  # R: prop.test(9943, 10000, correct = FALSE)


def test_what_was_said_before_and_after_comes_by_key_and_words(tmp_path: Path) -> None:
    told = {"key": "calibration.few", "words": {"n": "6", "least": "30"}}
    log = (SLIDES / "log.jsonl").read_text().replace('"notes": []', f'"notes": {json.dumps([told])}')
    found = report(run(tmp_path / "a", {"understood": [told]}, log.encode()))
    assert (found.understood, found.notes) == ((told,), (told,))
    assert report(run(tmp_path / "b")).understood == ()  # version 0.1 kept none


def test_augmentation_is_reported(tmp_path: Path) -> None:
    recipe = json.loads((SLIDES / "run.json").read_text())["recipe"]
    recipe |= {"lr": 0.5, "augmentation": {**recipe["augmentation"], "shift": 2}, "plain_lr": None}
    found = report(run(tmp_path / "a", {"recipe": recipe}))
    assert (found.recipe["augmentation.shift"], found.recipe["lr"]) == (2, 0.5)
    assert "plain_lr" not in found.recipe


@pytest.mark.parametrize("log", [b"", b'{"kind": "step", "step": 1, "loss": 2, "accuracy"', b"no JSON\n"])
def test_a_young_runs_report_has_no_figures(tmp_path: Path, log: bytes) -> None:
    found = report(run(tmp_path / "a", log=log))
    assert (found.test, found.validation) == (None, None)


@pytest.mark.parametrize(
    "change", [{"recipe": 3}, {"data": None}, {"versions": []}, {"recipe": {}}, {"understood": [1]}]
)
def test_a_damaged_run_is_refused_in_one_line(tmp_path: Path, change: Json) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        report(run(tmp_path / "a", change))


def test_the_route_answers_for_runs_alone(tmp_path: Path) -> None:
    app = lab(tmp_path).application()
    run(tmp_path / "runs" / "a")
    assert asked(app, "/api/runs/a/report").json()["test"]["n"] == 10_000
    assert asked(app, "/api/runs/b/report").status == 404
