"""Processes that find one another and train together: late, stopped, of other settings, or more than fit."""

from __future__ import annotations

import signal
import socket
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.data.folders import noise
from tests.training.processes import DEEP_PLAN, PLAIN_PLAN
from tests.training.tiny import outcome, same_weights
from tests.training.together import Job, Member, Together

LONG = pytest.mark.long


@pytest.fixture(scope="module")
def groups() -> Iterator[Together]:
    with Together() as together:
        yield together


ODD = {"epochs": 2.0, "batch_size": 16, "lr": 0.05, "momentum": 0.9, "partial_batches": True, "log_every": 1}


def job(size: int, run: Path, **words: Any) -> Job:
    """Return a training of 67 pictures, 61 of them trained on: the last batch has 13."""
    options = {"arch": DEEP_PLAN, "val": 6, "out": str(run), **words.pop("options", {})}
    return Job(**{"size": size, "options": options, "recipe": ODD, "pictures": {"n": 67}, **words})


def codes(members: list[Member]) -> list[int]:
    return [member.code for member in members]


@pytest.mark.slow
@pytest.mark.parametrize("size", [pytest.param(2, marks=LONG), 3, pytest.param(4, marks=LONG)])
@pytest.mark.parametrize("pictures", [67, 55])  # of 55, 49 are trained on: the last batch has one for all
def test_odd_batches_are_learned_as_one_process_does(
    groups: Together, tmp_path: Path, size: int, pictures: int
) -> None:
    for n in (1, size):
        assert codes(groups.train(job(n, tmp_path / f"{n}", pictures={"n": pictures}))) == [0] * n
    same_weights(tmp_path / "1", tmp_path / f"{size}")
    ours, theirs = (outcome(tmp_path / f"{n}")["log"] for n in (1, size))
    for one, other in zip(ours, theirs, strict=True):
        if one["kind"] == "step":
            assert other["loss"] == pytest.approx(one["loss"], rel=1e-4)
            assert other["accuracy"] == one["accuracy"]


@pytest.mark.slow
def test_a_group_that_has_a_backend_for_gpus_too_trains_to_the_same_bits(groups: Together, tmp_path: Path) -> None:
    """With GPUs the group is "cpu:gloo,cuda:nccl"; some operations of torch are there for a plain "gloo" alone."""
    for backend in ("", "cpu:gloo,cuda:gloo"):
        assert codes(groups.train(job(2, tmp_path / f"run{len(backend)}", backend=backend))) == [0, 0]
    assert outcome(tmp_path / "run0") == outcome(tmp_path / "run18")


@pytest.mark.slow
@pytest.mark.parametrize("rank", [0, 1, pytest.param(2, marks=LONG)])
def test_a_process_that_stands_still_ends_the_others_and_nothing_is_lost(
    groups: Together, tmp_path: Path, rank: int
) -> None:
    assert codes(groups.train(job(3, tmp_path / "whole"))) == [0, 0, 0]
    stopped = [rank, int(signal.SIGSTOP), "step 3"]
    members = groups.train(job(3, tmp_path / "run", signals=[stopped], silence=2.0))
    assert codes(members) == [-signal.SIGKILL if n == rank else 4 for n in range(3)]
    for n, member in enumerate(members):
        said = "another process of this training has ended, or has given no sign of life for 2 s"
        assert member.lines == ([] if n == rank else [f"process {n}: {said}" if n else said])
    assert codes(groups.train(job(3, tmp_path / "run", options={"resume": str(tmp_path / "run")}))) == [0, 0, 0]
    assert outcome(tmp_path / "run") == outcome(tmp_path / "whole")


@pytest.mark.slow
def test_a_process_that_is_long_at_work_is_waited_for(groups: Together, tmp_path: Path) -> None:
    """The first alone checks the data and measures the speed: here that takes longer than a silence may last."""
    long = job(2, tmp_path / "run", silence=1.0, dawdle=4.0, recipe={}, options={"budget": "1s"})
    assert codes(groups.train(long)) == [0, 0]


@pytest.mark.slow
def test_processes_that_do_not_fit_together_say_which_and_begin_nothing(groups: Together, tmp_path: Path) -> None:
    seed = groups.train(job(3, tmp_path / "run", own={"1": {"seed": 4}}))
    other = groups.train(job(3, tmp_path / "run", own={"2": {"pictures": {"seed": 3}}}))
    missing = groups.train(job(3, tmp_path / "run", own={"1": {"data": str(tmp_path / "nowhere")}}))
    assert codes(seed) == codes(other) == codes(missing) == [3, 3, 3]
    assert seed[0].lines == ["process 1: seed is not the same in all processes of this training, got 4, expected None"]
    assert other[0].lines[0].startswith("process 2: data is not the same in all processes of this training, got ")
    assert missing[0].lines == [f"process 1: {tmp_path / 'nowhere'}: no such folder"]
    assert not any(member.said for members in (seed, other, missing) for member in members[1:])
    assert not (tmp_path / "run").exists()


