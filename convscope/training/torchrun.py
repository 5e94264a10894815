"""Whether torchrun started this process, as one of how many, and whether it is a restart. Reads the environment,
nothing else.
"""

from __future__ import annotations

import hashlib
import os
import socket
from dataclasses import dataclass

from ..errors import EnvironmentFault

WORDS = (
    "RANK",
    "WORLD_SIZE",
    "LOCAL_RANK",
    "LOCAL_WORLD_SIZE",
    "TORCHELASTIC_RESTART_COUNT",
    "TORCHELASTIC_MAX_RESTARTS",
)


@dataclass(frozen=True, slots=True)
class Launch:
    """One process of a launch by torchrun. `rank` counts all processes, `local` those of this machine; both from 0."""

    rank: int
    size: int
    local: int
    here: int  # so many of them on this machine
    attempt: int  # 0 at first, then one more with every restart
    id: str  # the same for every attempt of one launch, and of no other: 32 hex digits


def launched() -> Launch | None:
    """Return how torchrun started this process; None if it did not. Raises EnvironmentFault for a torn environment."""
    if "TORCHELASTIC_RUN_ID" not in os.environ:
        return None
    try:
        rank, size, local, here, attempt, _ = (int(os.environ[word]) for word in WORDS)
    except (KeyError, ValueError) as error:
        raise EnvironmentFault("torchrun.environment", got=str(error)) from None
    # Run ids may be used again, or be left out ("none"): the process that watches over this launch makes the
    # difference.
    told = [os.environ["TORCHELASTIC_RUN_ID"], socket.gethostname(), str(os.getppid()), _began(os.getppid())]
    return Launch(rank, size, local, here, attempt, hashlib.sha256("\n".join(told).encode()).hexdigest()[:32])


def _began(process: int) -> str:
    """Return when a process began, in the system's own ticks, so that a number given out again is told apart; "" if
    unknown.
    """
    try:
        with open(f"/proc/{process}/stat", encoding="utf-8", errors="replace") as file:
            return file.read().rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        return ""
