"""The run directory: whole or absent, locked, continued from what is sound. tests/faults has the proof by killing."""

from __future__ import annotations

import errno
import os
import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from convscope import files
from convscope.errors import EnvironmentFault, InputError
from convscope.runs import directory
from convscope.runs.checkpoints import Checkpoint, newest_checkpoint
from convscope.runs.directory import Run, fresh_path, in_use, promise, writing_into
from convscope.runs.log import read_sound_lines
from convscope.runs.records import CheckpointFacts, StepLine, Tally
from convscope.runs.run_json import read_run_json


def step_line(step: int) -> StepLine:
    return StepLine(step, step / 10, 0.5, 0.25, 0.75, 0.1, 1.5)


def checkpoint(step: int, size: int = 4) -> Checkpoint:
    facts = CheckpointFacts(step, (), Tally(0.0, 0, 0), False, 1.0)
    return Checkpoint({"w": np.arange(size, dtype=np.float32)}, facts)


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
    assert read_run_json(path) == {"format": "convscope.run/1", "seed": 3}


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
    with pytest.raises(InputError, match="already exists"):
        Run.create(path, {})
    assert names(path.parent) == ["one"]


@pytest.mark.medium
def test_two_processes_cannot_work_in_one_run(path: Path) -> None:
    run = Run.create(path, {})
    code = (
        "import sys; from pathlib import Path; from convscope.runs.directory import Run; Run.reopen(Path(sys.argv[1]))"
    )
    other = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=False)
    assert "EnvironmentFault" in other.stderr
    assert "another process is using this run" in other.stderr
    with pytest.raises(EnvironmentFault):
        Run.reopen(path)
    run.close()
    Run.reopen(path).close()


def test_a_finished_run_is_not_continued(path: Path) -> None:
    with Run.create(path, {}) as run:
        run.model.write_bytes(b"x")
    with pytest.raises(InputError, match=r"this run is finished\ntry: its model is"):
        Run.reopen(path)


def test_no_run_is_here(tmp_path: Path) -> None:
    for place in (tmp_path, tmp_path / "none"):
        with pytest.raises(InputError, match="no run is here"):
            Run.reopen(place)


@pytest.mark.parametrize("name", ["run.json", "log.jsonl", "lock", "checkpoints/0000000009.safetensors"])
def test_a_pipe_in_place_of_a_file_is_not_waited_for(path: Path, name: str) -> None:
    with Run.create(path, {}) as run:
        run.append(step_line(1))
        run.write_checkpoint(checkpoint(1))
    (path / name).unlink(missing_ok=True)
    os.mkfifo(path / name)
    if name.startswith("checkpoints"):
        found, faults = newest_checkpoint(path / "checkpoints")
        assert found is not None
        assert (found.facts.step, len(faults)) == (1, 1)
    else:
        with pytest.raises(InputError, match=name):
            Run.reopen(path)
    if name == "log.jsonl":
        assert read_sound_lines(path) == []


def test_leftovers_of_a_killed_process_are_removed(path: Path) -> None:
    Run.create(path, {}).close()
    for folder in (path, path / "checkpoints", path / "snapshots"):
        (folder / f"{files.TEMPORARY}1-abc").write_bytes(b"half")
    (path / "checkpoints" / "mine.txt").write_text("mine")
    Run.reopen(path).close()
    assert [p.name for p in path.rglob(files.TEMPORARY + "*")] == []
    assert (path / "checkpoints" / "mine.txt").exists()


@pytest.mark.parametrize("locked", [True, False], ids=["with a lock", "copied without its lock"])
def test_whoever_writes_into_a_run_removes_what_is_left(path: Path, locked: bool) -> None:
    Run.create(path, {}).close()
    (path / "model.onnx").touch()
    half = path / f"{files.TEMPORARY}1-abc"
    half.write_bytes(b"half")
    if not locked:
        (path / "lock").unlink()
    with writing_into(path):
        assert not half.exists()
        assert in_use(path), "another report waits, so that nobody takes what is being written for left"
    assert not in_use(path)


