"""How the processes that torchrun started find one another, and what becomes of an error that comes of another's
end."""

from __future__ import annotations

import atexit
import contextlib
import os
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from ..errors import EnvironmentFault, phrase
from .torchrun import Launch
from .worker_group import SILENCE, Several, Team

if TYPE_CHECKING:
    from torch.distributed import Store  # type: ignore[attr-defined]


@contextlib.contextmanager
def joined(launch: Launch | None, device: str) -> Iterator[Team]:
    """Form the group of processes that torchrun started; without torchrun, or with one process, be alone.

    What goes wrong because another process has ended, or has said nothing for 50 s, becomes an EnvironmentFault.
    """
    if launch is None or launch.size == 1:
        team = Team()
        team.launch = launch
        yield team
        return
    import torch
    import torch.distributed as group

    from ..machine.device import resolve_device

    place = resolve_device(device)
    if place.type == "cuda":
        place = torch.device("cuda", launch.local)
        torch.cuda.set_device(place)
    with _faults():
        if not group.is_initialized():  # once a process: the next training finds it
            backend = "cpu:gloo,cuda:nccl" if place.type == "cuda" else "gloo"
            group.init_process_group(
                backend, store=_store(launch), rank=launch.rank, world_size=launch.size, timeout=SILENCE
            )
            atexit.register(group.destroy_process_group)
        with contextlib.closing(Several(launch, place)) as team:
            yield team


def _store(launch: Launch) -> Store:
    """Return where the processes of this attempt find one another.

    With env:// PyTorch 2.13 keeps all attempts' addresses under the same names in one store, and a process that
    is started anew may look for the others where their predecessors were.
    """
    from torch.distributed import PrefixStore, TCPStore  # type: ignore[attr-defined]

    host, port = os.environ["MASTER_ADDR"], int(os.environ["MASTER_PORT"])
    ours = launch.rank == 0 and os.environ.get("TORCHELASTIC_USE_AGENT_STORE") != "True"
    store = TCPStore(host, port, launch.size, ours, timeout=SILENCE, multi_tenant=True)
    return PrefixStore(f"convscope/{launch.attempt}", store)


@contextlib.contextmanager
def _faults() -> Iterator[None]:
    try:
        yield
    except RuntimeError as error:
        # torch raises a plain RuntimeError here: only its wording tells a lost connection from a mistake of ours.
        if not re.search(r"gloo|nccl|connection|timed? ?out|store|barrier", str(error), re.IGNORECASE):
            raise
        raise EnvironmentFault("workers.lost", hint=phrase("workers.lost.try")) from error
