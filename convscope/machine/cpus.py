"""How many CPUs this process may use, and what they are called."""

from __future__ import annotations

import contextlib
import os
import platform
from pathlib import Path

CGROUPS = Path("/sys/fs/cgroup")


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


def cpu_quota(folder: Path = CGROUPS) -> float | None:
    """Return how many CPUs' time a container grants, such as 0.5; None where nothing limits it.

    Linux' control groups: cpu.max of version 2 has the microseconds granted and the period; version 1 has two files.
    """
    with contextlib.suppress(OSError, ValueError, ZeroDivisionError):
        granted, period = (folder / "cpu.max").read_text(encoding="ascii").split()
        return None if granted == "max" else int(granted) / int(period)
    with contextlib.suppress(OSError, ValueError, ZeroDivisionError):
        first = folder / "cpu"
        granted, period = ((first / f"cpu.cfs_{n}_us").read_text(encoding="ascii") for n in ("quota", "period"))
        return None if int(granted) < 0 else int(granted) / int(period)
    return None
