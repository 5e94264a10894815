"""What a lab keeps of its trainings: the next lab loses none, no id is given twice, and what the machine refuses is
one line.
"""

from __future__ import annotations

import errno
import json
import shutil
import subprocess
from pathlib import Path

import pytest

from convscope.errors import ConvscopeError, EnvironmentFault, InputError
from convscope.lab.catalogue import Catalogue
from convscope.lab.jobs import TrainingJobs
from convscope.lab.records import AUTO, RunSummary, TrainingRequest
from convscope.lab.run_index import RunIndex
from convscope.runs.directory import Run, fresh_path, promise
from tests.lab.rundirs import run_dir, step
from tests.lab.test_jobs import Launches, launches, said, until  # noqa: F401

WANTED = TrainingRequest("mnist", "conv(4, 5) + relu + fc", epochs=2)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "runs").mkdir()
    return tmp_path / "runs"


def lab(root: Path) -> TrainingJobs:
    return TrainingJobs(RunIndex(root), Catalogue([]))


def gone(launches: Launches) -> None:  # noqa: F811
    """End what was started, and wait for it as nobody else will."""
    for process in launches.processes:
        process.kill()
        process.wait()


def test_the_next_lab_follows_what_has_not_begun_yet(root: Path, launches: Launches) -> None:  # noqa: F811
    id = lab(root).start(WANTED)  # that lab is killed
    later = lab(root)
    shown = later.one(id)
    assert (shown.state, shown.epochs, shown.asked) == ("starting", 2, None)
    assert shown.formula.startswith("conv(4, 5)")
    path = run_dir(root, id, [step(1)])
    with Run.reopen(path):
        assert later.one(id).state == "running"
    assert later.one(id).state == "running"  # it let go of the lock, but is not gone yet
    assert promise(path).exists()
    gone(launches)
    assert (later.one(id).state, later.one(id).message) == ("stopped", None)
    assert not promise(path).exists()  # the directory keeps the name now


def test_the_next_lab_tells_of_one_that_ended_unseen(root: Path, launches: Launches) -> None:  # noqa: F811
    fault = json.dumps({"error": InputError("folder.images", where=f"{root}/../cats").to_json()})
    launches.code = f"print({fault!r})"
    first = lab(root)
    ids = [first.start(WANTED)]
    launches.processes[0].wait()
    launches.code = ""
    ids.append(first.start(WANTED))
    gone(launches)
    for _ in range(2):  # and the one after that
        later = lab(root)
        assert [later.one(id).state for id in ids] == ["failed", "failed"]
        assert later.one(ids[0]).message["key"] == "folder.images"
        assert str(root) not in str(later.one(ids[0]).message)
        assert said(later.one(ids[1])) == "stopped before it began"


@pytest.mark.medium
def test_no_id_is_given_twice(root: Path, launches: Launches) -> None:  # noqa: F811
    first, later = lab(root), lab(root)  # two labs on one folder are refused; if they were not:
    ids = [jobs.start(WANTED) for jobs in (first, later, first)]
    assert fresh_path(root, "mnist", "fast").name not in ids  # nor by the command line
    gone(launches)
    ids += [lab(root).start(WANTED) for _ in range(3)]
    assert len(set(ids)) == 6


def test_a_name_that_another_process_took_meanwhile_hides_no_failure(root: Path, launches: Launches) -> None:  # noqa: F811
    jobs = lab(root)
    launches.code = (
        f"print({json.dumps({'error': InputError('run.exists', where='x').to_json()})!r}); raise SystemExit(3)"
    )
    id = jobs.start(WANTED)
    run_dir(root, id, [step(5)])
    launches.processes[0].wait()
    found = jobs.all()
    assert (found[id].state, found[id].message) == ("stopped", None)
    (other,) = (run for run in found.values() if run.id != id)
    assert (other.state, other.message["key"]) == ("failed", "run.exists")


@pytest.mark.parametrize("number", [errno.EAGAIN, errno.ENOMEM, errno.EMFILE])
def test_what_the_machine_refuses_is_one_line_and_keeps_no_name(
    root: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    def refused(*_: object, **__: object) -> None:
        raise OSError(number, "refused")

    monkeypatch.setattr(subprocess, "Popen", refused)
    jobs = lab(root)
    with pytest.raises(EnvironmentFault, match="the training cannot be started: refused"):
        jobs.start(WANTED)
    assert jobs.all() == {}
    assert list(root.glob(".lab/*.asked")) == []


def test_a_folder_that_is_another_now_is_not_worked_in(root: Path, launches: Launches) -> None:  # noqa: F811
    jobs = lab(root)
    run_dir(root, "old", [step(1)])
    shutil.move(root, root.with_name("away"))
    for _ in range(2):
        with pytest.raises(EnvironmentFault, match="the folder of runs is gone"):
            jobs.start(WANTED)
        assert jobs.all() == {}
        root.mkdir(exist_ok=True)  # and there is another one
        run_dir(root, "new", [step(1)]) if not (root / "new").exists() else None
        with pytest.raises(ConvscopeError):
            jobs.resume("new")
        shutil.rmtree(root / "new")
    assert launches.words == []


def test_a_training_that_leaves_the_choice_to_the_command_is_remembered(root: Path, launches: Launches) -> None:  # noqa: F811
    id = lab(root).start(TrainingRequest("mnist", recipe=AUTO))
    assert (lab(root).one(id).state, lab(root).one(id).recipe) == ("starting", "fast")
    gone(launches)


def test_what_is_damaged_in_the_labs_own_folder_is_passed_over(root: Path, launches: Launches) -> None:  # noqa: F811
    (root / ".lab").mkdir()
    for number, content in enumerate(
        (b"", b"{", b"[]", b'{"seed": "x"}', b"\xff", b"[" * 200_000, b" " * 200_000, b'{"recipe": "x"}')
    ):
        (root / ".lab" / f"{number}.asked").write_bytes(content)
    jobs = lab(root)
    assert jobs.all() == {}
    assert jobs.start(WANTED)


def test_a_stop_before_it_began_is_heeded_when_another_lab_started_it(root: Path, launches: Launches) -> None:  # noqa: F811
    id = lab(root).start(WANTED)
    later = lab(root)
    later.stop(id)
    with Run.reopen(run_dir(root, id, [step(1)])) as run:
        assert not run.asked_to_stop()
        until(lambda: later.one(id).state == "running")
        assert run.asked_to_stop()


def test_one_that_begins_and_ends_while_the_folder_is_read_is_listed(
    root: Path,
    launches: Launches,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    jobs = lab(root)
    id, real = jobs.start(WANTED), jobs.runs.all

    def meanwhile() -> dict[str, RunSummary]:
        found = real()
        run_dir(root, id, [step(1)])
        gone(launches)
        return found

    with monkeypatch.context() as patch:
        patch.setattr(jobs.runs, "all", meanwhile)
        assert id in jobs.all()
    assert jobs.one(id).state == "failed"
