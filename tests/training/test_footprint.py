"""What a training takes of memory at least: no more than it is seen to take, and refused where it cannot be."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from convscope.errors import EnvironmentFault, InputError
from convscope.formula import Network, parse, trace
from convscope.pictures.input_spec import InputSpec
from convscope.training import footprint
from convscope.training.footprint import picture_bytes, require_memory, require_speed, weight_bytes
from convscope.training.loop import fit
from convscope.training.recipes import named
from convscope.training.schedule import Schedule
from convscope.training.session import train
from convscope.training.state import State
from tests.faults.limited import begin

WIDE = trace(parse("fc(20000) + relu + fc"), (1, 28, 28), 10)
TALL = trace(parse("conv(64, 5) + sigmoid + conv(64, 5) + tanh + fc"), (3, 64, 64), 10)
PLAIN = replace(named("plain"), batch_size=64, precision="float32")


def test_weights_and_maps_by_hand() -> None:
    small = trace(parse("conv(2, 3) + relu + fc"), (1, 5, 5), 10)  # 20 + 190 weights; 18 numbers, 18, 18 flat, 10
    assert weight_bytes(small, PLAIN) == 4 * 3 * 210
    assert picture_bytes(small, PLAIN) == 3 * 64
    assert picture_bytes(small, replace(PLAIN, precision="auto")) == 3 * 64 // 2
    assert weight_bytes(small, replace(PLAIN, average=0.99)) == 4 * 4 * 210


def test_what_does_not_fit_is_refused_with_the_batch_that_would(monkeypatch: pytest.MonkeyPatch) -> None:
    weights, each = weight_bytes(TALL, PLAIN), picture_bytes(TALL, PLAIN)
    monkeypatch.setattr(footprint, "memory_limit", lambda: weights + 63 * each)
    with pytest.raises(EnvironmentFault, match="batch_size=63"):
        require_memory(TALL, PLAIN, 1000, 1, "cpu")
    require_memory(TALL, PLAIN, 63, 1, "cpu")  # no more pictures than that
    require_memory(TALL, PLAIN, 1000, 2, "cpu")  # half of them in each process
    require_memory(TALL, PLAIN, 1000, 1, "cuda")
    monkeypatch.setattr(footprint, "memory_limit", lambda: weights)
    with pytest.raises(EnvironmentFault, match="fewer parameters"):
        require_memory(TALL, PLAIN, 1000, 1, "cpu")
    monkeypatch.setattr(footprint, "memory_limit", lambda: None)
    require_memory(TALL, PLAIN, 1000, 1, "cpu")


@pytest.mark.medium
def test_what_no_verb_would_compute_is_not_trained_either(tmp_path: Path) -> None:
    sides = trace(parse("conv(1, (500000, 1), pad=(1000000, 0), dilation=(2, 1)) + fc"), (1, 28, 28), 10)
    with pytest.raises(InputError, match="multiply-adds") as caught:
        require_speed(sides)
    assert caught.value.got == f"{1_000_030 * 28 * 500_000 + 28_000_840 * 10:,}"
    require_speed(WIDE)
    with pytest.raises(InputError, match="multiply-adds"):
        train("mnist", arch="conv(1, (500000, 1), pad=(1000000, 0), dilation=(2, 1)) + fc", out=tmp_path / "run")
    assert not (tmp_path / "run").exists()


@pytest.mark.slow
@pytest.mark.skipif(not os.path.exists("/proc/self/clear_refs"), reason="the peak cannot be read here")
@pytest.mark.parametrize("name", ["WIDE", pytest.param("TALL", marks=pytest.mark.long)])
def test_two_steps_take_no_less(name: str) -> None:
    # A new process: a fork of this one would train in memory that the tests before this one have left it.
    asked = f"from tests.training import test_footprint as own; print(own.bytes_of_two_steps(own.{name}))"
    ended = begin([sys.executable, "-c", asked]).wait(600)
    assert ended.code == 0, ended.said
    network: Network = globals()[name]
    least = weight_bytes(network, PLAIN) + 64 * picture_bytes(network, PLAIN)
    assert least <= int(ended.said.split()[-1]) <= 3 * least


def bytes_of_two_steps(network: Network) -> int:
    """Return by how many bytes this process grows while it trains two steps of 64 pictures."""

    def peak() -> int:
        return next(int(line.split()[1]) * 1024 for line in status.read_text().splitlines() if "VmHWM" in line)

    status, shape = Path("/proc/self/status"), network.input
    Path("/proc/self/clear_refs").write_text("5")  # the peak begins anew (man 5 proc)
    before = peak()
    spec = InputSpec(shape, (0.0,) * shape[0], (255.0,) * shape[0])
    state = State.initial(network, spec, PLAIN, 0, torch.device("cpu"))
    images, labels = torch.zeros((64, *shape), dtype=torch.uint8), torch.zeros(64, dtype=torch.int64)
    fit(state, images, labels, Schedule.of(PLAIN, 2), seed=0)
    return peak() - before
