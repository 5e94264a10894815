"""What Windows and macOS lack or refuse is done without: every verb works where it is taken away (elsewhere.py)."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from convscope.runs.directory import in_use
from tests.cli.test_lab import Started, until
from tests.data.folders import noise

ROOT = Path(__file__).parents[2]
BEGUN = [sys.executable, "-X", "warn_default_encoding", "-m", "tests.cli.elsewhere"]
HERE = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "cp1252", "OMP_NUM_THREADS": "1"}
PLAN = "conv(3, 3) + relu + fc"
CODES = (0, 0, 0, 3, 0, 0, 0, 0, 3, 0)  # a run that is finished is not resumed, and too few pictures are a finding


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """Return a folder of three classes, one by a name that Windows has for a device."""
    for i in range(36):
        noise(tmp_path / "pictures" / ("Katze", "con", "고양이")[i % 3] / f"{i}.png", i, (12, 12))
    return tmp_path / "pictures"


@pytest.mark.slow
@pytest.mark.parametrize("platform", ["win32", pytest.param("darwin", marks=pytest.mark.long)])
def test_every_verb_works(pictures: Path, platform: str) -> None:
    folder = pictures.parent
    train = ["train", "pictures", "--arch", PLAN, "--epochs", "4", "--batch-size", "8", "--out"]
    commands = [
        ["describe", "slides"],
        [*train, "run"],
        [*train, "other"],
        ["train", "--resume", "run"],  # finished: one line
        ["info", "run"],
        ["evaluate", "run", "pictures"],
        ["predict", "run", "pictures/con"],
        ["look", "run", "-o", "page.html"],
        ["check", "pictures"],
        ["cache"],
    ]
    words = [word for command in commands for word in (*command, "++")][:-1]
    done = subprocess.run(
        [*BEGUN, platform, *words], capture_output=True, encoding="cp1252", timeout=400, cwd=folder, env=HERE
    )
    ends = [line for line in done.stdout.splitlines() if line.startswith("exit ")]
    assert ends == [f"exit {code}" for code in CODES], done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    models = [(folder / run / "model.onnx").stat().st_size for run in ("run", "other")]
    assert min(models) > 0
    assert "Katze" in (folder / "page.html").read_text("utf-8")
    assert not list(folder.rglob(".tmp*"))


@pytest.mark.slow
@pytest.mark.parametrize("platform", ["win32", pytest.param("darwin", marks=pytest.mark.long)])
def test_the_lab_trains_is_alone_and_stops_a_training(pictures: Path, platform: str) -> None:
    runs = pictures.parent / "runs"
    command = [*BEGUN, platform, "lab", "--port", "0", "--runs", str(runs)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=HERE) as process:
        try:
            lab = Started(process)
            token = lab.token
            second = subprocess.run(command, capture_output=True, text=True, env=HERE, timeout=120)
            assert second.returncode == 4, second.stderr
            wanted = {"data": "mnist", "formula": "conv(2, 5, stride=4) + relu + fc", "epochs": 1_000}
            id = json.loads(lab.ask("/api/runs", wanted))["id"]
            until(lambda: json.loads(lab.ask(f"/api/runs/{id}"))["state"] == "running")
            assert in_use(runs / id)
            lab.ask(f"/api/runs/{id}/stop", {})
            until(lambda: json.loads(lab.ask(f"/api/runs/{id}"))["state"] == "stopped")
            assert lab.end(signal.SIGINT)[0] == 0
        finally:
            process.kill()
    assert list((runs / id / "checkpoints").iterdir())
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=HERE) as process:
        try:
            assert Started(process).token == token  # kept, also where files have no modes
        finally:
            process.kill()