def test_nothing_is_removed_where_a_training_works_or_from_what_is_no_run(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(directory, "PATIENCE", 0.0)
    with Run.create(path, {}):
        for folder in (path, tmp_path):
            (folder / f"{files.TEMPORARY}1-abc").write_bytes(b"half")
            with writing_into(folder):
                assert (folder / f"{files.TEMPORARY}1-abc").exists()
    assert not (tmp_path / "lock").exists()


def test_a_finished_run_that_is_not_gone_on_with_keeps_nothing_unfinished(path: Path) -> None:
    Run.create(path, {}).close()
    (path / "model.onnx").touch()
    (path / f"{files.TEMPORARY}1-abc").write_bytes(b"half")
    with pytest.raises(InputError, match="finished"):
        Run.reopen(path)
    assert names(path) == ["checkpoints", "lock", "model.onnx", "run.json", "snapshots"]


def test_a_full_disk_is_the_machines_fault_and_the_old_checkpoint_stays(path: Path) -> None:
    with Run.create(path, {}) as run:
        run.write_checkpoint(checkpoint(1))
        soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (500, hard))  # no file may grow beyond 500 bytes
        try:
            with pytest.raises(EnvironmentFault, match=r"0000000002\.safetensors: cannot be written"):
                run.write_checkpoint(checkpoint(2, size=1000))
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        assert names(path / "checkpoints") == ["0000000001.safetensors"]
        found, faults = run.newest_checkpoint()
        assert found is not None
        assert (found.facts.step, faults) == (1, [])


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EACCES, errno.EROFS])
def test_a_run_that_cannot_be_made_leaves_nothing(path: Path, monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    def fail(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr("convscope.runs.directory.os.rename", fail)
    with pytest.raises(EnvironmentFault, match=os.strerror(number)):
        Run.create(path, {})
    assert names(path.parent) == []


class Calls:
    """The order in which a run writes, flushes, syncs and renames: ("flush" | "fsync" | "rename", file or folder)."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.seen: list[tuple[str, str]] = []
        for name in ("fsync", "replace", "rename"):
            monkeypatch.setattr(os, name, self.recorded(name, getattr(os, name)))

    def recorded(self, name: str, function: Callable[..., None]) -> Callable[..., None]:
        def call(target: Any, *rest: Any) -> None:
            place = os.readlink(f"/proc/self/fd/{target}") if isinstance(target, int) else str(rest[0])
            size = os.stat(place).st_size if name == "fsync" and os.path.isfile(place) else -1
            self.seen.append((name, os.path.basename(place) if size < 0 else f"{os.path.basename(place)} {size}"))
            function(target, *rest)

        return call

    def named(self, *names: str) -> list[str]:
        """Return which of these files and folders were synced or renamed to, in order."""
        found = [f"{what} {name}" for what, name in self.seen]
        return [call for call in found if any(name in call for name in names)]


def test_a_new_run_outlasts_a_power_cut_once_it_is_there(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = Calls(monkeypatch)
    Run.create(path, {"seed": 3}).close()
    size = (path / "run.json").stat().st_size
    assert [call.split()[0] for call in calls.named("")] == ["fsync", "fsync", "replace", "fsync", "rename", "fsync"]
    assert calls.seen[0] == ("fsync", path.parent.parent.name), "the name of the new folder runs is synced"
    assert calls.seen[1][1].endswith(f" {size}"), "run.json is flushed before it is synced"
    assert calls.seen[-2:] == [("rename", "one"), ("fsync", "runs")]


def test_the_log_is_synced_before_a_checkpoint_and_whole(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Run.create(path, {}) as run:
        calls = Calls(monkeypatch)
        run.append(step_line(1))
        assert calls.seen == [], "a line waits for no disk"
        size = (path / "log.jsonl").stat().st_size
        assert size > 0, "but whoever watches reads it at once"
        run.write_checkpoint(checkpoint(1))
        assert calls.named("log.jsonl", "safetensors", "checkpoints") == [
            f"fsync log.jsonl {size}",
            "replace 0000000001.safetensors",
            "fsync checkpoints",
        ]
        calls.seen.clear()
        run.sync()
        assert calls.seen == [("fsync", f"log.jsonl {size}")]


def test_fresh_paths_are_free_and_tame(tmp_path: Path) -> None:
    first = fresh_path(tmp_path, "my cats/../..", "fast")
    assert first.parent == tmp_path
    assert first.name.endswith("-my-cats-fast")
    first.mkdir()
    assert fresh_path(tmp_path, "my cats/../..", "fast").name == first.name + "-2"
    assert fresh_path(tmp_path, "", "x" * 99).name.endswith("-" + "x" * 40)


def test_a_fresh_name_is_nobody_elses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".lab").mkdir()
    first = fresh_path(tmp_path, "a")
    promise(first).touch()  # a lab has given it to a training that starts
    with Run.create_fresh(tmp_path, ["a"], {}) as run:
        assert run.path.name == first.name + "-2"
    assert list((tmp_path / ".lab").iterdir()) == [promise(first)]
    names = [first, run.path, tmp_path / "free"]  # taken between the look and the act: by a lab, by a training
    monkeypatch.setattr(directory, "fresh_path", lambda *_: names.pop(0))
    with Run.create_fresh(tmp_path, ["a"], {}) as run:
        assert run.path.name == "free"
    names.append(tmp_path / "new" / "x")  # where no lab has ever been
    with Run.create_fresh(tmp_path / "new", ["a"], {}) as run:
        assert run.path.name == "x"
