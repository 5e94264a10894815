"""How many CPUs nobody else is using, so that a training takes no more threads than it can run.

Threads of one tensor operation wait for one another, and OpenMP's wait by spinning: with one CPU fewer than threads
each operation takes as long as the scheduler lets the others run, and two threads beside one busy process are slower
than one by a factor of ten (docs/log.md). So the CPUs are looked at for a moment before the threads are counted.
"""

from __future__ import annotations

import os
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from .cpus import allowed_cpus

STAT = Path("/proc/stat")
LEAST = 0.1  # seconds between two looks: ten ticks of the kernel's clock
NEARLY = 0.3  # of a CPU that others may use before it counts as taken: a browser, a desktop


@dataclass(frozen=True, slots=True)
class Look:
    """The CPU seconds until a moment: `spare`, those that the CPUs of this process spent idle or on work of a low
    priority (nice), which gives way; `own`, those of this process; `clock`, the moment itself.
    """

    spare: float
    own: float
    clock: float


def look(cpus: frozenset[int], stat: Path = STAT) -> Look | None:
    """Return what the kernel counts now for `cpus`, by their numbers; None where it does not say (no /proc/stat).

    proc_stat(5): fields of a cpu line are user, nice, system, idle, iowait … in ticks.
    """
    if sys.platform == "win32":
        return None
    try:
        lines = stat.read_text(encoding="ascii").splitlines()
        ticks = os.sysconf("SC_CLK_TCK")
        fields = [line.split() for line in lines if line.startswith("cpu") and not line.startswith("cpu ")]
        mine = [[int(n) for n in words[1:]] for words in fields if int(words[0][3:]) in cpus]
        spare = sum(n[1] + n[3] + n[4] for n in mine) / ticks
    except (OSError, ValueError, IndexError, AttributeError):
        return None
    return Look(spare, time.process_time(), time.monotonic()) if mine else None


def free_between(before: Look, after: Look) -> float:
    """Return how many CPUs were free for this process between two looks: idle ones and those that it used itself.

    >>> free_between(Look(10.0, 1.0, 100.0), Look(10.5, 2.0, 101.0))    # of 2 CPUs another process had half a one
    1.5
    """
    return (after.spare - before.spare + after.own - before.own) / (after.clock - before.clock)


def threads_for(free: float, cpus: int) -> int:
    """Return how many threads to work with where `free` of `cpus` CPUs were free: all of those that are free, at least
    1.

    >>> [threads_for(free, 2) for free in (0.3, 1.0, 1.6, 1.8, 2.0)]
    [1, 1, 1, 2, 2]
    """
    return max(1, min(cpus, int(free + NEARLY)))


class FreeCpus:
    """Looks at the CPUs from the moment it is made: what is loaded or imported meanwhile makes the look longer for
    nothing.
    """

    def __init__(self, stat: Path = STAT) -> None:
        self.cpus = allowed_cpus()
        self._stat = stat
        self._before = look(self.cpus, stat)

    def free(self) -> float:
        """Return how many CPUs were free since this was made, waiting until 0.1 s have passed; all of them where the
        system does not say.
        """
        if self._before is None:
            return float(len(self.cpus))
        time.sleep(max(0.0, self._before.clock + LEAST - time.monotonic()))
        after = look(self.cpus, self._stat)
        return float(len(self.cpus)) if after is None else free_between(self._before, after)
