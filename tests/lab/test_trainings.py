"""Trainings as processes of their own: how they are started, stopped, go on without the lab, and what is told of a
failed one.
"""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from convscope.errors import ConvscopeError, InputError, UsageError
from convscope.lab.choices import Choices
from convscope.lab.runview import Runs
from convscope.lab.trainings import MOST, Trainings
from convscope.runs.directory import Run, read_settings
from tests.lab.rundirs import run_dir, step
from tests.lab.test_choices import pictures

POPEN = subprocess.Popen
WAITS = "import time; time.sleep(60)"


class Launches:
    """Takes the place of Popen: keeps what was to be started, and starts a process that does `code` instead."""

    def __init__(self) -> None:
        self.code, self.words, self.options = WAITS, list[list[str]](), list[dict[str, Any]]()
        self.processes: list[subprocess.Popen[bytes]] = []

    def __call__(self, words: list[str], **options: Any) -> subprocess.Popen[bytes]:
        self.words.append(words)
        self.options.append(options)
        self.processes.append(POPEN([sys.executable, "-S", "-c", self.code], **options))
        return self.processes[-1]


@pytest.fixture
def launches(monkeypatch: pytest.MonkeyPatch) -> Iterator[Launches]:
    made = Launches()
    monkeypatch.setattr(subprocess, "Popen", made)
    yield made
    for process in made.processes:
        process.kill()
        process.wait()


@pytest.fixture
def trainings(tmp_path: Path) -> Trainings:
    (tmp_path / "my runs").mkdir()
    return Trainings(Runs(tmp_path / "my runs"), Choices([pictures(tmp_path / "-my pets")]))


