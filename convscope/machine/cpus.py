"""How many processors this process may use: what work is shared among, and whether anything is gained by sharing."""

from __future__ import annotations

import os


def processors() -> int:
    """Return how many there are, less those that taskset or a container keeps from this process."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
