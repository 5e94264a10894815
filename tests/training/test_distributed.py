"""Several processes train as one would: the same weights, whoever is killed and whenever, started by torchrun."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch

from convscope import modelfile
from convscope.errors import InputError
from convscope.training.distributed import WorkerGroup, mean_in_rank_order
from convscope.training.session import train
from convscope.training.workers import Launch
from tests.data.idx_writer import tiny, write_folder
from tests.toys import small
from tests.training.processes import DEEP_PLAN, PLAIN, PLAIN_PLAN
from tests.training.tiny import outcome, pictures

TORCHRUN = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node"]
HERE = {"PYTHONPATH": str(Path(__file__).parents[2]), "OMP_NUM_THREADS": "1"}


@pytest.fixture(scope="module", params=[2, 3])
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
    assert ours == ["another process of this training has ended or does not respond"]
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
    script = str(Path(__file__).parent / "processes.py")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        place = f"127.0.0.1:{free.getsockname()[1]}"
    apart = [
        *TORCHRUN[:3],
        "--nnodes",
        "2",
        "--nproc-per-node",
        "1",
        "--rdzv-backend",
        "c10d",
        "--rdzv-endpoint",
        place,
    ]
    finish([[*apart, script, str(folder), *runs]] * 2)
    return folder


def finish(commands: list[list[str]]) -> None:
    """Run commands beside one another to their end; each must succeed."""
    environment = {**os.environ, **HERE, "GLOO_SOCKET_IFNAME": "lo"}
    at_work = [subprocess.Popen(c, stderr=subprocess.PIPE, text=True, env=environment) for c in commands]
    for process in at_work:
        _, said = process.communicate(timeout=120)
        assert process.returncode == 0, said


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
