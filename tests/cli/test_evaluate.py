"""`convscope evaluate`: the table, the JSON, and that it needs no torch."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from convscope import evaluation
from convscope.calibration import Reliability
from convscope.cli import evaluate as verb
from convscope.cli.parser import verb_parser
from convscope.data import idx
from tests.cli.measured import write_model, write_pictures


def parse(*words: object) -> argparse.Namespace:
    return verb_parser("evaluate").parse_args([*map(str, words)])


@pytest.fixture
def model(tmp_path: Path) -> Path:
    return write_model(tmp_path)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_pictures(tmp_path, 9)


def test_json(model: Path, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    args = parse(model, folder, "--json")
    assert args.run(args) == 0
    got = json.loads(capsys.readouterr().out)
    expected = evaluation.evaluate(model, idx(folder))
    assert {"n", "accuracy", "loss", "confusion", "classes"} <= got.keys()
    assert (got["n"], got["accuracy"], got["loss"], got["classes"]) == (
        30,
        expected.accuracy,
        expected.loss,
        ["0", "1", "2"],
    )
    assert got["confusion"] == expected.confusion.tolist()
    args = parse(model, folder, "--split", "train", "--json")
    args.run(args)
    assert json.loads(capsys.readouterr().out)["n"] == 9


def test_the_first_line_says_what_is_measured_and_notes_go_to_stderr(
    model: Path, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    args = parse(model, folder)
    assert args.run(args) == 0
    said = capsys.readouterr()
    assert said.out.splitlines()[0] == f"test pictures of {folder}: 30"
    assert "note: fewer than 20 pictures, so their figures are a guess: 0 (10), 1 (10), 2 (10)" in said.err.splitlines()


def test_json_holds_the_notes_too(model: Path, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    args = parse(model, folder, "--json")
    args.run(args)
    said = capsys.readouterr()
    got = json.loads(said.out)
    assert got["measured"] == {"data": str(folder), "split": "test", "n": 30}
    assert [f"note: {note}" for note in got["notes"]] == said.err.splitlines()


def test_table(capsys: pytest.CaptureFixture[str]) -> None:
    labels, predicted = np.array([0, 0, 0, 0, 1, 1]), np.array([0, 0, 0, 1, 1, 1])
    print(verb.table(evaluation.score(np.eye(2)[predicted], labels, ("cat", "a\x1b[1mdog"))))
    assert capsys.readouterr().out.splitlines() == [
        "accuracy           83.33 %  (95 % interval 43.65 to 96.99)",
        "balanced accuracy  87.50 %  (95 % interval 46.05 to 98.29)",
        "loss               0.4799 nats",
        "calibration error  10.23 %",
        "",
        "class        pictures                 precision                    recall        F1",
        "cat                 4  100.00 % (43.9 to 100.0)   75.00 %  (30.1 to 95.4)   85.71 %",
        r"a\x1b[1mdog         2   66.67 %  (20.8 to 93.9)  100.00 % (34.2 to 100.0)   80.00 %",
        "",
        "confusion: a row for each true class, a column for each predicted one",
        r"               cat a\x1b[",
        "cat              3      1",
        r"a\x1b[1mdog      0      2",
    ]


def test_balanced_accuracy_stands_where_classes_are_skewed_and_copies_and_leaks_are_said() -> None:
    labels, leaked = np.array([0, 0, 0, 1, 1]), np.array([True, False, False, False, True])
    even = evaluation.score(np.eye(2)[labels], labels, ("a", "b"), np.array([0, 0, 1, 2, 2]), leaked)
    assert [line.split("  ")[0] for line in verb.table(even).splitlines()[:9]] == [
        "5 pictures in groups, worth 2.8 independent ones in every interval",
        "accuracy",
        "loss",
        "calibration error",
        "without those that training has seen (2), 3 are left:",
        "accuracy",
        "balanced accuracy",
        "loss",
        "calibration error",
    ]


def test_names_of_two_columns_a_syllable_stand_in_line() -> None:
    labels = np.array([0, 1, 1])
    lines = verb.table(evaluation.score(np.eye(2)[labels], labels, ("강아지", "cat"))).splitlines()
    assert lines[5].startswith("class   pictures")
    assert lines[6].startswith("강아지         1")
    assert lines[7].startswith("cat            2")
    assert lines[-3:] == ["       강아지    cat", "강아지      1      0", "cat         0      2"]


def test_what_the_temperature_does_is_said() -> None:
    scored = evaluation.score(np.eye(2)[[0, 1]], np.array([0, 1]), ("a", "b"))
    calibrated = replace(scored, temperature=0.25, uncalibrated=Reliability(0.25, 0.125))
    said = f"calibration error  {100 * scored.ece:.2f} %"
    assert said in verb.table(scored).splitlines()
    assert f"{said}  (12.50 % without its temperature of 0.25)" in verb.table(calibrated).splitlines()


def test_a_figure_that_nothing_counts_for_is_a_dash() -> None:
    # "owl" neither occurs nor is predicted; "dog" occurs twice and is never predicted
    scored = evaluation.score(np.eye(3)[[0, 0, 0]], np.array([0, 1, 1]), ("cat", "dog", "owl"))
    rows = {line.split()[0]: line.split()[1:] for line in verb.table(scored).splitlines()[6:9]}
    assert rows["cat"] == [
        "1",
        "33.33",
        "%",
        "(6.1",
        "to",
        "79.2)",
        "100.00",
        "%",
        "(20.7",
        "to",
        "100.0)",
        "50.00",
        "%",
    ]
    assert rows["dog"] == ["2", "–", "0.00", "%", "(0.0", "to", "65.8)", "0.00", "%"]
    assert rows["owl"] == ["0", "–", "–", "–"]
    assert [row["precision"] for row in scored.to_json()["per_class"]] == [pytest.approx(1 / 3), None, None]


@pytest.mark.medium
def test_it_imports_no_torch(model: Path, folder: Path) -> None:
    code = "import sys; sys.modules['torch'] = None; from convscope.cli.main import main; sys.exit(main())"
    ran = subprocess.run(
        [sys.executable, "-c", code, "evaluate", str(model), str(folder)], capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.startswith("test pictures of ")
