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

from ..errors import EnvironmentFault, phrase
from .workers import Launch, SingleWorker, Workers

VARIABLES = (
    "RANK",
    "WORLD_SIZE",
    "LOCAL_RANK",
    "LOCAL_WORLD_SIZE",
    "TORCHELASTIC_RESTART_COUNT",
    "TORCHELASTIC_MAX_RESTARTS",
)
LET_GO = 0.3  # seconds, of which gloo's thread needs microseconds when it is its turn
PEER_FAULT = re.compile(r"gloo|nccl|\bconnection|timed? ?out|\bstore", re.IGNORECASE)


def launched() -> Launch | None:
    """Return how torchrun started this process; None if it did not. Raises EnvironmentFault for a torn environment."""
    if "TORCHELASTIC_RUN_ID" not in os.environ:
        return None
    # Before PyTorch is imported: where another process has ended, it prints a screenful of its own frames.
    os.environ.setdefault("TORCH_CPP_LOG_LEVEL", "ERROR")
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


def is_peer_fault(error: RuntimeError | TimeoutError) -> bool:
    """Whether an error says that another process is lost. torch raises a plain RuntimeError for it: only its wording
    tells a lost connection from a mistake of ours.
    """
    return isinstance(error, TimeoutError) or PEER_FAULT.search(str(error)) is not None


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
    from .meeting import form_group

    place = resolve_device(device)
    if place.type == "cuda":
        place = torch.device("cuda", launch.local_rank)
        torch.cuda.set_device(place)
    with _peer_faults(TIMEOUT.total_seconds()):
        if not dist.is_initialized():  # once a process: the next training finds it
            backend = "cpu:gloo,cuda:nccl" if place.type == "cuda" else "gloo"
            form_group(launch, backend)
            atexit.register(_leave_group)
        yield WorkerGroup(launch, place)


def _leave_group() -> None:
    """Leave the group. gloo's own thread needs the GIL once more, to let go of its last work: where Python ended before
    it had it, the process was aborted ("terminate called without an active exception").
    """
    import torch.distributed as dist

    time.sleep(LET_GO)
    dist.destroy_process_group()


@contextlib.contextmanager
def _peer_faults(seconds: float) -> Iterator[None]:
    try:
        yield
    except (RuntimeError, TimeoutError) as error:
        if not is_peer_fault(error):
            raise
        raise EnvironmentFault("workers.lost", n=f"{seconds:.0f}", hint=phrase("workers.lost.try")) from error


def _start_time(process: int) -> str:
    """Return when a process began, in clock ticks, so that a process id given out again is recognised; "" if
    unknown.
    """
    try:
        with open(f"/proc/{process}/stat", encoding="utf-8", errors="replace") as file:
            return file.read().rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        return ""
