"""Several processes train as one would: the same weights, whoever is killed and whenever, started by torchrun."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from convscope import modelfile
from convscope.errors import InputError
from convscope.training.distributed import WorkerGroup, mean_in_rank_order
from convscope.training.session import train
from convscope.training.workers import Launch
from tests.data.folders import noise
from tests.data.idx_writer import tiny, write_folder
from tests.toys import small
from tests.training.processes import DEEP_PLAN, PLAIN, PLAIN_PLAN
from tests.training.tiny import outcome, pictures
from tests.training.together import Job, Member, Together

TORCHRUN = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node"]
LONG = pytest.mark.long
HERE = {"PYTHONPATH": str(Path(__file__).parents[2]), "OMP_NUM_THREADS": "1"}


@pytest.fixture(scope="module", params=[2, pytest.param(3, marks=LONG)])
def together(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """What two or three processes made, of which one was killed once; and what they said."""
    folder = tmp_path_factory.mktemp("together")
    script = str(Path(__file__).parent / "processes.py")
    command = [*TORCHRUN, str(request.param), "--max-restarts", "1", script, str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, env={**os.environ, **HERE})
    assert done.returncode == 0, done.stderr
    return folder, done.stderr


@pytest.mark.slow
def test_a_killed_process_is_started_anew_and_the_end_is_the_same_to_the_bit(together: tuple[Path, str]) -> None:
    folder, said = together
    assert "exitcode: -9" in said
    assert outcome(folder / "broken") == outcome(folder / "whole")


@pytest.mark.slow
def test_one_process_that_is_asked_to_stop_stops_all_at_one_step(together: tuple[Path, str]) -> None:
    folder, _ = together
    assert outcome(folder / "stopped") == outcome(folder / "whole")


@pytest.mark.slow
@pytest.mark.parametrize(("run", "plan"), [("plain", PLAIN_PLAN), ("deep", DEEP_PLAN)])
def test_several_processes_learn_what_one_does(together: tuple[Path, str], tmp_path: Path, run: str, plan: str) -> None:
    folder, _ = together
    same_weights(train(pictures(), out=tmp_path / "alone", arch=plan, recipe=PLAIN, val=6, threads=1).run, folder / run)


@pytest.mark.slow
@LONG
def test_four_processes_learn_what_one_does(tmp_path: Path) -> None:
    finish([[*TORCHRUN, "4", str(Path(__file__).parent / "processes.py"), str(tmp_path), "deep"]])
    alone = train(pictures(), out=tmp_path / "alone", arch=DEEP_PLAN, recipe=PLAIN, val=6, threads=1)
    same_weights(alone.run, tmp_path / "deep")


def same_weights(run: Path, other: Path) -> None:
    """Assert that two runs made the same network but for rounding."""
    ours, theirs = (modelfile.read(path / "model.onnx").weights for path in (run, other))
    for name, weight in ours.items():
        np.testing.assert_allclose(theirs[name], weight, rtol=1e-4, atol=1e-6)


@pytest.fixture
def lonely_gloo() -> Iterator[None]:
    """A gloo group of this process alone, whose sums are what goes in."""
    group = torch.distributed
    group.init_process_group("gloo", store=group.HashStore(), rank=0, world_size=1)
    yield
    group.destroy_process_group()


@pytest.mark.parametrize("layout", [torch.contiguous_format, torch.channels_last])
def test_gradients_keep_every_number_at_its_place(lonely_gloo: None, layout: torch.memory_format) -> None:
    """With one process the mean is the gradient itself, whatever the layout in memory."""
    ours, plain = (small("conv(8, 3) + bn + relu + conv(5, 3) + fc").to(memory_format=layout) for _ in range(2))
    group = WorkerGroup(Launch(0, 1, 0, 1, 0, ""), torch.device("cpu"))
    model = group.wrap(ours)
    x = torch.randint(256, (6, 1, 8, 8), dtype=torch.uint8)
    for _ in range(3):  # buckets are laid out anew after the first
        for net, scores in ((ours, model), (plain, plain)):
            net.zero_grad()
            scores(x).square().sum().backward()
        group.average_statistics(ours)
        for (name, one), other in zip(ours.named_parameters(), plain.parameters(), strict=True):
            assert one.grad is not None
            assert other.grad is not None
            torch.testing.assert_close(one.grad, other.grad, rtol=0, atol=0, msg=name)
        for one, other in zip(ours.buffers(), plain.buffers(), strict=True):
            torch.testing.assert_close(one, other, rtol=0, atol=0)


def test_a_mean_is_added_up_in_the_order_of_the_ranks() -> None:
    """In float32 (1 + 2⁻²⁴) + 2⁻²⁴ stays 1, in another order it does not."""
    tiny = 2.0**-24
    parts = [torch.tensor([1.0, tiny]), torch.tensor([tiny, tiny]), torch.tensor([tiny, 1.0])]
    assert mean_in_rank_order(parts).mul(3).tolist() == [1.0, 1.0 + 2 * tiny]


def test_what_the_first_process_makes_or_raises_reaches_all(lonely_gloo: None) -> None:
    group = WorkerGroup(Launch(0, 1, 0, 1, 0, ""), torch.device("cpu"))
    assert group.broadcast({"a": [1, None, "é"]}) == {"a": [1, None, "é"]}
    assert group.on_first(divmod, 7, 3) == (2, 1)

    def refuse() -> None:
        raise InputError("no")

    with pytest.raises(InputError, match="no"):
        group.on_first(refuse)
    assert group.any_true(True, False) == (True, False)


@pytest.mark.slow
@LONG
def test_processes_of_two_machines_learn_what_one_process_does(tmp_path: Path) -> None:
    """Gradients of a bank with several input channels, which lie channels last, pass through gloo unharmed."""
    apart = on_two_machines(tmp_path / "apart", "deep")
    alone = train(pictures(), out=tmp_path / "alone", arch=DEEP_PLAN, recipe=PLAIN, val=6, threads=1)
    same_weights(alone.run, apart / "deep")


@pytest.mark.slow
def test_a_killed_process_ends_the_other_with_one_line(tmp_path: Path) -> None:
    data = write_folder(tmp_path / "data", tiny(60, (8, 8)), tiny(20, (8, 8), seed=1))
    words = [
        "-m",
        "convscope",
        "train",
        str(data),
        "--arch",
        "conv(4, 3) + relu + fc",
        "--epochs",
        "100000",
        "--batch-size",
        "10",
    ]
    command = [*TORCHRUN, "2", *words, "--out", str(tmp_path / "r")]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env={**os.environ, **HERE}) as process:
        assert process.stderr is not None
        while not process.stderr.readline().startswith("step"):
            pass
        child = next(c for c in children(process.pid) if environment(c)["RANK"] == "1")
        os.kill(child, signal.SIGKILL)
        _, said = process.communicate(timeout=60)
    assert process.returncode == 1
    ours = [line for line in said.splitlines() if "another process of this training" in line]
    assert ours == ["another process of this training has ended, or has given no sign of life for 50 s"]
    assert "File" not in said.split("ChildFailedError")[0].split("torchrun --max-restarts")[0]  # no traceback of ours
    assert not (tmp_path / "r" / "model.onnx").exists()


@pytest.mark.slow
def test_processes_of_two_machines_learn_what_those_of_one_do(tmp_path: Path) -> None:
    """Two launches by torchrun that find each other, as on two machines: the same bits as on one."""
    apart, other = on_two_machines(tmp_path / "apart", "whole", "stopped"), tmp_path / "one"
    script = str(Path(__file__).parent / "processes.py")
    finish([[*TORCHRUN, "2", script, str(other), "whole"]])
    whole, stopped, near = (outcome(path) for path in (apart / "whole", apart / "stopped", other / "whole"))
    assert stopped == whole
    assert near.pop("run.json") != whole.pop("run.json")  # the launch is another, all else the same to the bit
    assert near == whole


def on_two_machines(folder: Path, *runs: str) -> Path:
    """Make these runs by two launches that find each other, and return the folder they are in."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        place = f"127.0.0.1:{free.getsockname()[1]}"
    finish([one_of_two(place, folder, *runs)] * 2, GLOO_SOCKET_IFNAME="lo")
    return folder


