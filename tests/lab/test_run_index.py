"""The runs of a folder: what is shown of each, in every state it can be in."""

from __future__ import annotations

import gc
import json
import os
import shutil
from itertools import pairwise
from pathlib import Path

import pytest

from convscope.errors import ConvscopeError, InputError
from convscope.explain.look import SLIDES
from convscope.lab import run_index
from convscope.lab.records import RunData, Scores
from convscope.lab.run_index import RunIndex
from convscope.runs.directory import Run
from convscope.runs.records import log_line
from tests.lab.rundirs import run_dir, settings, step, text


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "runs").mkdir()
    return tmp_path / "runs"


def test_the_figures_are_the_logs(root: Path) -> None:
    lines = [json.loads(line) for line in (SLIDES / "log.jsonl").read_text().splitlines()]
    run_dir(root, "one", lines, finished=True)
    shown = RunIndex(root).summary("one")
    assert (shown.state, shown.step, shown.steps, shown.seconds) == ("finished", 2574, 2574, 125.929)
    assert shown.test == Scores(0.9943, 0.12106289710834513)
    assert shown.validation == Scores(0.9944, 0.11905006273887657)
    assert (shown.plan, shown.recipe, shown.batch, shown.look) == ("slides", "fast", 128, "/runs/one/look")
    assert shown.data == RunData("mnist", train=55_000, validation=5_000, test=10_000, shape=(1, 28, 28))
    assert [point[0] for point in shown.curve] == [line["step"] for line in lines if line["kind"] == "step"]
    assert [point[0] for point in shown.measured] == [429, 858, 1287, 1716, 2145, 2574]
    entry = json.loads(json.dumps(shown.to_json(), allow_nan=False))
    assert (entry["data"]["shape"], entry["test"]["accuracy"], entry["asked"]) == ([1, 28, 28], 0.9943, None)


@pytest.mark.parametrize(("tune", "is_fit"), [(None, False), ("all", False), ("head", True)])
def test_a_head_on_frozen_features_is_one_fit_without_steps(root: Path, tune: str | None, is_fit: bool) -> None:
    run_dir(root, "one", [step(1)], start=None if tune is None else {"name": "lite0", "tune": tune})
    assert RunIndex(root).summary("one").is_fit is is_fit


def test_a_run_is_running_while_its_lock_is_held_and_stopped_after(root: Path) -> None:
    path, runs = run_dir(root, "one", [step(1)]), RunIndex(root)
    assert runs.summary("one").state == "stopped"
    with Run.reopen(path) as run:
        run.append(log_line(step(3), ""))
        shown = runs.summary("one")
        assert (shown.state, shown.step, shown.seconds, shown.curve) == (
            "running",
            3,
            0.3,
            ((1, 1, 0.5), (3, 1 / 3, 0.5)),
        )
    assert RunIndex(root).summary("one").state == runs.summary("one").state == "stopped"
    (path / "model.onnx").touch()
    assert runs.summary("one").state == "finished"


def test_a_stopped_run_stands_where_its_checkpoint_does(root: Path) -> None:
    run = run_dir(root, "a", [step(1), step(20)])
    (run / "checkpoints").mkdir(exist_ok=True)
    for name in ("0000000021.safetensors", "0000000084.safetensors", ".0000000099.tmp", "x.safetensors"):
        (run / "checkpoints" / name).touch()
    assert RunIndex(root).summary("a").step == 84
    (run / "checkpoints" / "0000000084.safetensors").unlink()
    (run / "checkpoints" / "0000000021.safetensors").unlink()
    assert RunIndex(root).summary("a").step == 20


@pytest.mark.medium
def test_the_curve_of_a_huge_log_is_even_and_ends_where_the_log_does(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_index, "KEPT", 64)
    monkeypatch.setattr(run_index, "POINTS", 16)
    path, runs = run_dir(root, "one"), RunIndex(root)
    for begin in range(0, 5_000, 1_000):
        with open(path / "log.jsonl", "ab") as file:
            file.write(text(map(step, range(begin, begin + 1_000))))
        curve = runs.summary("one").curve
        at = [point[0] for point in curve]
        assert (at[0], at[-1]) == (0, begin + 999)
        assert 16 <= len(at) <= 33
        gaps = {b - a for a, b in pairwise(at[:-1])}
        assert len(gaps) == 1, at
        assert all(loss == 1 / max(1, number) for number, loss, _ in curve)
    assert len(runs._readers["one"].curve) <= 64


def test_a_resumed_run_forgets_what_was_cut_off(root: Path) -> None:
    path, runs = run_dir(root, "one", map(step, range(1, 6))), RunIndex(root)
    assert len(runs.summary("one").curve) == 5
    (path / "log.jsonl").write_bytes(text([step(1), step(2, loss=9.0)]))
    assert runs.summary("one").curve == ((1, 1, 0.5), (2, 9.0, 0.5))


def faults(runs: RunIndex) -> dict[str, str]:
    """Return what is said of every damaged run, in English."""
    shown = runs.all().values()
    return {run.id: str(ConvscopeError.from_json(dict(run.message or {}))) for run in shown if run.state == "damaged"}


