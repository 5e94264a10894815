"""A training that is tried before its run is made is the run's: the same bits as one that trains again."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from convscope.errors import phrase
from convscope.runs.checkpoints import Checkpoint
from convscope.runs.directory import Run
from convscope.training import prepared
from convscope.training.beginning import Beginning
from convscope.training.context import RunContext
from convscope.training.events import Event
from convscope.training.options import TrainOptions
from convscope.training.planning import plan_settings
from convscope.training.session import train
from convscope.training.state import State
from convscope.training.trial import Trial
from tests.training.tiny import PLAN, RECIPE, outcome, pictures

pytestmark = pytest.mark.medium

GIVEN = pictures()
OPTIONS = TrainOptions(GIVEN, arch=PLAN, recipe=RECIPE, val=6, threads=1)


class Killed(Exception):
    """The end of a process, wherever it is."""


def tried(checkpoint_seconds: float = 15.0, **changed: Any) -> Beginning:
    context = RunContext(checkpoint_seconds=checkpoint_seconds)
    settings, copies = plan_settings(replace(OPTIONS, **changed), GIVEN, context)
    return Beginning(GIVEN, trial=Trial.of(settings, GIVEN, copies, context))


def go(path: Path, monkeypatch: pytest.MonkeyPatch, begins: Beginning, **more: Any) -> int:
    """Train as the options say, from what was tried; return how many steps were trained."""
    steps = []
    advance = State.advance

    def counted(self: State, *args: Any) -> None:
        steps.append(1)
        advance(self, *args)

    with monkeypatch.context() as patch:
        patch.setattr("convscope.training.execution.decide", lambda *_: begins)
        patch.setattr("convscope.training.planning.GLANCE", 0.0)
        patch.setattr(State, "advance", counted)
        train(GIVEN, out=path, arch=PLAN, recipe=RECIPE, val=6, threads=1, **more)
    return len(steps)


@pytest.mark.parametrize("every", [0.0, 15.0])
def test_a_run_that_was_tried_has_the_bits_of_one_that_trains(
    every: float, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    events: list[list[Event]] = [[], []]
    tried_first = tried(every)
    assert tried_first.trial is not None
    checkpoints = [one for one in tried_first.trial.written if isinstance(one, Checkpoint)]
    assert len(checkpoints) == (2 if every == 0.0 else 1)  # no more in memory than a run keeps
    trained = go(tmp_path / "anew", monkeypatch, Beginning(GIVEN), keep_seconds=every, progress=events[0].append)
    reused = go(tmp_path / "reused", monkeypatch, tried_first, keep_seconds=every, progress=events[1].append)
    assert trained >= 10  # and those that measure the speed
    assert reused == 0
    assert outcome(tmp_path / "anew") == outcome(tmp_path / "reused")
    kept = [sorted(p.name for p in (tmp_path / one / "checkpoints").iterdir()) for one in ("anew", "reused")]
    assert kept[0] == kept[1]
    assert [type(one) for one in events[0]] == [type(one) for one in events[1]]


def test_the_seconds_are_those_that_the_trial_took(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    begins = tried()
    assert begins.trial is not None
    last = [one for one in begins.trial.written if isinstance(one, Checkpoint)][-1]
    with monkeypatch.context() as patch:
        patch.setattr("convscope.training.execution.decide", lambda *_: begins)
        result = train(GIVEN, out=tmp_path / "run", arch=PLAN, recipe=RECIPE, val=6, threads=1)
    assert result.train_seconds == round(last.facts.seconds, 3) > 0


@pytest.mark.parametrize(
    ("method", "calls"), [("append", 1), ("append", 5), ("write_snapshot", 1), ("write_checkpoint", 1)]
)
def test_killed_while_it_is_written_it_trains_anew_to_the_same(
    method: str, calls: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begins, written = tried(0.0), []
    write = getattr(Run, method)

    def killed(self: Run, what: Any) -> None:
        if len(written) == calls:
            raise Killed
        written.append(what)
        write(self, what)

    with monkeypatch.context() as patch, pytest.raises(Killed):
        patch.setattr(Run, method, killed)
        go(tmp_path / "killed", monkeypatch, begins)
    train(GIVEN, resume=tmp_path / "killed", threads=1)
    go(tmp_path / "whole", monkeypatch, Beginning(GIVEN))
    assert outcome(tmp_path / "killed") == outcome(tmp_path / "whole")


def test_a_trial_is_planned_once_and_why_it_was_taken_is_said_last(monkeypatch: pytest.MonkeyPatch) -> None:
    begins, why = tried(), phrase("start.scratch.enough", accuracy="99.9")
    assert begins.trial is not None
    monkeypatch.setattr("convscope.training.planning.check", lambda *_, **__: pytest.fail("checked again"))
    monkeypatch.setattr("convscope.training.planning.resolve_settings", lambda *_: pytest.fail("resolved again"))
    settings, copies = plan_settings(OPTIONS, GIVEN, RunContext(), replace(begins, said=(why,)))
    assert settings.understood == (*begins.trial.settings.understood, why)
    assert replace(settings, understood=begins.trial.settings.understood) == begins.trial.settings
    assert copies is begins.trial.copies


def test_a_trial_writes_and_says_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    events: list[Event] = []
    settings, copies = plan_settings(OPTIONS, GIVEN, RunContext())
    monkeypatch.chdir(tmp_path)
    trial = Trial.of(settings, GIVEN, copies, RunContext(on_event=events.append))
    assert (events, list(tmp_path.iterdir())) == ([], [])
    assert trial.scores is not None
    made = prepared.Prepared.of(settings, GIVEN, copies)
    assert made.held_out is not None
    state = made.initial()
    trial.write_to(state, RunContext())
    assert made.held_out.scores(state.result).tolist() == trial.scores.tolist()