@pytest.mark.slow
def test_a_process_that_starts_late_is_waited_for_so_long(groups: Together, tmp_path: Path) -> None:
    assert codes(groups.train(job(2, tmp_path / "first", late={"0": 3.0}, silence=1.0))) == [0, 0]
    assert codes(groups.train(job(2, tmp_path / "second", late={"1": 3.0}, silence=1.0))) == [0, 0]
    members = groups.train(job(3, tmp_path / "run", late={"2": 20.0}, latest=2.0, signals=[[2, 9, 10.0]]))
    assert codes(members) == [4, 4, -9]
    assert members[0].lines == ["processes of this training did not come within 2 s, got 2"]
    assert not (tmp_path / "run").exists()


@pytest.mark.slow
def test_a_place_to_meet_that_is_taken_is_said(groups: Together, tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        members = groups.train(job(2, tmp_path / "run", port=port, silence=2.0))
    where = f"127.0.0.1:{port}: the processes of this training cannot meet"
    assert codes(members) == [4, 4]
    assert members[0].lines == [f"{where} at this address: it is taken, or none of this machine"]
    assert members[1].lines == [f"process 1: {where}: something else listens here"]


@pytest.mark.slow
def test_a_run_goes_on_with_another_number_of_processes(groups: Together, tmp_path: Path) -> None:
    run = tmp_path / "run"
    for size, step in ((4, 1), (2, 3), (3, 5)):
        options = {"resume": str(run)} if run.exists() else {}
        members = groups.train(job(size, run, options=options, signals=[[0, int(signal.SIGTERM), f"step {step}"]]))
        assert codes(members) == [5] * size
    assert codes(groups.train(job(1, run, options={"resume": str(run)}))) == [0]
    assert codes(groups.train(job(1, tmp_path / "alone"))) == [0]
    same_weights(tmp_path / "alone", run)
    assert not list(run.glob(".tmp*"))


@pytest.mark.slow
def test_more_processes_than_a_batch_has_pictures_are_refused_in_one_line(groups: Together, tmp_path: Path) -> None:
    few = {**ODD, "batch_size": 3}
    begun = groups.train(job(4, tmp_path / "run", recipe=few))
    assert codes(begun) == [3] * 4
    assert [len(member.lines) for member in begun] == [1, 0, 0, 0]
    stop = [[0, int(signal.SIGTERM), "step 2"]]
    assert codes(groups.train(job(1, tmp_path / "one", recipe=few, signals=stop))) == [5]
    members = groups.train(job(4, tmp_path / "one", options={"resume": str(tmp_path / "one")}))
    assert codes(members) == [3] * 4
    assert members[0].lines == [begun[0].lines[0]]


@pytest.mark.slow
def test_a_machine_without_the_run_is_told_what_is_recorded_of_its_data(groups: Together, tmp_path: Path) -> None:
    """Two folders stand for two machines: in the second there is no run of this name, and then another one."""
    here, there = (str(tmp_path / name) for name in ("here", "there"))
    for folder in (here, there):
        Path(folder).mkdir()
    for i in range(24):
        noise(tmp_path / "data" / "ab"[i % 2] / f"{i}.png", i, (8, 8))
    options = {"arch": PLAIN_PLAN, "data": str(tmp_path / "data"), "out": "run"}
    made = Job(2, options, {**ODD, "batch_size": 4, "epochs": 3.0}, folders=[here, there])
    for size, one in (
        (1, replace(made, size=1, folders=[there])),
        (2, replace(made, options={**options, "out": "whole"})),
    ):
        assert codes(groups.train(one)) == [0] * size
    for name, seed in (("run", 0), ("other", 5)):
        begun = replace(
            made, options={**options, "out": name, "seed": seed}, signals=[[1, int(signal.SIGTERM), "step 2"]]
        )
        assert codes(groups.train(begun)) == [5, 5]
        assert codes(groups.train(replace(made, options={"out": name, "resume": name}))) == [0, 0]
    whole = outcome(Path(here) / "whole")
    assert outcome(Path(here) / "run") == whole
    assert outcome(Path(here) / "other")["weights"] != whole["weights"]
    assert sorted(path.name for path in Path(there).iterdir()) == ["run"]