def until(true: Callable[[], bool], seconds: float = 60) -> None:
    """Wait until it is so; fail if it never is."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "never came true"
        time.sleep(0.02)


def ended(launches: Launches) -> None:
    launches.processes[-1].wait()


def test_what_is_started_is_the_command_line(trainings: Trainings, launches: Launches, tmp_path: Path) -> None:
    id = trainings.start(
        {
            "data": "folder/0",
            "formula": "conv(4, 3) + relu + fc",
            "recipe": "slides",
            "epochs": 2.5,
            "seed": 7,
            "val": 2,
            "size": 9,
        }
    )
    words = launches.words[0]
    assert words[:5] == [sys.executable, "-P", "-m", "convscope", "train"]
    assert words[5:] == [
        "--json",
        "--out",
        str(tmp_path / "my runs" / id),
        "--recipe=slides",
        "--epochs=2.5",
        "--seed=7",
        "--val=2",
        "--size=9",
        "--arch=conv(4, 3) + relu + fc",
        "--",
        str(tmp_path / "-my pets"),
    ]
    assert launches.options[0]["start_new_session"] is True
    trainings.start({})
    assert launches.words[1][8:] == ["--recipe=fast", "--", "mnist"]


def test_a_training_is_starting_until_its_directory_is_there_and_running_then(
    trainings: Trainings, launches: Launches
) -> None:
    id = trainings.start({"data": "mnist", "formula": "lenet5", "epochs": 2})
    shown = trainings.one(id)
    assert (shown["state"], shown["plan"], shown["epochs"], shown["batch"]) == ("starting", "lenet5", 2, 128)
    assert shown["formula"].startswith("conv(6, 5, pad=2)")
    assert shown["asked"] == {"data": "mnist", "size": None}
    path = run_dir(trainings.runs.root, id, [step(1)])
    assert trainings.one(id)["state"] == "starting"
    with Run.reopen(path):
        assert trainings.one(id)["state"] == "running"
    assert trainings.one(id)["state"] == "running"  # it let go of the lock, but is not gone yet
    launches.processes[0].kill()
    ended(launches)
    shown = trainings.one(id)
    assert (shown["state"], shown["message"], shown["step"]) == ("failed", "ended with exit code -9", 1)


@pytest.mark.parametrize(
    ("says", "code", "state", "message"),
    [
        (
            "cannot be read: /home/me/private/x.png, got 3\ntry: another",
            3,
            "failed",
            "cannot be read: x.png, got 3\ntry: another",
        ),
        ("in {root}/one: no", 3, "failed", "in one: no"),
        (
            "Traceback (most recent call last):\n  File \"/a/b.py\"\nKeyError: 'x'",
            1,
            "failed",
            "a mistake of convscope's own: KeyError: 'x'",
        ),
        ("", 7, "failed", "ended with exit code 7"),
        ("x" * 90_000 + "\nthe end", 4, "failed", "x" * 300 + "\nthe end"),
    ],
)
def test_a_failed_training_says_why_without_a_path(
    trainings: Trainings, launches: Launches, says: str, code: int, state: str, message: str
) -> None:
    launches.code = f"import sys; sys.stderr.write({says.format(root=trainings.runs.root)!r}); sys.exit({code})"
    id = trainings.start({})
    ended(launches)
    shown = trainings.one(id)
    assert shown["state"] == state
    assert shown["message"] == message


def test_a_stop_is_asked_for_in_the_directory_whoever_trains(trainings: Trainings) -> None:
    path = run_dir(trainings.runs.root, "one")
    with pytest.raises(InputError, match="is not being trained"):
        trainings.stop("one")
    with Run.reopen(path) as run:
        assert not run.asked_to_stop()
        trainings.stop("one")
        assert run.asked_to_stop()
    for id in ("two", "..", "one/../one"):
        with pytest.raises(InputError, match="no run of this name"):
            trainings.stop(id)


def test_a_training_can_be_stopped_before_it_begins(trainings: Trainings, launches: Launches) -> None:
    id = trainings.start({})
    trainings.stop(id)
    ended(launches)
    assert launches.processes[0].returncode == -signal.SIGTERM
    shown = trainings.one(id)
    assert (shown["state"], shown["message"]) == ("failed", "stopped before it began")
    with pytest.raises(InputError, match="is not being trained"):
        trainings.stop(id)
    run_dir(trainings.runs.root, "old", [step(3)])
    trainings.resume("old")
    trainings.stop("old")
    ended(launches)
    assert (trainings.one("old")["state"], trainings.one("old")["message"]) == ("stopped", None)


def test_only_a_stopped_run_is_resumed_and_only_once(trainings: Trainings, launches: Launches) -> None:
    path = run_dir(trainings.runs.root, "one", [step(3)])
    with Run.reopen(path), pytest.raises(InputError, match="is being trained"):
        trainings.resume("one")
    trainings.resume("one")
    assert launches.words[0][5:] == ["--json", "--resume", str(path)]
    assert trainings.one("one")["state"] == "starting"
    with pytest.raises(InputError, match="is being trained"):
        trainings.resume("one")
    run_dir(trainings.runs.root, "done", finished=True)
    with pytest.raises(InputError, match="is finished"):
        trainings.resume("done")
    with pytest.raises(InputError, match="no run of this name"):
        trainings.resume("nothing")
    assert len(launches.words) == 1


def test_a_run_that_failed_is_no_failure_once_it_goes_on(trainings: Trainings, launches: Launches) -> None:
    run_dir(trainings.runs.root, "one", [step(3)])
    launches.code = "import sys; sys.exit('no space')"
    trainings.resume("one")
    ended(launches)
    assert trainings.one("one")["message"] == "no space"
    launches.code = WAITS
    trainings.resume("one")
    assert (trainings.one("one")["state"], trainings.one("one")["message"]) == ("starting", None)


def test_there_is_room_for_a_few_trainings_at_once(trainings: Trainings, launches: Launches) -> None:
    ids = [trainings.start({}) for _ in range(MOST)]
    assert len(set(ids)) == MOST
    with pytest.raises(UsageError, match="trainings are going on"):
        trainings.start({})
    launches.processes[0].kill()
    launches.processes[0].wait()
    trainings.start({})
    assert len(launches.words) == MOST + 1


def test_nothing_is_started_that_cannot_be_trained(trainings: Trainings, launches: Launches) -> None:
    for wanted in (
        {"formula": "conv(1, 99) + fc"},
        {"formula": "conv("},
        {"formula": "conv(3, 13) + fc", "data": "folder/0"},
        {"size": 0, "data": "folder/0"},
        {"epochs": 0},
    ):
        with pytest.raises(ConvscopeError):
            trainings.start(wanted)
    assert launches.words == []
    assert list(trainings.runs.root.iterdir()) == []


@pytest.mark.slow
def test_a_real_training_outlives_its_lab_and_is_stopped_and_resumed_by_the_next(trainings: Trainings) -> None:
    id = trainings.start(
        {"data": "folder/0", "formula": "conv(4, 3) + relu + fc", "recipe": "slides", "epochs": 100_000, "val": 1}
    )
    until(lambda: trainings.one(id)["state"] == "running")
    later = Trainings(Runs(trainings.runs.root), Choices([]))  # a lab that did not start it
    try:
        assert (later.one(id)["state"], later.one(id)["recipe"]) == ("running", "slides")
        assert later.one(id)["data"]["shape"] == [3, 12, 10]
        assert later.one(id)["asked"] is None
        assert trainings.one(id)["asked"] == {"data": "folder/0", "size": None}
        until(lambda: later.one(id)["step"] > 0)
    finally:
        later.stop(id)
    until(lambda: later.one(id)["state"] == "stopped")
    until(lambda: trainings.one(id)["state"] == "stopped")
    assert trainings.one(id)["message"] is None
    before = later.one(id)["step"]
    later.resume(id)
    assert later.one(id)["state"] in ("starting", "running")
    try:
        until(lambda: later.one(id)["state"] == "running")
        until(lambda: later.one(id)["step"] > before)
    finally:
        later.stop(id)
    until(lambda: later.one(id)["state"] == "stopped")
    assert read_settings(later.runs.root / id)["seed"] == 0
