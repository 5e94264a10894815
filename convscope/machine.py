"""What training runs on: device, threads, precision, versions. Any of it may move the last bits of a result."""

from __future__ import annotations

import contextlib
import platform
from collections.abc import Iterator
from typing import Any

import numpy as np
import torch

import convscope

from .errors import EnvironmentFault


def device(name: str) -> torch.device:
    """Return the device of that name; "auto" takes the first of cuda, mps and cpu there is. Raises EnvironmentFault."""
    there = {"cpu": True, "cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available()}
    if name == "auto":
        name = next(n for n in ("cuda", "mps", "cpu") if there[n])
    if not there.get(name):
        raise EnvironmentFault("this machine, or this build of PyTorch, has no such device", got=name, hint="--device cpu")
    return torch.device(name)


def precision(wanted: str, device: torch.device) -> str:
    """Return "float32" or "bfloat16", which "auto" takes where the processor multiplies it natively."""
    if wanted != "auto":
        return wanted
    if device.type == "cuda":
        native = torch.cuda.is_bf16_supported()
    else:
        cpu = torch.cpu
        native = device.type == "cpu" and (cpu._is_avx512_bf16_supported() or cpu._is_amx_tile_supported())
    return "bfloat16" if native else "float32"


def surroundings(threads: int | None) -> dict[str, Any]:
    """Return what the last bits of a result hang on besides the device."""
    versions = {
        "convscope": str(getattr(convscope, "__version__", "unknown")),
        "torch": str(torch.__version__),
        "numpy": np.__version__,
        "python": platform.python_version(),
    }
    return {
        "threads": threads or torch.get_num_threads(),
        "processor": f"{platform.machine()} {torch.backends.cpu.get_cpu_capability()}",
        "versions": versions,
    }


@contextlib.contextmanager
def processor(threads: int) -> Iterator[None]:
    """Work with so many threads, and take numbers below 1e-38 for 0: on some processors each costs a hundred others."""
    before = torch.get_num_threads()
    torch.set_flush_denormal(True)
    torch.set_num_threads(threads)
    try:
        yield
    finally:
        torch.set_num_threads(before)
        torch.set_flush_denormal(False)
