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
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

from ..errors import EnvironmentFault, phrase, system_reason
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
PEER_FAULT = re.compile(r"gloo|nccl|\bconnection|timed? ?out|\bstore", re.IGNORECASE)
LATEST = 300.0  # seconds that the processes wait for one that starts late: PyTorch is imported from some slow disk
LOOK = 0.05  # seconds between two looks


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


class PeerLost(EnvironmentFault):
    """Another process has ended, or gives no sign of life."""


@contextlib.contextmanager
def join_workers(launch: Launch | None, device: str) -> Iterator[Workers]:
    """Form the group of processes that torchrun started; without torchrun, or with one process, be alone.

    Raises EnvironmentFault where one of them does not come within 300 s. What goes wrong later because another process
    has ended, or has given no sign of life for 50 s, becomes an EnvironmentFault, too.
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
    with _peer_faults(TIMEOUT.total_seconds()):
        if not dist.is_initialized():  # once a process: the next training finds it
            backend = "cpu:gloo,cuda:nccl" if place.type == "cuda" else "gloo"
            store = _all_here(_store(launch), launch)
            dist.init_process_group(backend, store=store, rank=launch.rank, world_size=launch.size, timeout=TIMEOUT)
            atexit.register(dist.destroy_process_group)
        yield WorkerGroup(launch, place)


def _store(launch: Launch) -> Store:
    """Return where the processes of this attempt find one another.

    With env:// PyTorch 2.13 keeps all attempts' addresses under the same names in one store, and a process that
    is started anew may look for the others where their predecessors were.
    """
    from torch.distributed import PrefixStore, TCPStore  # type: ignore[attr-defined]

    from .distributed import TIMEOUT

    try:
        host, port = os.environ["MASTER_ADDR"], int(os.environ["MASTER_PORT"])
    except (KeyError, ValueError) as error:
        raise EnvironmentFault("torchrun.environment", got=str(error)) from None
    ours = launch.rank == 0 and os.environ.get("TORCHELASTIC_USE_AGENT_STORE") != "True"
    if not ours:
        _wait_for(host, port)
    try:
        store = TCPStore(host, port, launch.size, ours, timeout=TIMEOUT, wait_for_workers=False, multi_tenant=True)
    except RuntimeError as error:
        key = "workers.port" if ours else "workers.meeting"
        raise EnvironmentFault(key, where=f"{host}:{port}", hint=phrase("workers.meeting.try")) from error
    return PrefixStore(f"convscope/{launch.attempt}", store)


def _wait_for(host: str, port: int) -> None:
    """Wait until something listens there. TCPStore waits too, but without heeding Ctrl-C."""
    end = time.monotonic() + LATEST
    while True:
        try:
            socket.create_connection((host, port), timeout=LOOK + 5).close()
            return
        except OSError as error:
            if time.monotonic() > end:
                reason, hint = system_reason(error), phrase("workers.meeting.try")
                raise EnvironmentFault("workers.unmet", where=f"{host}:{port}", reason=reason, hint=hint) from None
        time.sleep(LOOK)


def _all_here(store: Store, launch: Launch) -> Store:
    """Wait until every process has come to the store. Raises EnvironmentFault that names those that have not."""
    store.set(f"here/{launch.rank}", "")
    end, absent = time.monotonic() + LATEST, list(range(launch.size))
    while absent := [rank for rank in absent if not store.check([f"here/{rank}"])]:
        if time.monotonic() > end:
            got, hint = ", ".join(map(str, absent)), phrase("workers.lost.try")
            raise EnvironmentFault("workers.absent", got=got, n=f"{LATEST:.0f}", hint=hint)
        time.sleep(LOOK)
    return store


@contextlib.contextmanager
def _peer_faults(seconds: float) -> Iterator[None]:
    try:
        yield
    except RuntimeError as error:
        # torch raises a plain RuntimeError here: only its wording tells a lost connection from a mistake of ours.
        if not PEER_FAULT.search(str(error)):
            raise
        raise PeerLost("workers.lost", n=f"{seconds:.0f}", hint=phrase("workers.lost.try")) from error


def _start_time(process: int) -> str:
    """Return when a process began, in clock ticks, so that a process id given out again is recognised; "" if
    unknown.
    """
    try:
        with open(f"/proc/{process}/stat", encoding="utf-8", errors="replace") as file:
            return file.read().rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        return ""
