"""How many CPUs this process may use, and what they are called."""

from __future__ import annotations

import contextlib
import os
import platform


def allowed_cpus() -> frozenset[int]:
    """Return the numbers of the CPUs there are, less those that taskset or a container keeps from this process."""
    if hasattr(os, "sched_getaffinity"):
        return frozenset(os.sched_getaffinity(0))
    return frozenset(range(os.cpu_count() or 1))


def available_cpus() -> int:
    """Return how many CPUs this process may use."""
    return len(allowed_cpus())


def cpu_name() -> str:
    """Return the CPU's own name where the system tells it, else its architecture."""
    with contextlib.suppress(OSError), open("/proc/cpuinfo", encoding="utf-8", errors="replace") as file:
        for line in file:
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
