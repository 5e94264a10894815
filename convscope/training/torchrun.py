"""What torchrun does: it starts processes, gives each its rank in the environment, and restarts them.

Here that environment is read, and the processes find one another.
"""

from __future__ import annotations

import atexit
import contextlib
import hashlib
import os
import re
import socket
from collections.abc import Iterator
from typing import TYPE_CHECKING

from ..errors import EnvironmentFault, phrase
from .workers import Launch, SingleWorker, Workers

if TYPE_CHECKING:
    from torch.distributed import Store  # type: ignore[attr-defined]

VARIABLES = (
    "RANK",
    "WORLD_SIZE",
    "LOCAL_RANK",
    "LOCAL_WORLD_SIZE",
    "TORCHELASTIC_RESTART_COUNT",
    "TORCHELASTIC_MAX_RESTARTS",
)
PEER_FAULT = re.compile(r"gloo|nccl|connection|timed? ?out|store|barrier", re.IGNORECASE)


def launched() -> Launch | None:
    """Return how torchrun started this process; None if it did not. Raises EnvironmentFault for a torn environment."""
    if "TORCHELASTIC_RUN_ID" not in os.environ:
        return None
    try:
        rank, size, local_rank, local_size, attempt, _ = (int(os.environ[name]) for name in VARIABLES)
    except (KeyError, ValueError) as error:
        raise EnvironmentFault("torchrun.environment", got=str(error)) from None
    # Run ids may be used again, or be left out ("none"): the process that watches over this launch tells them apart.
    agent = os.getppid()
    parts = [os.environ["TORCHELASTIC_RUN_ID"], socket.gethostname(), str(agent), _start_time(agent)]
    return Launch(
        rank, size, local_rank, local_size, attempt, hashlib.sha256("\n".join(parts).encode()).hexdigest()[:32]
    )


@contextlib.contextmanager
def join_workers(launch: Launch | None, device: str) -> Iterator[Workers]:
    """Form the group of processes that torchrun started; without torchrun, or with one process, be alone.

    What goes wrong because another process has ended, or has said nothing for 50 s, becomes an EnvironmentFault.
    """
    if launch is None or launch.size == 1:
        yield SingleWorker(launch)
        return
    import torch
    import torch.distributed as dist

    from ..machine.device import resolve_device
    from .distributed import TIMEOUT, WorkerGroup

    place = resolve_device(device)
    if place.type == "cuda":
        place = torch.device("cuda", launch.local_rank)
        torch.cuda.set_device(place)
    with _peer_faults():
        if not dist.is_initialized():  # once a process: the next training finds it
            backend = "cpu:gloo,cuda:nccl" if place.type == "cuda" else "gloo"
            dist.init_process_group(
                backend, store=_store(launch), rank=launch.rank, world_size=launch.size, timeout=TIMEOUT
            )
            atexit.register(dist.destroy_process_group)
        yield WorkerGroup(launch, place)


def _store(launch: Launch) -> Store:
    """Return where the processes of this attempt find one another.

    With env:// PyTorch 2.13 keeps all attempts' addresses under the same names in one store, and a process that
    is started anew may look for the others where their predecessors were.
    """
    from torch.distributed import PrefixStore, TCPStore  # type: ignore[attr-defined]

    from .distributed import TIMEOUT

    host, port = os.environ["MASTER_ADDR"], int(os.environ["MASTER_PORT"])
    ours = launch.rank == 0 and os.environ.get("TORCHELASTIC_USE_AGENT_STORE") != "True"
    store = TCPStore(host, port, launch.size, ours, timeout=TIMEOUT, multi_tenant=True)
    return PrefixStore(f"convscope/{launch.attempt}", store)


@contextlib.contextmanager
def _peer_faults() -> Iterator[None]:
    try:
        yield
    except RuntimeError as error:
        # torch raises a plain RuntimeError here: only its wording tells a lost connection from a mistake of ours.
        if not PEER_FAULT.search(str(error)):
            raise
        raise EnvironmentFault("workers.lost", hint=phrase("workers.lost.try")) from error


def _start_time(process: int) -> str:
    """Return when a process began, in clock ticks, so that a process id given out again is recognised; "" if
    unknown.
    """
    try:
        with open(f"/proc/{process}/stat", encoding="utf-8", errors="replace") as file:
            return file.read().rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        return ""
