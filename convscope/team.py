"""Several processes that train one network, each on its share of every batch: PyTorch's DistributedDataParallel.

A batch is the recipe's, whoever works on it. Each process takes every size-th of its pictures; the gradients' mean over
the processes is the batch's own gradient. BatchNorm normalises each share by itself, and its running statistics are the
mean over the processes after every step, so that all processes hold the same bits at all times. `Team()` is one
process alone: everything it does is to hand back what it was given.
"""

from __future__ import annotations

import atexit
import contextlib
import datetime
import json
import os
import re
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from .errors import ConvscopeError, EnvironmentFault

if TYPE_CHECKING:
    import torch
    from torch import Tensor
    from torch.distributed import Store  # type: ignore[attr-defined]

    from .build import Net
    from .launch import Launch

Line = dict[str, Any]
SILENCE = datetime.timedelta(seconds=50)  # that a process bears of the others within training
LOADING = datetime.timedelta(minutes=60)  # and while data is loaded


class Told(ConvscopeError):
    """An error of process 0, in the others."""


class Team:
    """This process alone, or one of several that were started by torchrun (`Several`)."""

    rank, size = 0, 1
    launch: Launch | None = None
    key: tuple[int, ...] = ()  # what this process adds to what its random numbers are for

    def wrap(self, net: Net) -> Callable[[Tensor], Tensor]:
        """Return what computes the network's scores, and whose gradients are those of the whole batch."""
        return net

    def share(self, batch: Tensor) -> Tensor:
        """Return this process's part of a batch's indices (B,)."""
        return batch

    def weigh(self, loss: Tensor, mine: int, whole: int) -> Tensor:
        """Return the mean loss of `mine` pictures scaled so that the processes' mean is that of `whole` pictures."""
        return loss

    def level(self, net: Net) -> None:
        """Make BatchNorm's running statistics the mean over all processes."""

    def sums(self, losses: Tensor, corrects: Tensor, counts: Sequence[int]) -> tuple[list[float], list[int], list[int]]:
        """Return mean losses, correct pictures and pictures, each for (S,) steps, over all processes."""
        return losses.tolist(), corrects.tolist(), list(counts)

    def either(self, *flags: bool) -> Sequence[bool]:
        """Return for each flag whether it is true in any process."""
        return flags

    def parts(self, n: int) -> slice:
        """Return which of `n` pictures this process scores."""
        return slice(0, n)

    def gather(self, scores: np.ndarray[Any, Any], n: int) -> np.ndarray[Any, Any]:
        """Return the scores (n, K) of all processes from this one's, in the pictures' order."""
        return scores

    def told(self, make: Callable[[], Line]) -> Line:
        """Return what process 0 makes, in every process. An error it raises is raised in all."""
        return make()

    def spread(self, tensors: Iterable[Tensor]) -> None:
        """Give every process the numbers that process 0 has."""

    def wait(self, limit: datetime.timedelta = LOADING) -> None:
        """Wait until all processes are here."""