def test_a_damaged_run_is_named_every_time_hides_no_other_and_comes_when_it_is_mended(root: Path) -> None:
    good, bad, runs = run_dir(root, "good"), run_dir(root, "bad", formula="conv(0) + fc"), RunIndex(root)
    for _ in range(3):
        assert {id: run.state for id, run in runs.all().items()} == {"good": "stopped", "bad": "damaged"}
        assert faults(runs)["bad"].startswith("formula, column 1: conv needs kernel")
        with pytest.raises(ConvscopeError, match="conv needs kernel"):
            runs.summary("bad")
    (bad / "run.json").write_text(json.dumps(settings()))
    assert faults(runs) == {}
    (good / "run.json").write_text("{")
    os.utime(good / "run.json", ns=(1, 1))
    assert faults(runs) == {"good": "run.json: is not JSON"}
    assert list(runs.all()) == ["bad", "good"]


def test_what_is_damaged_is_said(root: Path) -> None:
    run_dir(root, "missing").joinpath("run.json").unlink()
    run_dir(root, "bytes").joinpath("run.json").write_bytes(b"\xff")
    run_dir(root, "huge").joinpath("run.json").write_bytes(b" " * 8_000_001)
    run_dir(root, "old", format="convscope.run/9")
    run_dir(root, "minus", data__train=-1)
    run_dir(root, "many", steps=2**60)
    (run_dir(root, "pipe") / "stop").touch()
    (root / "pipe" / "stop").unlink()
    os.mkfifo(root / "pipe" / "stop")
    run_dir(root, "\udcff\n")
    found = faults(RunIndex(root))
    assert found == {
        "missing": "its run.json is missing",
        "bytes": "run.json: is not JSON",
        "huge": "run.json: cannot be read: File too large",
        "old": "run.json: is of another kind or version, expected convscope.run/1",
        "minus": "run.json, data: the field train is of another type, got -1, expected a whole number",
        "many": "run.json: holds numbers that no run has",
        "pipe": "stop: is a link or no plain file; the lab shows only what lies in a run's own folder",
        r"\udcff\n": "the lab shows no run of such a name, expected letters, digits, ., - and _, at most 128\n"
        "try: rename its folder",
    }


@pytest.mark.medium
def test_asking_for_a_damaged_run_keeps_nothing(root: Path) -> None:
    run_dir(root, "bad").joinpath("run.json").write_text("{")
    runs = RunIndex(root)

    def ask(times: int) -> None:
        for _ in range(times):
            runs.all()
            with pytest.raises(InputError):
                runs.summary("bad")

    ask(10)
    gc.collect()
    before = len(gc.get_objects())
    ask(100)
    gc.collect()
    assert len(gc.get_objects()) < before + 50


def test_a_damaged_run_is_read_once(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run_dir(root, "bad", formula="conv(0) + fc")
    runs, read = RunIndex(root), list[Path]()
    real = run_index.checked_settings
    monkeypatch.setattr(run_index, "checked_settings", lambda path: read.append(path) or real(path))
    for _ in range(5):
        runs.all()
    assert len(read) == 1


def test_a_run_made_anew_under_its_name_is_read_anew(root: Path) -> None:
    path, runs = run_dir(root, "one", [step(5)]), RunIndex(root)
    assert runs.summary("one").classes[0] == "0"
    (path / "run.json").write_text(json.dumps(settings(classes=["a", "b"])))
    os.utime(path / "run.json", ns=(1, 1))
    assert runs.summary("one").classes == ("a", "b")


def test_the_newest_comes_first_and_what_went_away_is_gone(root: Path) -> None:
    for number, id in enumerate(("b", "c", "a")):
        os.utime(run_dir(root, id) / "run.json", ns=(number, number))
    runs = RunIndex(root)
    assert list(runs.all()) == ["a", "c", "b"]
    shutil.rmtree(root / "c")
    assert list(runs.all()) == ["a", "b"]
    assert RunIndex(root / "nowhere").all() == {}


def test_only_directories_of_the_root_itself_are_runs(root: Path, tmp_path: Path) -> None:
    outside = run_dir(tmp_path, "outside", [step(1)])
    (root / "link").symlink_to(outside)
    (root / "file").write_text("")
    run_dir(root, ".hidden")
    run_dir(root, "a b")
    inner = run_dir(root, "parts")
    (inner / "log.jsonl").unlink()
    (inner / "log.jsonl").symlink_to(outside / "log.jsonl")
    (root / "notes").mkdir()
    runs = RunIndex(root)
    assert {id: run.state for id, run in runs.all().items()} == dict.fromkeys(("link", "a b", "parts"), "damaged")
    assert "outside" not in str(faults(runs))
    for id in (
        "link",
        "file",
        ".hidden",
        "a b",
        "parts",
        "",
        ".",
        "..",
        "../outside",
        str(outside),
        "a/../link",
        "one\n",
        "a" * 129,
        "\0",
    ):
        with pytest.raises(InputError, match=r"^no run of this name"):
            runs.path(id)
    assert runs.path(run_dir(root, "한글-1").name).name == "한글-1"
