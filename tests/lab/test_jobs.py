"""Training jobs, processes of their own: how they are started, stopped, go on without the lab, and what is told of a
failed one.
"""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from convscope.errors import ConvscopeError, InputError, UsageError, phrase
from convscope.lab.catalogue import Catalogue
from convscope.lab.jobs import MOST, TrainingJobs, short_name
from convscope.lab.records import Asked, RunSummary, TrainingRequest
from convscope.lab.run_index import RunIndex
from convscope.runs.directory import Run
from convscope.runs.run_json import read_run_json
from tests.lab.rundirs import run_dir, step
from tests.lab.test_catalogue import pictures

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
def jobs(tmp_path: Path) -> TrainingJobs:
    (tmp_path / "my runs").mkdir()
    return TrainingJobs(RunIndex(tmp_path / "my runs"), Catalogue([pictures(tmp_path / "-my pets")]))


def said(run: RunSummary) -> str:
    """Return the English of a failed run's message."""
    return str(ConvscopeError.from_json(dict(run.message or {})))


def until(true: Callable[[], bool], seconds: float = 60) -> None:
    """Wait until it is so; fail if it never is."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "never came true"
        time.sleep(0.02)


def ended(launches: Launches) -> None:
    launches.processes[-1].wait()


def test_recipe_auto_leaves_the_choice_to_train(jobs: TrainingJobs, launches: Launches) -> None:
    id = jobs.start(TrainingRequest("folder/0", recipe="auto"))
    (words,) = launches.words
    assert [word for word in words if word.startswith("--")] == ["--json", f"--out={jobs.runs.root / id}", "--"]
    assert jobs.one(id).recipe == "fast"  # until its settings say what was chosen
    assert id.endswith("-my-pets"), "a name promises no recipe that another may win over"
    assert jobs.start(TrainingRequest("folder/0", recipe="slides")).endswith("-my-pets-slides")


@pytest.mark.parametrize(("source", "name"), [("/x/birds.zip", "birds"), ("/x/birds.2024", "birds.2024")])
def test_a_file_gives_a_run_its_name_without_the_ending(source: str, name: str) -> None:
    assert short_name(Path(source)) == name


def test_what_is_started_is_the_command_line(jobs: TrainingJobs, launches: Launches, tmp_path: Path) -> None:
    id = jobs.start(
        TrainingRequest.from_json(
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
    )
    words = launches.words[0]
    assert words[:5] == [sys.executable, "-P", "-m", "convscope", "train"]
    assert words[5:] == [
        "--json",
        "--arch=conv(4, 3) + relu + fc",
        "--recipe=slides",
        "--epochs=2.5",
        "--seed=7",
        "--val=2",
        "--size=9",
        f"--out={tmp_path / 'my runs' / id}",
        "--",
        str(tmp_path / "-my pets"),
    ]
    assert launches.options[0]["start_new_session"] is True
    id = jobs.start(TrainingRequest())
    assert launches.words[1][6:] == ["--recipe=fast", f"--out={tmp_path / 'my runs' / id}", "--", "mnist"]


def test_a_training_is_starting_until_its_directory_is_there_and_running_then(
    jobs: TrainingJobs, launches: Launches
) -> None:
    id = jobs.start(TrainingRequest("mnist", "lenet5", epochs=2))
    shown = jobs.one(id)
    assert (shown.state, shown.plan, shown.epochs, shown.batch) == ("starting", "lenet5", 2, 128)
    assert shown.formula.startswith("conv(6, 5, pad=2)")
    assert shown.asked == Asked("mnist", None)
    path = run_dir(jobs.runs.root, id, [step(1)])
    assert jobs.one(id).state == "starting"
    with Run.reopen(path):
        assert jobs.one(id).state == "running"
    assert jobs.one(id).state == "running"  # it let go of the lock, but is not gone yet
    launches.processes[0].kill()
    ended(launches)
    shown = jobs.one(id)
    assert (shown.state, said(shown), shown.step) == ("failed", "ended with exit code -9", 1)


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (
            InputError("file.unreadable", reason="/home/me/private/x.png", got=3, hint=phrase("run.anew.try")),
            "cannot be read: x.png, got 3\ntry: start a new training",
        ),
        (InputError("run.exists", where="{root}/one"), "one: already exists"),
        (ConvscopeError("error.bug", what="KeyError: 'x'"), "a bug in convscope: KeyError: 'x'"),
        (None, "ended with exit code 7"),
    ],
)
@pytest.mark.medium
def test_a_failed_training_says_why_without_a_path(
    jobs: TrainingJobs, launches: Launches, error: ConvscopeError | None, message: str
) -> None:
    answer = "" if error is None else json.dumps({"error": error.to_json()})
    answer = answer.replace("{root}", str(jobs.runs.root))
    launches.code = f"import sys; print({'x' * 90_000!r}); print({answer!r}); sys.exit(7)"
    id = jobs.start(TrainingRequest())
    ended(launches)
    shown = jobs.one(id)
    assert shown.state == "failed"
    assert said(shown) == message


def test_a_stop_is_asked_for_in_the_directory_whoever_trains(jobs: TrainingJobs) -> None:
    path = run_dir(jobs.runs.root, "one")
    with pytest.raises(InputError, match="is not being trained"):
        jobs.stop("one")
    with Run.reopen(path) as run:
        assert not run.asked_to_stop()
        jobs.stop("one")
        assert run.asked_to_stop()
    for id in ("two", "..", "one/../one"):
        with pytest.raises(InputError, match="no run of this name"):
            jobs.stop(id)


def test_a_training_can_be_stopped_before_it_begins(jobs: TrainingJobs, launches: Launches) -> None:
    id = jobs.start(TrainingRequest())
    jobs.stop(id)
    ended(launches)
    assert launches.processes[0].returncode == -signal.SIGTERM
    shown = jobs.one(id)
    assert (shown.state, said(shown)) == ("failed", "stopped before it began")
    with pytest.raises(InputError, match="is not being trained"):
        jobs.stop(id)
    run_dir(jobs.runs.root, "old", [step(3)])
    jobs.resume("old")
    jobs.stop("old")
    ended(launches)
    assert (jobs.one("old").state, jobs.one("old").message) == ("stopped", None)


def test_only_a_stopped_run_is_resumed_and_only_once(jobs: TrainingJobs, launches: Launches) -> None:
    path = run_dir(jobs.runs.root, "one", [step(3)])
    with Run.reopen(path), pytest.raises(InputError, match="is being trained"):
        jobs.resume("one")
    jobs.resume("one")
    assert launches.words[0][5:] == ["--json", f"--resume={path}"]
    assert jobs.one("one").state == "starting"
    with pytest.raises(InputError, match="is being trained"):
        jobs.resume("one")
    run_dir(jobs.runs.root, "done", finished=True)
    with pytest.raises(InputError, match="is finished"):
        jobs.resume("done")
    with pytest.raises(InputError, match="no run of this name"):
        jobs.resume("nothing")
    assert len(launches.words) == 1


def test_a_run_that_failed_is_no_failure_once_it_goes_on(jobs: TrainingJobs, launches: Launches) -> None:
    run_dir(jobs.runs.root, "one", [step(3)])
    launches.code = "import sys; sys.exit(4)"
    jobs.resume("one")
    ended(launches)
    assert said(jobs.one("one")) == "ended with exit code 4"
    launches.code = WAITS
    jobs.resume("one")
    assert (jobs.one("one").state, jobs.one("one").message) == ("starting", None)


def test_there_is_room_for_a_few_trainings_at_once(jobs: TrainingJobs, launches: Launches) -> None:
    ids = [jobs.start(TrainingRequest()) for _ in range(MOST)]
    assert len(set(ids)) == MOST
    with pytest.raises(UsageError, match="trainings are going on"):
        jobs.start(TrainingRequest())
    launches.processes[0].kill()
    launches.processes[0].wait()
    jobs.start(TrainingRequest())
    assert len(launches.words) == MOST + 1


def test_nothing_is_started_that_cannot_be_trained(jobs: TrainingJobs, launches: Launches) -> None:
    for wanted in (
        {"formula": "conv(1, 99) + fc"},
        {"formula": "conv("},
        {"formula": "conv(3, 13) + fc", "data": "folder/0"},
        {"size": 0, "data": "folder/0"},
        {"epochs": 0},
    ):
        with pytest.raises(ConvscopeError):
            jobs.start(TrainingRequest.from_json(wanted))
    assert launches.words == []
    assert list(jobs.runs.root.iterdir()) == []


@pytest.mark.slow
def test_a_real_training_outlives_its_lab_and_is_stopped_and_resumed_by_the_next(jobs: TrainingJobs) -> None:
    id = jobs.start(
        TrainingRequest.from_json(
            {"data": "folder/0", "formula": "conv(4, 3) + relu + fc", "recipe": "slides", "epochs": 100_000, "val": 1}
        )
    )
    until(lambda: jobs.one(id).state == "running")
    later = TrainingJobs(RunIndex(jobs.runs.root), Catalogue([]))  # a lab that did not start it
    try:
        assert (later.one(id).state, later.one(id).recipe) == ("running", "slides")
        assert later.one(id).data.shape == (3, 12, 10)
        assert later.one(id).asked is None
        assert jobs.one(id).asked == Asked("folder/0", None)
        until(lambda: later.one(id).step > 0)
    finally:
        later.stop(id)
    until(lambda: later.one(id).state == "stopped")
    until(lambda: jobs.one(id).state == "stopped")
    assert jobs.one(id).message is None
    before = later.one(id).step
    later.resume(id)
    assert later.one(id).state in ("starting", "running")
    try:
        until(lambda: later.one(id).state == "running")
        until(lambda: later.one(id).step > before)
    finally:
        later.stop(id)
    until(lambda: later.one(id).state == "stopped")
    assert read_run_json(later.runs.root / id)["seed"] == 0
