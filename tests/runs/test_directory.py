"""The run directory: whole or absent, locked, continued from what is sound; and the proof by killing."""

from __future__ import annotations

import errno
import json
import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pytest

from convscope import files
from convscope.errors import EnvironmentFault, InputError
from convscope.runs.directory import Run, fresh_path, read_log, read_settings, read_snapshots

W = {"w": np.arange(4, dtype=np.float32)}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "runs" / "one"


def names(folder: Path) -> list[str]:
    return sorted(p.name for p in folder.iterdir())


def test_a_new_run_is_there_at_once_and_whole(path: Path) -> None:
    with Run.create(path, {"seed": 3}) as run:
        assert names(path) == ["checkpoints", "lock", "run.json", "snapshots"]
        assert names(path.parent) == ["one"]
        assert run.model == path / "model.onnx"
    assert read_settings(path) == {"format": "convscope.run/1", "seed": 3}


@pytest.mark.parametrize("kind", ["folder", "empty folder", "file", "dangling link"])
def test_what_is_there_is_never_touched(path: Path, kind: str) -> None:
    path.parent.mkdir()
    if kind == "file":
        path.write_text("mine")
    elif kind == "dangling link":
        path.symlink_to("nowhere")
    else:
        path.mkdir()
        if kind == "folder":
            (path / "mine").write_text("mine")
    with pytest.raises(InputError, match="is there already"):
        Run.create(path, {})
    assert names(path.parent) == ["one"]


def test_two_processes_cannot_work_in_one_run(path: Path) -> None:
    run = Run.create(path, {})
    code = (
        "import sys; from pathlib import Path; from convscope.runs.directory import Run; Run.reopen(Path(sys.argv[1]))"
    )
    other = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=False)
    assert "EnvironmentFault" in other.stderr
    assert "another process is at work in this run" in other.stderr
    with pytest.raises(EnvironmentFault):
        Run.reopen(path)
    run.close()
    Run.reopen(path).close()


def test_a_finished_run_is_not_continued(path: Path) -> None:
    with Run.create(path, {}) as run:
        run.model.write_bytes(b"x")
    with pytest.raises(InputError, match=r"this run is finished\ntry: its model is"):
        Run.reopen(path)


@pytest.mark.parametrize("text", [b"", b"{", b"[]", b"{}", b'{"format": "convscope.run/9"}', b"\xff", b"[" * 100_000])
def test_an_odd_run_json_is_named(path: Path, text: bytes) -> None:
    Run.create(path, {}).close()
    (path / "run.json").write_bytes(text)
    with pytest.raises(InputError, match=r"run\.json: "):
        Run.reopen(path)


def test_no_run_is_here(tmp_path: Path) -> None:
    for place in (tmp_path, tmp_path / "none"):
        with pytest.raises(InputError, match="no run is here"):
            Run.reopen(place)


def test_the_newest_two_checkpoints_are_kept(path: Path) -> None:
    with Run.create(path, {}) as run:
        assert run.newest() == (None, {"step": 0}, [])
        for step in (1, 20, 300, 4000):
            run.keep(step, W, {"more": step})
        assert names(path / "checkpoints") == ["0000000300.safetensors", "0000004000.safetensors"]
        tensors, facts, troubles = run.newest()
        assert tensors is not None
        assert np.array_equal(tensors["w"], W["w"])
        assert (facts, troubles) == ({"step": 4000, "more": 4000}, [])


def test_a_damaged_checkpoint_gives_way_to_the_one_before(path: Path) -> None:
    with Run.create(path, {}) as run:
        for step in (10, 20):
            run.keep(step, W, {})
        newest = path / "checkpoints" / "0000000020.safetensors"
        data = bytearray(newest.read_bytes())
        data[-1] ^= 1
        newest.write_bytes(data)
        _, facts, troubles = run.newest()
        assert facts["step"] == 10
        assert troubles == [f"{newest}: is damaged or incomplete"]
        (path / "checkpoints" / "0000000010.safetensors").write_bytes(b"")
        tensors, facts, troubles = run.newest()
        assert (tensors, facts, len(troubles)) == (None, {"step": 0}, 2)


