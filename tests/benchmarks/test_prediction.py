"""What prediction's and start-up's figures are: medians a picture, and whole processes that must succeed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from benchmarks import folder, prediction, startup
from convscope import data


def test_a_time_is_the_median_call_over_its_pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = {"wall": 0.0, "cpu": 0.0}
    took = iter([(8.0, 4.0), (2.0, 1.0), (3.0, 2.0)])

    def function(pictures: prediction.Pixels) -> None:
        wall, cpu = next(took)
        clock["wall"] += wall
        clock["cpu"] += cpu

    monkeypatch.setattr(prediction.time, "perf_counter", lambda: clock["wall"])
    monkeypatch.setattr(prediction.time, "process_time", lambda: clock["cpu"])
    pictures = np.zeros((4, 1, 28, 28), np.uint8)
    assert prediction.timed(function, pictures, least=1.0) == (750_000.0, 500_000.0)  # 3 s and 2 s, four pictures


def test_a_process_is_timed_and_must_succeed() -> None:
    core = max(os.sched_getaffinity(0))
    row = startup.started([sys.executable, "-c", "sum(range(3_000_000))"], core)
    assert row["milliseconds"] > 1
    assert row["cpu_milliseconds"] > 1
    with pytest.raises(subprocess.CalledProcessError):
        startup.started([sys.executable, "-c", "raise SystemExit(3)"], core)


def test_a_process_may_be_timed_to_a_line_and_is_stopped_there() -> None:
    core = max(os.sched_getaffinity(0))
    code = "import sys, time; print('step 10'); print('step 1 of', file=sys.stderr, flush=True); time.sleep(300)"
    assert startup.started([sys.executable, "-c", code], core, b"step 1 ")["milliseconds"] < 250_000
    with pytest.raises(subprocess.CalledProcessError):
        startup.started([sys.executable, "-c", "print('step 2')"], core, b"step 1 ")


@pytest.mark.slow
@pytest.mark.parametrize("cores", [1, 2])
def test_all_that_go_through_a_folder_find_the_same(tmp_path: Path, cores: int) -> None:
    test = data.load("mnist").test
    assert test is not None
    paths = folder.write(tmp_path, test.images[:70])
    assert paths == sorted(paths)
    np.testing.assert_array_equal(folder.decoded(paths[69]), test.images[69])
    ready = folder.functions(prediction.MODEL, tmp_path, cores)
    found = {name: work(paths)[0] for name, work in ready.items() if "processes" not in name}
    assert found.pop("Pillow alone" + ", threads" * (cores > 1)) == []
    wanted = found.pop("convscope")
    assert list(found.values()) == [wanted] * 2  # Pillow and bare ONNX Runtime, and the command
    assert np.mean(np.array(wanted) == test.labels[:70]) > 0.95


@pytest.mark.slow
@pytest.mark.long
def test_every_command_runs(tmp_path: Path) -> None:
    from PIL import Image

    picture = tmp_path / "a.png"
    Image.fromarray(np.zeros((28, 28), np.uint8)).save(picture)
    found = startup.commands(str(picture), str(tmp_path / "run"))
    assert startup.MARKS.keys() <= found.keys()
    for name, words in found.items():
        assert startup.started(words, max(os.sched_getaffinity(0)), startup.MARKS.get(name))["milliseconds"] > 0, name
