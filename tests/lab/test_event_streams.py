"""The event streams that a page follows: a run as it goes, and the list of runs as it changes."""

from __future__ import annotations

import asyncio
import json
import shutil
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from convscope.explain.look import SLIDES
from convscope.explain.payload.history import read_history
from convscope.lab import event_streams
from convscope.lab.app import Lab
from convscope.lab.event_streams import all_runs_events, new_snapshots, run_events, snapshot, thinned
from convscope.runs.directory import Run
from convscope.runs.records import EpochLine, StepLine, log_line
from tests.lab.asking import lab as made
from tests.lab.rundirs import run_dir, step, text

Event = tuple[str, Any]


@pytest.fixture
def lab(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Lab:
    monkeypatch.setattr(event_streams, "PAUSE", 0.01)
    return made(tmp_path)


def events_after(events: AsyncIterator[str], *acts: Callable[[list[Event]], bool]) -> list[Event]:
    """Return the events of a stream. After each one the next act is done, once it returns True; the last one true ends
    it.
    """
    found: list[Event] = []
    left = list(acts)

    async def go() -> None:
        async for part in events:
            for one in part.split("\n\n"):
                if one.startswith("event: "):
                    name, data = one.removeprefix("event: ").split("\ndata: ")
                    found.append((name, json.loads(data)))
            if left and left[0](found):
                del left[0]
                if acts and not left:
                    return

    asyncio.run(asyncio.wait_for(go(), 20))
    return found


def of(found: list[Event], kind: str) -> list[Any]:
    return [data for name, data in found if name == kind]


def always_open() -> bool:
    return False


def test_a_finished_run_is_sent_whole_and_the_stream_ends(lab: Lab) -> None:
    path = lab.runs.root / "one"
    shutil.copytree(SLIDES, path)
    found = events_after(run_events(lab.now, "one", always_open))
    assert [name for name, _ in found[:1] + found[-1:]] == ["run", "end"]
    assert of(found, "line") == [json.loads(line) for line in (SLIDES / "log.jsonl").read_text().splitlines()]
    history = read_history(SLIDES)
    assert history is not None
    read = history.to_json()
    shots = of(found, "snapshot")
    assert [{k: v for k, v in shot.items() if k not in ("n", "picture", "on")} for shot in shots] == read["snapshots"]
    assert [shot["n"] for shot in shots] == [np.sum(shot["confusion"]) for shot in shots]
    assert {json.dumps(shot["picture"]) for shot in shots} == {json.dumps(read["picture"])}
    assert {shot["on"] for shot in shots} == {read["confusion_on"]}
    assert of(found, "end")[0]["look"] == "/runs/one/look"


def test_a_run_is_followed_as_it_grows_is_cut_and_stops(lab: Lab) -> None:
    path = run_dir(lab.runs.root, "one", [step(1), step(2)])
    run = Run.reopen(path)

    def half(found: list[Event]) -> bool:
        (path / "log.jsonl").write_bytes(text([step(1), step(2), step(3)])[:-9])
        return len(of(found, "line")) == 2

    def whole(found: list[Event]) -> bool:
        (path / "log.jsonl").write_bytes(text([step(1), step(2), step(3)]))
        return len(of(found, "line")) == 3

    def cut(found: list[Event]) -> bool:
        (path / "log.jsonl").write_bytes(text([step(1)]))
        return bool(of(found, "reset"))

    def stop(found: list[Event]) -> bool:
        run.close()
        return bool(of(found, "end"))

    found = events_after(run_events(lab.now, "one", always_open), half, whole, cut, stop)
    assert [line["step"] for line in of(found, "line")] == [1, 2, 3, 1]
    assert [name for name, _ in found].index("reset") == [i for i, (name, _) in enumerate(found) if name == "line"][
        3
    ] - 1
    assert (of(found, "run")[0]["state"], of(found, "end")[0]["state"]) == ("running", "stopped")


def test_a_damaged_or_foreign_snapshot_is_passed_over(lab: Lab, tmp_path: Path) -> None:
    path = lab.runs.root / "one"
    shutil.copytree(SLIDES, path)
    files = sorted((path / "snapshots").iterdir())
    files[0].write_bytes(files[0].read_bytes()[:-5])
    files[1].write_bytes(b"")
    files[2].rename(tmp_path / "elsewhere")
    files[2].symlink_to(tmp_path / "elsewhere")
    assert snapshot(files[0]) is snapshot(files[1]) is None
    assert new_snapshots(path, {files[3].name}) == files[:2] + files[4:]
    found = events_after(run_events(lab.now, "one", always_open))
    assert len(of(found, "snapshot")) == len(files) - 3


def test_a_run_that_goes_away_ends_its_stream(lab: Lab) -> None:
    path = run_dir(lab.runs.root, "one", [step(1)])
    run = Run.reopen(path)

    def remove(found: list[Event]) -> bool:
        shutil.rmtree(path, ignore_errors=True)
        return False

    found = events_after(run_events(lab.now, "one", always_open), remove)
    run.close()
    assert of(found, "end") == []


def test_the_list_tells_what_is_new_changed_and_gone(lab: Lab) -> None:
    run_dir(lab.runs.root, "a", [step(1)])
    run_dir(lab.runs.root, "quiet")

    def add(found: list[Event]) -> bool:
        if not (lab.runs.root / "b").exists():
            run_dir(lab.runs.root, "b")
        return "b" in [one["id"] for one in of(found, "run")]

    def grow(found: list[Event]) -> bool:
        (lab.runs.root / "a" / "log.jsonl").write_bytes(text([step(1), step(7)]))
        return 7 in [one["step"] for one in of(found, "run")]

    def remove(found: list[Event]) -> bool:
        shutil.rmtree(lab.runs.root / "b", ignore_errors=True)
        return bool(of(found, "gone"))

    found = events_after(all_runs_events(lab.now, always_open), add, grow, remove)
    assert [(name, len(data) if name == "runs" else data["id"]) for name, data in found] == [
        ("runs", 2),
        ("run", "b"),
        ("run", "a"),
        ("gone", "b"),
    ]


def test_a_closing_lab_ends_every_stream(lab: Lab) -> None:
    run_dir(lab.runs.root, "one")
    with Run.reopen(lab.runs.root / "one"):
        assert [name for name, _ in events_after(run_events(lab.now, "one", lambda: True))] == ["run"]
        assert [name for name, _ in events_after(all_runs_events(lab.now, lambda: True))] == ["runs"]


@pytest.mark.medium
def test_many_old_lines_are_thinned_but_no_epoch_is_lost() -> None:
    figures = {"train": {"accuracy": 0.5, "loss": 1.0}, "validation": None}
    lines = [
        log_line({**step(n), **({"kind": "epoch", **figures} if n % 1_000 == 0 else {})}, "") for n in range(1, 20_001)
    ]
    few = thinned(lines)
    assert 1_500 <= len(few) <= 1_600
    assert [line.step for line in few if isinstance(line, EpochLine)] == [*range(1_000, 20_001, 1_000)]
    assert [line.step for line in few if isinstance(line, StepLine)][:3] == [1, 14, 27]
    assert thinned(lines[:1_400]) == lines[:1_400]


def test_streams_that_ask_at_the_same_time_read_the_list_once(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    read, real = list[int](), lab.jobs.all
    monkeypatch.setattr(lab.jobs, "all", lambda: read.append(1) or real())

    async def many() -> None:
        await asyncio.gather(*(lab.now.all() for _ in range(24)))
        assert len(read) == 1
        await lab.now.all(anew=True)

    asyncio.run(many())
    assert len(read) == 2