def test_rewinding_drops_what_came_later(path: Path) -> None:
    with Run.create(path, {}) as run:
        run.rewind(0)  # no log yet
        for step in (1, 2, 3, 4):
            run.append({"kind": "step", "step": step})
        run.append({"kind": "result", "step": 3})
    with (path / "log.jsonl").open("a") as file:
        file.write('{"kind": "step", "st')
    assert [line["step"] for line in read_log(path)] == [1, 2, 3, 4, 3]
    with Run.reopen(path) as run:
        run.rewind(3)
        assert [line["step"] for line in read_log(path)] == [1, 2, 3]
        run.append({"kind": "result", "step": 3})
        run.rewind(3)
        run.append({"kind": "step", "step": 4})
    assert [line["step"] for line in read_log(path)] == [1, 2, 3, 4]
    assert (path / "log.jsonl").read_text().endswith("\n")


def test_a_line_that_a_power_cut_tore_ends_the_log(path: Path) -> None:
    with Run.create(path, {}) as run:
        (path / "log.jsonl").write_bytes(b'{"kind": "step", "step": 1}\n\0\0\0\0\n{"kind": "step", "step": 2}\n')
        run.rewind(9)
    assert [line["step"] for line in read_log(path)] == [1]


def test_leftovers_of_a_killed_process_are_removed(path: Path) -> None:
    Run.create(path, {}).close()
    for folder in (path, path / "checkpoints", path / "snapshots"):
        (folder / f"{files.TEMPORARY}1-abc").write_bytes(b"half")
    (path / "checkpoints" / "mine.txt").write_text("mine")
    Run.reopen(path).close()
    assert [p.name for p in path.rglob(files.TEMPORARY + "*")] == []
    assert (path / "checkpoints" / "mine.txt").exists()


def test_snapshots_come_in_order_without_those_that_a_power_cut_tore(path: Path) -> None:
    with Run.create(path, {}) as run:
        for step in (0, 100, 20, 50, 70):
            run.show(step, W, {"accuracy": step / 100})
    (path / "snapshots/0000000050.safetensors").write_bytes(b"")
    torn = path / "snapshots/0000000070.safetensors"
    torn.write_bytes(torn.read_bytes()[:-4] + bytes(4))
    assert [facts["step"] for _, facts in read_snapshots(path)] == [0, 20, 100]


def test_a_full_disk_is_the_machines_fault_and_the_old_checkpoint_stays(path: Path) -> None:
    with Run.create(path, {}) as run:
        run.keep(1, W, {})
        soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (300, hard))  # no file may grow beyond 300 bytes
        try:
            with pytest.raises(EnvironmentFault, match=r"0000000002\.safetensors: cannot be written"):
                run.keep(2, {"w": np.zeros(1000, np.float32)}, {})
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        assert names(path / "checkpoints") == ["0000000001.safetensors"]
        assert run.newest()[1] == {"step": 1}


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EACCES, errno.EROFS])
def test_a_run_that_cannot_be_made_leaves_nothing(path: Path, monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    def fail(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr("convscope.runs.directory.os.rename", fail)
    with pytest.raises(EnvironmentFault, match=os.strerror(number)):
        Run.create(path, {})
    assert names(path.parent) == []


def test_fresh_paths_are_free_and_tame(tmp_path: Path) -> None:
    first = fresh_path(tmp_path, "my cats/../..", "fast")
    assert first.parent == tmp_path
    assert first.name.endswith("-my-cats-fast")
    first.mkdir()
    assert fresh_path(tmp_path, "my cats/../..", "fast").name == first.name + "-2"
    assert fresh_path(tmp_path, "", "x" * 99).name.endswith("-" + "x" * 40)


def killed(mode: str, *numbers: int) -> dict[str, object]:
    """Have crashes.py kill runs and return what it counted; in memory where the machine offers it, for syncing costs
    time.
    """
    memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    with tempfile.TemporaryDirectory(dir=memory) as folder:
        command = [sys.executable, "-m", "tests.training.crashes", folder, mode, *map(str, numbers)]
        here = Path(__file__).parents[2]
        ran = subprocess.run(
            command, cwd=here, capture_output=True, text=True, check=False, env={**os.environ, "OMP_NUM_THREADS": "1"}
        )
    assert ran.stdout, ran.stderr
    count: dict[str, object] = json.loads(ran.stdout)
    assert count["differ"] == []
    assert ran.returncode == 0
    return count


def test_killed_at_any_time_a_run_ends_in_the_same_bits() -> None:
    count = killed("random", 24, 1)
    assert isinstance(count["killed"], int)
    assert count["killed"] >= 24


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2, 6))
def test_killed_many_times(seed: int) -> None:
    killed("random", 100, seed)


@pytest.mark.slow
def test_killed_before_each_file_operation() -> None:
    count = killed("files", 1, 1)
    assert count["killed"] == count["operations"]
    assert isinstance(count["operations"], int)
    assert count["operations"] > 60
