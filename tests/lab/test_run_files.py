"""A run's files as the lab reads them: whole lines, sound settings, nothing from elsewhere."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from convscope.errors import ConvscopeError, InputError
from convscope.explain.look import SLIDES
from convscope.lab import run_files
from convscope.lab.records import RunData
from convscope.lab.run_files import LogTail, check_own, checked_settings, is_count, shown_line
from convscope.runs.records import LogLine
from convscope.web.error_json import to_json
from tests.lab.rundirs import run_dir, settings, step, text


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "log.jsonl"


def steps(lines: list[LogLine]) -> list[int]:
    return [line.step for line in lines]


def test_every_line_of_a_real_log_is_read_as_it_stands() -> None:
    lines = [json.loads(line) for line in (SLIDES / "log.jsonl").read_text().splitlines()]
    assert [line.to_json() for line in LogTail(SLIDES / "log.jsonl").read()] == lines


def test_a_half_written_line_comes_when_it_is_whole(file: Path) -> None:
    log, whole = LogTail(file), text([step(1), step(2)])
    assert log.read() == []
    for end, wanted in ((30, []), (len(whole) - 1, [1]), (len(whole), [2])):
        file.write_bytes(whole[:end])
        assert steps(log.read()) == wanted
    assert (log.read(), log.version) == ([], 0)


@pytest.mark.parametrize(
    "damaged",
    [
        b"{",
        b"",
        b"[]",
        b"null",
        b"7",
        b"\xff\xfe",
        b'"step"',
        b"[" * 100_000,
        b'{"kind": "step"}',
        json.dumps({**step(1), "kind": "end"}).encode(),
        json.dumps({**step(1), "step": -1}).encode(),
        json.dumps({**step(1), "step": 1.5}).encode(),
        json.dumps({**step(1), "step": True}).encode(),
        json.dumps({**step(1), "step": 2**60}).encode(),
        json.dumps({**step(1), "loss": "<b>"}).encode(),
        json.dumps({**step(1), "loss": None}).encode(),
        json.dumps({**step(1), "loss": 10**400}).encode(),
        json.dumps({**step(1), "accuracy": [0.5]}).encode(),
        json.dumps({**step(1), "time": 3}).encode(),
        json.dumps({**step(1), "time": {}}).encode(),
        json.dumps({**step(1), "loss": float("nan")}).encode(),
        json.dumps({**step(1), "lr": float("inf")}).encode(),
        json.dumps(step(1)).replace("0.1,", "1e999,").encode(),
        json.dumps({**step(1), "kind": "epoch", "validation": {"loss": 1}}).encode(),
        json.dumps({**step(1), "kind": "result", "test": [1]}).encode(),
        json.dumps({**step(1), "kind": "result", "test": "x"}).encode(),
    ],
    ids=lambda line: line[:60].decode("latin-1"),
)
def test_a_damaged_line_is_left_out_and_its_neighbours_are_not(file: Path, damaged: bytes) -> None:
    file.write_bytes(text([step(1)]) + damaged + b"\n" + text([step(2)]))
    assert shown_line(damaged) is None
    assert steps(LogTail(file).read()) == [1, 2]


def test_a_resumed_run_is_sent_again_even_if_it_has_grown_beyond(file: Path) -> None:
    log = LogTail(file)
    file.write_bytes(text(map(step, range(1, 6))))
    assert steps(log.read()) == [1, 2, 3, 4, 5]
    file.write_bytes(text(map(step, range(1, 4))))
    assert (steps(log.read()), log.version) == ([1, 2, 3], 1)
    slower = [
        {**step(n), "time": {"seconds": n / 7}} for n in range(1, 40)
    ]  # cut and past the old end before anybody looked
    file.write_bytes(text(slower))
    assert (steps(log.read()), log.version) == ([*range(1, 40)], 2)
    file.write_bytes(text([*slower, step(40)]))
    assert (steps(log.read()), log.version) == ([40], 2)
    file.unlink()
    assert (log.read(), log.version) == ([], 2)


def test_a_large_log_is_read_in_bites_and_an_endless_line_is_passed_over(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file.write_bytes(text(map(step, range(50))) + b"x" * 2_000 + b"\n" + text([step(50)]))
    monkeypatch.setattr(run_files, "BITE", 400)
    first = LogTail(file).read()
    assert 0 < len(first) < 4
    assert steps(LogTail(file).rest()) == [*range(51)]


def test_a_pipe_in_place_of_a_log_holds_nobody_up(file: Path) -> None:
    os.mkfifo(file)
    assert LogTail(file).read() == []


@pytest.mark.parametrize("name", ["run.json", "log.jsonl", "model.onnx", "lock", "stop", "snapshots", "checkpoints"])
@pytest.mark.parametrize("kind", ["link", "pipe", "other"])
def test_a_run_is_all_its_own(tmp_path: Path, name: str, kind: str) -> None:
    path = run_dir(tmp_path, "one", finished=True)
    check_own(path)
    target = path / name
    folder = target.is_dir()
    if target.exists():
        target.rmdir() if folder else target.rename(tmp_path / name)
    if kind == "link":
        target.symlink_to(tmp_path if folder else tmp_path / name)
    elif kind == "pipe":
        os.mkfifo(target)
    elif folder:
        target.write_text("")
    else:
        target.mkdir()
    with pytest.raises(InputError, match=f"^{name}: is a link or no plain file"):
        check_own(path)


def test_the_settings_of_a_real_run_are_taken() -> None:
    found, written = checked_settings(SLIDES), settings()
    assert (found.formula, found.plan, found.classes) == (written["formula"], "slides", tuple("0123456789"))
    assert (found.seed, found.epochs, found.steps, found.recipe, found.batch) == (0, 6.0, 2574, "fast", 128)
    assert found.data == RunData("mnist", 55_000, 5_000, 10_000, (1, 28, 28))


def test_what_another_version_leaves_out_or_adds_hides_nothing(tmp_path: Path) -> None:
    path = run_dir(tmp_path, "one", more=[None], recipe__new=[1])
    stored = json.loads((path / "run.json").read_text())
    del stored["plan"], stored["data"]["validation"], stored["data"]["test"], stored["input"], stored["versions"]
    (path / "run.json").write_text(json.dumps(stored))
    found = checked_settings(path)
    assert (found.plan, found.data.validation, found.data.test, found.steps) == (None, None, None, 2574)


@pytest.mark.parametrize(
    "changes",
    [
        {"format": "convscope.run/2"},
        {"formula": 7},
        {"formula": "conv(0, 5) + fc"},
        {"formula": "conv(4, 99) + fc"},
        {"formula": "conv("},
        {"plan": 3},
        {"plan": ["x"]},
        {"seed": "0"},
        {"seed": None},
        {"seed": float("nan")},
        {"steps": -1},
        {"steps": 1.5},
        {"steps": "9"},
        {"epochs": float("inf")},
        {"epochs": [1]},
        {"epochs": True},
        {"classes": "0123456789"},
        {"classes": [0, 1]},
        {"classes": {"a": 1}},
        {"classes": []},
        {"recipe": "fast"},
        {"recipe": None},
        {"recipe__name": 5},
        {"recipe__batch_size": "128"},
        {"data": []},
        {"data__set": None},
        {"data__shape": [28, 28]},
        {"data__shape": [1, 28, -28]},
        {"data__shape": [1, 28, 10**400]},
        {"data__shape": {"a": 1, "b": 2, "c": 3}},
        {"data__train": float("inf")},
        {"data__validation": "many"},
        {"data__test": -1},
    ],
    ids=lambda changes: str(changes)[:60],
)
def test_settings_of_other_kinds_are_refused_without_a_path(tmp_path: Path, changes: dict[str, Any]) -> None:
    with pytest.raises(ConvscopeError) as caught:
        checked_settings(run_dir(tmp_path, "one", **changes))
    assert "\n" not in caught.value.line()
    assert str(tmp_path) not in json.dumps(to_json(caught.value, tmp_path))


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff", b"[" * 200_000, b" " * 8_000_001 + b"{}"])
def test_a_damaged_run_json_is_refused(tmp_path: Path, content: bytes) -> None:
    path = run_dir(tmp_path, "one")
    (path / "run.json").write_bytes(content)
    with pytest.raises(InputError, match=r"one/run.json: (is not JSON|cannot be read: |is of another kind)"):
        checked_settings(path)


def test_what_counts_as_a_count() -> None:
    assert [is_count(v) for v in (0, 2**53 - 1, -1, 2**53, 1.0, True, "1")] == [True] * 2 + [False] * 5
