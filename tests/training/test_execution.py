"""A restart goes on with the run that its own launch had begun, and with no other."""

from __future__ import annotations

from pathlib import Path

import pytest

from convscope.errors import InputError
from convscope.runs.directory import Run
from convscope.training.execution import find_restarted_run
from convscope.training.workers import Launch, SingleWorker


def test_only_a_restart_of_the_same_launch_goes_on_with_what_is_there(tmp_path: Path) -> None:
    Run.create(tmp_path / "r", {"launch": "ours"}).close()
    Run.create(tmp_path / "alone", {"launch": None}).close()
    for attempt, id, where, goes_on in (
        (1, "ours", "r", True),
        (0, "ours", "r", False),
        (1, "theirs", "r", False),
        (1, "ours", "alone", False),
    ):
        worker = SingleWorker(Launch(0, 1, 0, 1, attempt, id))
        if goes_on:
            assert find_restarted_run(tmp_path / where, worker) == str(tmp_path / where)
        else:
            with pytest.raises(InputError, match="already exists"):
                find_restarted_run(tmp_path / where, worker)
    with pytest.raises(InputError, match="already exists"):
        find_restarted_run(tmp_path / "r", SingleWorker())
    assert find_restarted_run(tmp_path / "new", SingleWorker()) is None


def test_a_restart_finds_its_run_by_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("a", "b", "c"):
        Run.create(Path("runs") / name, {"launch": name}).close()
    assert find_restarted_run(None, SingleWorker(Launch(0, 1, 0, 1, 2, "b"))) == "runs/b"