class Several(Team):
    """One process of a group that `joined` has formed."""

    def __init__(self, launch: Launch, device: torch.device) -> None:
        import torch.distributed as group

        self.launch, self.rank, self.size, self.key = launch, launch.rank, launch.size, (launch.rank,)
        self.device, self._group = device, group

    def wrap(self, net: Net) -> Callable[[Tensor], Tensor]:
        import torch
        from torch.nn.parallel import DistributedDataParallel

        places = [self.device.index] if self.device.type == "cuda" else None
        with warnings.catch_warnings():
            warnings.simplefilter(
                "ignore", FutureWarning
            )  # torch 2.13 renames broadcast_buffers; older ones know no other
            wrapped = DistributedDataParallel(net, device_ids=places, broadcast_buffers=False, bucket_cap_mb=1 << 10)

        # After its first backward pass DistributedDataParallel lays the gradients out anew. Among three or more processes the order
        # of a sum follows the layout, so it is settled here: a run that goes on must not begin with another one.
        before = [buffer.clone() for buffer in net.buffers()]
        wrapped(torch.zeros((2, *net.spec.shape), dtype=torch.uint8, device=self.device)).sum().backward()
        for buffer, value in zip(net.buffers(), before, strict=True):
            buffer.copy_(value)

        def scores(x: Tensor) -> Tensor:
            out = wrapped(x)
            assert isinstance(out, torch.Tensor)
            return out

        return scores

    def share(self, batch: Tensor) -> Tensor:
        return batch[self.rank :: self.size]

    def weigh(self, loss: Tensor, mine: int, whole: int) -> Tensor:
        return loss if mine * self.size == whole else loss * (mine * self.size / whole)

    def level(self, net: Net) -> None:
        import torch

        statistics = [b for b in net.buffers() if b.is_floating_point() and b.dim() == 1]
        if statistics:
            flat = torch.cat(statistics)
            self._group.all_reduce(flat)
            flat /= self.size
            for old, new in zip(statistics, torch.split(flat, [len(b) for b in statistics]), strict=True):
                old.copy_(new)

    def sums(self, losses: Tensor, corrects: Tensor, counts: Sequence[int]) -> tuple[list[float], list[int], list[int]]:
        import torch

        n = torch.tensor(counts, dtype=torch.float64)
        flat = torch.stack([losses.cpu().double() * n, corrects.cpu().double(), n])  # (3, S)
        self._group.all_reduce(flat)
        return (flat[0] / flat[2]).tolist(), flat[1].long().tolist(), flat[2].long().tolist()

    def either(self, *flags: bool) -> Sequence[bool]:
        import torch

        flat = torch.tensor(flags, dtype=torch.int32)  # on the processor: waiting for it is not waiting for the device
        self._group.all_reduce(flat)
        return [bool(f) for f in flat.tolist()]

    def parts(self, n: int) -> slice:
        each = -(-n // self.size)
        return slice(min(n, each * self.rank), min(n, each * (self.rank + 1)))

    def gather(self, scores: np.ndarray[Any, Any], n: int) -> np.ndarray[Any, Any]:
        import torch

        each = -(-n // self.size)
        mine = torch.zeros((each, scores.shape[1]))
        mine[: len(scores)] = torch.from_numpy(scores)
        every = [torch.empty_like(mine) for _ in range(self.size)]
        self._group.all_gather(every, mine)
        return torch.cat(every)[:n].numpy()

    def told(self, make: Callable[[], Line]) -> Line:
        import torch

        fault: ConvscopeError | None = None
        message: Line = {}
        if self.rank == 0:
            try:
                message = {"value": make()}
            except ConvscopeError as error:
                fault, message = error, {"error": [error.exit_code, error.what]}
        data = bytearray(json.dumps(message).encode())
        length = torch.tensor([len(data)])
        self._group.broadcast(length, 0)
        told = (
            torch.frombuffer(data, dtype=torch.uint8) if self.rank == 0 else torch.empty(int(length), dtype=torch.uint8)
        )
        self._group.broadcast(told, 0)
        if fault is not None:
            raise fault
        message = json.loads(told.numpy().tobytes())
        if "error" in message:
            told_error = Told(message["error"][1])
            told_error.exit_code = message["error"][0]
            raise told_error
        value: Line = message["value"]
        return value

    def spread(self, tensors: Iterable[Tensor]) -> None:
        for tensor in tensors:
            dense = tensor.detach().contiguous()
            self._group.broadcast(dense, 0)
            tensor.detach().copy_(dense)

    def wait(self, limit: datetime.timedelta = LOADING) -> None:
        self._group.monitored_barrier(timeout=limit)


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

    from . import machine

    place = machine.device(device)
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
        yield Several(launch, place)


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
        if not re.search(r"gloo|nccl|connection|timed? ?out|store|barrier", str(error), re.IGNORECASE):
            raise
        what = "another process of this training has ended or says nothing"
        hint = "torchrun --max-restarts 3 goes on from the last checkpoint by itself; train --resume does when asked"
        raise EnvironmentFault(what, hint=hint) from error