def one_of_two(place: str, folder: Path, *runs: str) -> list[str]:
    """Return the command that starts one process of two launches that meet at `place`."""
    options = ["--nnodes", "2", "--nproc-per-node", "1", "--rdzv-backend", "c10d", "--rdzv-endpoint", place]
    return [*TORCHRUN[:3], *options, str(Path(__file__).parent / "processes.py"), str(folder), *runs]


def finish(commands: list[list[str]], **variables: str) -> None:
    """Run commands beside one another to their end; each must succeed."""
    environment = {**os.environ, **HERE, **variables}
    at_work = [subprocess.Popen(c, stderr=subprocess.PIPE, text=True, env=environment) for c in commands]
    try:
        said = [process.communicate(timeout=240)[1] for process in at_work]
    finally:
        for process in at_work:
            process.kill()
            process.communicate()
    for process, output in zip(at_work, said, strict=True):
        assert process.returncode == 0, output


@pytest.mark.slow
def test_processes_train_where_there_is_no_shared_memory(tmp_path: Path) -> None:
    without = ["unshare", "-m", "sh", "-c", 'mount -t tmpfs -o ro none /dev/shm && exec "$@"', "sh"]
    if shutil.which("unshare") is None or subprocess.run([*without, "true"], capture_output=True).returncode:
        pytest.skip("mounts of one's own are not permitted here")
    finish([[*without, *TORCHRUN, "2", str(Path(__file__).parent / "processes.py"), str(tmp_path), "deep"]])
    alone = train(pictures(), out=tmp_path / "alone", arch=DEEP_PLAN, recipe=PLAIN, val=6, threads=1)
    same_weights(alone.run, tmp_path / "deep")


