"""Devices, threads and what is written down of the machine."""

from __future__ import annotations

import resource
import sys

import pytest
import torch

from convscope.errors import EnvironmentFault
from convscope.machine.device import cpu_settings, environment, resolve_device


def test_a_device_that_is_not_there_is_the_machines_fault() -> None:
    assert resolve_device("cpu").type == "cpu"
    if not torch.cuda.is_available():
        with pytest.raises(EnvironmentFault, match=r"no such device, got cuda\ntry: device=\"cpu\""):
            resolve_device("cuda")


def test_denormals_count_as_zero_while_training() -> None:
    tiny = torch.tensor([1e-30])
    threads = torch.get_num_threads()
    with cpu_settings(2):
        assert torch.get_num_threads() == 2
        assert (tiny * 1e-10).item() == 0
    assert torch.get_num_threads() == threads
    assert (tiny * 1e-10).item() > 0


def test_the_environment_names_versions_and_threads() -> None:
    assert environment(3).threads == 3
    assert environment(None).threads == torch.get_num_threads()
    assert environment(3).versions["torch"] == torch.__version__
    assert set(environment(3).versions) == {"convscope", "torch", "numpy", "python"}


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the limits are those of glibc's malloc")
def test_freed_memory_is_kept_for_the_next_step() -> None:
    def faults() -> int:
        before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
        for _ in range(20):
            torch.ones(1 << 22)  # 16 MB: 4,096 pages, fetched anew each time if the system gets them back
        return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before

    with cpu_settings(1):
        faults()
        assert faults() < 4096
