"""What training runs on: device, threads, precision, versions. Any of it may move the last bits of a result."""

from __future__ import annotations

import contextlib
import ctypes
import platform
import time
from collections.abc import Iterator
from typing import Any

import numpy as np
import torch

import convscope

from ..errors import EnvironmentFault
from .cache import remembered


def device(name: str) -> torch.device:
    """Return the device of that name; "auto" takes the first of cuda, mps and cpu there is. Raises EnvironmentFault."""
    there = {"cpu": True, "cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available()}
    if name == "auto":
        name = next(n for n in ("cuda", "mps", "cpu") if there[n])
    if not there.get(name):
        raise EnvironmentFault(
            "this machine, or this build of PyTorch, has no such device", got=name, hint="--device cpu"
        )
    return torch.device(name)


def precision(wanted: str, device: torch.device) -> str:
    """Return "float32" or "bfloat16"; "auto" takes bfloat16 where a convolution measured here is clearly faster in it.

    Processors that multiply bfloat16 natively may still be twice as slow in it as in float32 (docs/why.md), so it is
    tried, once: the answer is kept, so that a busy machine cannot give one seed two results (convscope.machine.cache).
    """
    if wanted != "auto":
        return wanted
    if device.type == "cuda":
        return "bfloat16" if torch.cuda.is_bf16_supported(including_emulation=False) else "float32"
    if device.type != "cpu" or not torch.ops.mkldnn._is_mkldnn_bf16_supported():
        return "float32"
    of = (processor_name(), torch.backends.cpu.get_cpu_capability(), str(torch.__version__))
    return remembered("precision", of, ("float32", "bfloat16"), _faster)


def processor_name() -> str:
    """Return the processor's own name where the system tells it."""
    with contextlib.suppress(OSError), open("/proc/cpuinfo", encoding="utf-8", errors="replace") as file:
        for line in file:
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def _faster() -> str:
    return "bfloat16" if 1.25 * _seconds(torch.bfloat16) < _seconds(torch.float32) else "float32"


def _seconds(dtype: torch.dtype) -> float:
    """Return the processor time of a convolution, forward and backward, on one thread, which other work on the machine
    sways little: the best of six.
    """
    net = torch.nn.Conv2d(32, 64, 3, padding=1, dtype=dtype).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    x = torch.ones(32, 32, 12, 12, dtype=dtype, requires_grad=True).contiguous(memory_format=torch.channels_last)
    best, threads = float("inf"), torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        for _ in range(7):  # the first one also builds the kernels
            begin = time.thread_time()
            net(x).sum().backward()
            best = min(best, time.thread_time() - begin)
    finally:
        torch.set_num_threads(threads)
    return best


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
    """Work with so many threads, and take numbers below 1e-38 for 0: on some processors each costs a hundred others.

    Freed memory is kept for the next step rather than given back to the system and asked for again.
    """
    _keep_freed_memory()
    before = torch.get_num_threads()
    torch.set_flush_denormal(True)
    torch.set_num_threads(threads)
    try:
        yield
    finally:
        torch.set_num_threads(before)
        torch.set_flush_denormal(False)


def _keep_freed_memory() -> None:
    """Tell glibc's malloc, where it is that, to keep what is freed: every step frees and wants the same blocks again.

    By default it returns large ones to the system each time, and their pages are zeroed at the next use: 6 % of a step.
    """
    with contextlib.suppress(OSError, AttributeError):  # another C library
        mallopt = ctypes.CDLL(None).mallopt
        mallopt(-3, 2**30)  # M_MMAP_THRESHOLD: blocks below this size come from the heap …
        mallopt(-1, 2**31 - 1)  # M_TRIM_THRESHOLD: … and its free end stays
