"""bfloat16 is taken where a measurement says that it is faster, and the same answer is given for ever."""

from __future__ import annotations

from itertools import accumulate, chain
from pathlib import Path

import pytest
import torch

from convscope.machine import precision
from convscope.machine.precision import convolution_seconds, faster_precision, resolve_precision

CPU = torch.device("cpu")


@pytest.fixture(autouse=True)
def cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CONVSCOPE_CACHE", str(tmp_path))


@pytest.mark.parametrize(
    ("float32", "bfloat16", "expected"), [(1.0, 0.5, "bfloat16"), (1.0, 0.9, "float32"), (1.0, 2.0, "float32")]
)
def test_the_faster_precision_is_taken_if_it_is_clearly_faster(
    monkeypatch: pytest.MonkeyPatch, float32: float, bfloat16: float, expected: str
) -> None:
    seconds = {torch.float32: float32, torch.bfloat16: bfloat16}
    monkeypatch.setattr(precision, "convolution_seconds", seconds.__getitem__)
    monkeypatch.setattr(torch.ops.mkldnn, "_is_mkldnn_bf16_supported", lambda: True)
    assert faster_precision() == expected
    assert resolve_precision("auto", CPU) == expected
    assert resolve_precision("bfloat16", CPU) == "bfloat16"
    assert resolve_precision("float32", CPU) == "float32"
    monkeypatch.setattr(torch.ops.mkldnn, "_is_mkldnn_bf16_supported", lambda: False)
    assert resolve_precision("auto", CPU) == "float32"


def test_a_busy_machine_cannot_give_one_seed_two_results(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.ops.mkldnn, "_is_mkldnn_bf16_supported", lambda: True)
    answers = iter(["bfloat16", "float32"])  # at first bfloat16 is faster, then something else holds it up
    monkeypatch.setattr(precision, "faster_precision", lambda: next(answers))
    assert [resolve_precision("auto", CPU) for _ in range(3)] == ["bfloat16"] * 3
    monkeypatch.setattr(precision, "cpu_name", lambda: "another one")
    assert resolve_precision("auto", CPU) == "float32"


def test_a_convolutions_time_is_its_best_on_one_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    durations = [9.0, 5.0, 3.0, 4.0, 2.5, 3.0, 7.0]
    marks = chain.from_iterable(
        (end - length, end) for length, end in zip(durations, accumulate(durations), strict=True)
    )
    threads: list[int] = []
    monkeypatch.setattr("time.thread_time", lambda: (threads.append(torch.get_num_threads()), next(marks))[1])
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    try:
        assert convolution_seconds(torch.float32) == 2.5
        assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(before)
    assert threads == [1] * 14
