"""Devices, precision and what is written down of the machine."""

from __future__ import annotations

import resource
import sys
from pathlib import Path

import pytest
import torch

from convscope.errors import EnvironmentFault
from convscope.machine import device


def test_a_device_that_is_not_there_is_the_machines_fault() -> None:
    assert device.device("cpu").type == "cpu"
    if not torch.cuda.is_available():
        with pytest.raises(EnvironmentFault, match=r"no such device, got cuda\ntry: --device cpu"):
            device.device("cuda")


@pytest.mark.parametrize(
    ("float32", "bfloat16", "expected"), [(1.0, 0.5, "bfloat16"), (1.0, 0.9, "float32"), (1.0, 2.0, "float32")]
)
def test_the_faster_precision_is_taken_if_it_is_clearly_faster(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, float32: float, bfloat16: float, expected: str
) -> None:
    monkeypatch.setenv("CONVSCOPE_CACHE", str(tmp_path))
    monkeypatch.setattr(device, "_seconds", lambda dtype: bfloat16 if dtype is torch.bfloat16 else float32)
    monkeypatch.setattr(torch.ops.mkldnn, "_is_mkldnn_bf16_supported", lambda: True)
    assert device.precision("auto", torch.device("cpu")) == expected
    assert device.precision("bfloat16", torch.device("cpu")) == "bfloat16"
    assert device.precision("float32", torch.device("cpu")) == "float32"
    monkeypatch.setattr(torch.ops.mkldnn, "_is_mkldnn_bf16_supported", lambda: False)
    assert device.precision("auto", torch.device("cpu")) == "float32"


def test_a_busy_machine_cannot_give_one_seed_two_results(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CONVSCOPE_CACHE", str(tmp_path))
    monkeypatch.setattr(torch.ops.mkldnn, "_is_mkldnn_bf16_supported", lambda: True)
    seconds = iter([0.5, 1.0, 2.0, 1.0])  # at first bfloat16 is faster, then something else holds it up
    monkeypatch.setattr(device, "_seconds", lambda dtype: next(seconds))
    assert [device.precision("auto", torch.device("cpu")) for _ in range(3)] == ["bfloat16"] * 3
    monkeypatch.setattr(device, "processor_name", lambda: "another one")
    assert device.precision("auto", torch.device("cpu")) == "float32"


def test_it_is_measured_in_a_moment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CONVSCOPE_CACHE", str(tmp_path))
    assert 0 < device._seconds(torch.float32) < 1
    assert device.precision("auto", torch.device("cpu")) in ("float32", "bfloat16")


def test_numbers_too_small_to_matter_count_as_nothing_while_training() -> None:
    tiny = torch.tensor([1e-30])
    threads = torch.get_num_threads()
    with device.processor(2):
        assert torch.get_num_threads() == 2
        assert (tiny * 1e-10).item() == 0
    assert torch.get_num_threads() == threads
    assert (tiny * 1e-10).item() > 0


def test_surroundings_name_versions_and_threads() -> None:
    told = device.surroundings(3)
    assert told["threads"] == 3
    assert device.surroundings(None)["threads"] == torch.get_num_threads()
    assert told["versions"]["torch"] == torch.__version__
    assert set(told["versions"]) == {"convscope", "torch", "numpy", "python"}


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the limits are those of glibc's malloc")
def test_freed_memory_is_kept_for_the_next_step() -> None:
    def faults() -> int:
        before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
        for _ in range(20):
            torch.ones(1 << 22)  # 16 MB: 4,096 pages, fetched anew each time if the system gets them back
        return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before

    with device.processor(1):
        faults()
        assert faults() < 4096