@pytest.fixture
def machines() -> Iterator[tuple[str, str]]:
    """Two network namespaces, joined by a cable: 10.83.0.1 and 10.83.0.2, each with its own loopback."""
    names = f"convscope-{os.getpid()}-1", f"convscope-{os.getpid()}-2"
    one, two = names
    steps = [
        *(f"ip netns add {name}" for name in names),
        f"ip -n {one} link add cable type veth peer name cable netns {two}",
        *(f"ip -n {name} address add 10.83.0.{n}/24 dev cable" for n, name in enumerate(names, 1)),
        *(f"ip -n {name} link set {link} up" for name in names for link in ("lo", "cable")),
    ]
    try:
        if shutil.which("ip") is None or any(
            subprocess.run(step.split(), capture_output=True).returncode for step in steps
        ):
            pytest.skip("network namespaces are not permitted here")
        yield names
    finally:
        for name in names:
            if shutil.which("ip") is not None:
                subprocess.run(["ip", "netns", "delete", name], capture_output=True)


@pytest.mark.slow
@LONG
def test_two_machines_on_a_cable_learn_what_one_process_does(machines: tuple[str, str], tmp_path: Path) -> None:
    commands = []
    for n, name in enumerate(machines, 1):
        command = one_of_two("10.83.0.1:29400", tmp_path, "deep")
        own = ["--local-addr", f"10.83.0.{n}", "--rdzv-conf", f"is_host={n == 1}"]  # no name leads to these addresses
        commands.append(["ip", "netns", "exec", name, *command[:3], *own, *command[3:]])
    finish(commands, GLOO_SOCKET_IFNAME="cable")
    alone = train(pictures(), out=tmp_path / "alone", arch=DEEP_PLAN, recipe=PLAIN, val=6, threads=1)
    same_weights(alone.run, tmp_path / "deep")


def children(process: int) -> list[int]:
    return [int(c) for c in Path(f"/proc/{process}/task/{process}/children").read_text().split()]


def environment(process: int) -> dict[str, str]:
    entries = Path(f"/proc/{process}/environ").read_bytes().decode().split("\0")
    return dict(entry.split("=", 1) for entry in entries if "=" in entry)


@pytest.mark.parametrize(("batch", "size"), [(16, 2), (7, 3), (5, 5), (128, 4)])
def test_shards_are_the_batch_and_their_losses_its_loss(batch: int, size: int) -> None:
    order, losses = torch.randperm(batch), torch.rand(batch, dtype=torch.float64)
    groups = [WorkerGroup(Launch(rank, size, rank, size, 0, ""), torch.device("cpu")) for rank in range(size)]
    shards = [group.shard(order) for group in groups]
    assert sorted(torch.cat(shards).tolist()) == list(range(batch))
    means = [g.scale_loss(losses[s].mean(), len(s), batch) for g, s in zip(groups, shards, strict=True)]
    assert float(sum(means)) / size == pytest.approx(float(losses.mean()))
    for n in (0, 1, size, 10 * size + 1):
        assert [i for group in groups for i in range(n)[group.slice_of(n)]] == list(range(n))
    assert len({group.seed_parts for group in groups}) == size


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


def test_figures_of_several_steps_are_added_up_in_the_order_of_the_ranks(
    lonely_gloo: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In float64 (1 + 2⁻⁵³) + 2⁻⁵³ stays 1, wherever a step stands among those that wait to be counted."""
    tiny = 2.0**-53

    def gathered(parts: list[torch.Tensor], own: torch.Tensor) -> None:
        for part, factor in zip(parts, (1.0, tiny, tiny), strict=True):
            part.copy_(own)
            part[0] *= factor

    monkeypatch.setattr(torch.distributed, "all_gather", gathered)
    group = WorkerGroup(Launch(0, 3, 0, 3, 0, ""), torch.device("cpu"))
    losses, corrects, counts = group.sum_metrics(torch.ones(5), torch.ones(5, dtype=torch.int64), [1] * 5)
    assert losses == [1 / 3] * 5
    assert (corrects, counts) == ([3] * 5, [3] * 5)


def test_the_mean_loss_of_no_picture_counts_nothing(lonely_gloo: None) -> None:
    group = WorkerGroup(Launch(0, 1, 0, 1, 0, ""), torch.device("cpu"))
    losses, _, counts = group.sum_metrics(torch.tensor([2.0, float("nan")]), torch.tensor([1, 0]), [1, 0])
    assert (losses[0], counts) == (2.0, [1, 0])
    assert group.sum_metrics(torch.tensor([float("nan")]), torch.tensor([1]), [1])[0][0] != 0.0
