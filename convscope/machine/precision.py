"""Which precision a network is trained in: bfloat16 only where a measurement says that it is faster."""

from __future__ import annotations

import time

import torch

from .cache import cached_measurement
from .cpus import cpu_name

GAIN = 1.25  # bfloat16 must be faster by this factor


def resolve_precision(wanted: str, device: torch.device) -> str:
    """Return "float32" or "bfloat16"; "auto" takes bfloat16 where a convolution measured here is clearly faster in it.

    CPUs that multiply bfloat16 natively may still be twice as slow in it as in float32 (docs/why.md), so it is
    measured, once: the answer is cached, so that a busy machine cannot give one seed two results.
    """
    if wanted != "auto":
        return wanted
    if device.type == "cuda":
        return "bfloat16" if torch.cuda.is_bf16_supported(including_emulation=False) else "float32"
    if device.type != "cpu" or not torch.ops.mkldnn._is_mkldnn_bf16_supported():
        return "float32"
    key = (cpu_name(), torch.backends.cpu.get_cpu_capability(), str(torch.__version__))
    return cached_measurement("precision", key, ("float32", "bfloat16"), faster_precision)


def faster_precision() -> str:
    """Return the precision to train in on this CPU, by the time of a convolution in both."""
    faster = GAIN * convolution_seconds(torch.bfloat16) < convolution_seconds(torch.float32)
    return "bfloat16" if faster else "float32"


def convolution_seconds(dtype: torch.dtype) -> float:
    """Return the CPU time of a convolution, forward and backward, the best of six.

    It runs on one thread and counts that thread's time, so that other work on the machine sways it little.
    """
    net = torch.nn.Conv2d(32, 64, 3, padding=1, dtype=dtype)
    net.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
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
