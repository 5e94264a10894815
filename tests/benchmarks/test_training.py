"""The peers' scripts run and report what a row is made of; what they run on is pinned to exact versions."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

from benchmarks import environments, training
from benchmarks.methods import METHODS


def printed(script: str, *options: str) -> list[dict[str, float | str]]:
    """Run a peer's script under this interpreter, as its own environment's would, and return its lines."""
    command = [sys.executable, "-W", "ignore", str(environments.PEERS / script), "--tests", "100", *options]
    began = {"BENCHMARK_BEGAN": repr(time.time())}
    done = subprocess.run(
        command, env={**os.environ, **training.CALM, **began}, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("script", "options", "budgets", "pictures"),
    [
        ("deck.py", ("--pictures", "40", "--epochs", "2"), [1, 2], 80),
        pytest.param("pytorch_example.py", ("--pictures", "70", "--epochs", "1"), [1], 70, marks=pytest.mark.long),
        pytest.param("sklearn_mlp.py", ("--pictures", "300", "--epochs", "3"), [1, 2, 3], 900, marks=pytest.mark.long),
        pytest.param("sklearn_mlp.py", ("--pictures", "300", "--seconds", "0"), [1], 300, marks=pytest.mark.long),
    ],
)
def test_a_peer_reports_every_budget(script: str, options: tuple[str, ...], budgets: list[int], pictures: int) -> None:
    lines = printed(script, *options)
    assert [line["kind"] for line in lines] == ["step", *["budget"] * len(budgets), "end"]
    row = training.row_facts(lines, first=False)
    assert [b["epochs"] for b in row["budgets"]] == budgets
    assert row["pictures"] == pictures
    spent = [b["seconds"] for b in row["budgets"]]
    assert spent == sorted(spent)
    assert 0 < spent[-1] <= row["seconds"]
    assert row["megabytes"] > 20
    assert all(0 <= b["accuracy"] <= 1 for b in row["budgets"])


@pytest.mark.slow
def test_the_first_step_is_counted_from_the_command() -> None:
    lines = printed("deck.py", "--steps", "1", "--pictures", "32")
    row = training.row_facts(lines, first=True)
    assert row["seconds"] > 0.1
    assert row["cpu"] > 0.1
    assert lines[-1]["pictures"] == 16


def test_what_is_paused_is_not_counted(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.syspath_prepend(str(environments.PEERS))
    import common

    now = 100.0
    monkeypatch.setattr(common.time, "perf_counter", lambda: now)
    monkeypatch.setattr(common.time, "process_time", lambda: now / 2)
    watch = common.Watch()
    now = 103.0

    def accuracy() -> float:
        nonlocal now
        now = 150.0
        return 0.9876

    common.scored(watch, 1, 0, accuracy)
    now = 152.0
    common.end(watch, 60_000)
    budget, ended = map(json.loads, capsys.readouterr().out.splitlines())
    assert (budget["seconds"], budget["cpu"], budget["accuracy"]) == (3.0, 1.5, 0.9876)
    assert (ended["seconds"], ended["cpu"]) == (5.0, 2.5)


def test_every_method_has_its_script_and_its_exact_versions() -> None:
    for method in METHODS.values():
        assert (environments.PEERS / method.script).exists()
        assert method.environment in ("", *environments.NAMES)
    for name in environments.NAMES:
        for line in environments.requirements(name).splitlines():
            assert re.fullmatch(r"[A-Za-z0-9_.-]+==[0-9][0-9a-z.]*", line), f"{name}: {line}"


def test_convscope_is_measured_with_the_versions_of_development() -> None:
    exact = {
        line.split("==")[0].lower(): line
        for line in (environments.ROOT / "constraints.txt").read_text().splitlines()
        if "==" in line
    }
    for line in environments.requirements("convscope").splitlines():
        assert line == exact[line.split("==")[0].lower()]


def test_a_peers_size_leaves_pip_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONVSCOPE_PEERS", str(tmp_path))
    packages = tmp_path / "keras" / "lib" / "python3.11" / "site-packages"
    for name, length in (
        ("keras/a.py", 1_500_000),
        ("keras-3.0.dist-info/RECORD", 500_000),
        ("pip/b.py", 7_000_000),
        ("pip-23.dist-info/RECORD", 10),
    ):
        (packages / name).parent.mkdir(parents=True, exist_ok=True)
        (packages / name).write_bytes(b" " * length)
    assert environments.size("keras") == {"name": "keras", "megabytes": 2.0, "packages": 1}
