"""`convscope train`: what goes to stdout, what to stderr, and every option's way to the function."""

from __future__ import annotations

import argparse
import json
import os
import re
import signal
import subprocess
import sys
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from convscope.cli.parser import verb_parser
from convscope.explain.look import SLIDES
from convscope.runs.run_json import read_run_json
from convscope.training.options import TrainOptions
from convscope.training.recipes import RECIPES
from tests.cli.test_progress import begin

TINY = "conv(4, 5, stride=4) + relu + fc"


def parse(*words: object) -> argparse.Namespace:
    return verb_parser("train").parse_args([*map(str, words)])


def write_idx(path: Path, array: np.ndarray) -> None:
    head = bytes([0, 0, 8, array.ndim]) + b"".join(n.to_bytes(4, "big") for n in array.shape)
    path.write_bytes(head + array.astype(np.uint8).tobytes())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An IDX folder of 100 training and 40 test pictures, 28×28, two kinds of stripes."""
    rng = np.random.default_rng(0)
    (tmp_path / "stripes").mkdir()
    for part, n in (("train", 100), ("t10k", 40)):
        labels = rng.integers(0, 2, n)
        images = np.stack([np.indices((28, 28))[k] % 4 // 2 * 90 for k in labels]) + rng.integers(0, 160, (n, 28, 28))
        write_idx(tmp_path / "stripes" / f"{part}-images-idx3-ubyte", images)
        write_idx(tmp_path / "stripes" / f"{part}-labels-idx1-ubyte", labels)
    return tmp_path / "stripes"


@pytest.mark.medium
def test_results_on_stdout_all_else_on_stderr(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    args = parse(
        folder, "--arch", TINY, "--epochs", 5, "--batch-size", 10, "--val", 20, "--out", tmp_path / "r", "--threads", 1
    )
    assert args.run(args) == 0
    out, err = capsys.readouterr()
    share = r"\d+\.\d\d % \(95 % interval \d+\.\d\d to \d+\.\d\d"
    assert re.fullmatch(
        rf"test accuracy {share}, 40 pictures\), loss \d\.\d{{4}}\n"
        rf"validation accuracy {share}, 20 pictures\), loss \d\.\d{{4}}\n"
        rf"baseline accuracy {share}, 40 pictures\): a classifier of .* fitted to 80 pictures, in .*\n"
        rf"trained in \d+\.\d s, [\d,]+ pictures/s\nmodel {re.escape(str(tmp_path))}/r/model\.onnx\n",
        out,
    )
    *unfinished, last = [line for line in err.splitlines() if line.startswith("step ")]  # one where nothing is slow
    lines = [line for line in err.splitlines() if line not in unfinished]
    assert lines[:2] == ["2 classes: 1 (56), 0 (44)", "test pictures: 40"]
    begun = lines.index(f"run {tmp_path}/r")
    assert lines[begun - 5 : begun - 2] == [
        "training on 80 pictures; 20 more are held out of training (seed 0), to validate and to calibrate by",
        "pictures of 28 x 28 pixels, grey",
        f"network {TINY} (as asked), 394 parameters; recipe fast: 5 epochs, 40 steps of 10 pictures",
    ]
    assert lines[begun - 2].startswith("left and right are ")
    assert re.fullmatch(r"about \d+ s on cpu \(threads: 1, \w+\)", lines[begun - 1])
    assert re.fullmatch(
        r"step 40 of 40  loss \d\.\d{4}  accuracy +\d+\.\d %  validation \d+\.\d\d %  [\d,]+ pictures/s",
        last,
    )
    assert lines[begun + 1] == last
    why = "20 different pictures were held out, 30 are needed"
    assert lines[begun + 2] == f"note: probabilities are not calibrated: {why}"
    assert "\x1b" not in out + err


@pytest.mark.medium
def test_json_is_one_object_with_its_keys(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    args = parse(
        folder,
        "--arch",
        TINY,
        "--epochs",
        1,
        "--batch-size",
        10,
        "--out",
        tmp_path / "r",
        "--json",
        "--seed",
        4,
        "--val",
        0,
    )
    assert args.run(args) == 0
    out = capsys.readouterr().out
    assert out.count("\n") == 1
    got = json.loads(out)
    keys = [
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
    assert list(got) == keys
    assert (got["seed"], got["epochs"], got["validation"]) == (4, 1.0, None)
    assert list(got["test"])[:4] == ["accuracy", "loss", "n", "interval"]
    assert got["notes"][0] == "probabilities are not calibrated: no pictures were held out"
    assert Path(got["model"]).is_file()


@pytest.mark.medium
def test_slides_prints_the_lectures_own_lines(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    args = parse(folder, "--recipe", "slides", "--arch", TINY, "--epochs", 40, "--out", tmp_path / "r")
    assert args.run(args) == 0
    out, err = capsys.readouterr()
    assert re.match(r"Test Accuracy of the model on the 40 test images: \d+\.\d{6} %\n", out)
    losses = [line for line in err.splitlines() if line.startswith("epoch")]
    assert len(losses) == 40  # 7 batches an epoch: step 0 of each
    assert re.fullmatch(r"epoch 40  step 0  loss \d\.\d{4}", losses[-1])
    assert json.loads((tmp_path / "r" / "run.json").read_text())["steps"] == 280


def test_the_lectures_line_is_exact(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    from convscope.evaluation import score

    logits = np.eye(2)[np.r_[np.zeros(9744, int), np.ones(256, int)]]

    def train_with(options: TrainOptions, progress: Any) -> Any:
        progress(begin(name="slides"))
        return argparse.Namespace(
            test=score(logits, np.zeros(10_000, np.int64), ("a", "b")),
            validation=None,
            train_seconds=1.0,
            images_per_second=1.0,
            model="m",
            calibration=None,
            baseline=None,
            rejection=None,
            notes=(),
        )

    monkeypatch.setattr("convscope.training.session.train_with", train_with)
    args = parse("--recipe", "slides")
    args.run(args)
    assert capsys.readouterr().out.splitlines()[0] == "Test Accuracy of the model on the 10000 test images: 97.440000 %"


def test_every_option_reaches_the_function(monkeypatch: pytest.MonkeyPatch) -> None:
    class Reached(Exception):
        pass

    def train_with(options: TrainOptions, progress: Any) -> None:
        raise Reached(options)

    monkeypatch.setattr("convscope.training.session.train_with", train_with)
    every: dict[str, Any] = {
        "arch": "fc",
        "recipe": "plain",
        "epochs": 0.5,
        "batch_size": 3,
        "lr": 0.2,
        "flips": "no",
        "augment": "yes",
        "balance": "none",
        "seed": 4,
        "val": 5,
        "device": "cpu",
        "threads": 6,
        "size": 7,
        "data_root": "dr",
        "label_from": "(cat|dog)",
        "group_by": "(p.)_",
        "changes": "c.csv",
        "out": "o",
    }
    words = [word for name, value in every.items() for word in (f"--{name.replace('_', '-')}", str(value))]
    for given, expected in (
        (["mnist", *words], TrainOptions(data="mnist", **every)),
        (["--budget", "30s"], TrainOptions(budget="30s")),
        (["--from", "m", "--tune", "head"], TrainOptions(from_="m", tune="head")),
        (["--resume", str(SLIDES), "--no-cache"], TrainOptions(resume=str(SLIDES), cache=False)),
        (["--strict"], TrainOptions(strict=True)),
        ([], TrainOptions()),
    ):
        args = parse(*given)
        with pytest.raises(Reached) as caught:
            args.run(args)
        assert caught.value.args[0] == expected
    own = {field.name for field in fields(TrainOptions)}
    assert own == {"data", "budget", "from_", "tune", "resume", "cache", "strict", *every}


def test_help_names_every_recipe(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        parse("--help")
    shown = capsys.readouterr().out
    assert all(name in shown for name in RECIPES)


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, pytest.param(signal.SIGTERM, marks=pytest.mark.long)])
def test_stopped_and_resumed_as_a_process(folder: Path, tmp_path: Path, number: int) -> None:
    command = [sys.executable, "-m", "convscope", "train"]
    run = [
        *command,
        str(folder),
        "--arch",
        TINY,
        "--epochs",
        "100000",
        "--batch-size",
        "10",
        "--out",
        str(tmp_path / "r"),
    ]
    with subprocess.Popen(
        run, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env={**os.environ, "OMP_NUM_THREADS": "1"}
    ) as process:
        assert process.stderr is not None
        while not process.stderr.readline().startswith("step"):
            pass
        process.send_signal(number)
        _, err = process.communicate(timeout=60)
    assert process.returncode == 5
    assert "stopped at step" in err
    assert f"--resume {tmp_path / 'r'}" in err
    assert "Traceback" not in err
    settings = read_run_json(tmp_path / "r")
    soon = int(err.split("stopped at step ")[1].split()[0].replace(",", "")) + 3
    (tmp_path / "r" / "run.json").write_text(json.dumps({**settings, "steps": soon, "rounds": [soon]}))
    ended = subprocess.run(
        [*command, "--resume", str(tmp_path / "r"), "--json"],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert ended.returncode == 0
    assert Path(json.loads(ended.stdout)["model"]).is_file()
