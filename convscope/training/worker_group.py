"""Several processes that train one network, each on its share of every batch.

A batch is the recipe's, whoever works on it. Each process takes every size-th of its pictures; the gradients' mean over
the processes is the batch's own gradient. BatchNorm normalises each share by itself, and its running statistics are the
mean over the processes after every step, so that all processes hold the same bits at all times. All of it is one
message a step: through memory that the processes of one machine share (see exchange), or by gloo. On cards PyTorch's
DistributedDataParallel sums up the gradients. `Team()` is one process alone: everything it does is to hand back what it
was given.
"""

from __future__ import annotations

import datetime
import json
import warnings
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ..errors import ConvscopeError

if TYPE_CHECKING:
    import torch
    from torch import Tensor

    from ..build import Net
    from .exchange import Exchange
    from .torchrun import Launch

Line = dict[str, Any]
SILENCE = datetime.timedelta(seconds=50)  # that a process bears of the others within training
LOADING = datetime.timedelta(minutes=60)  # and while data is loaded
MOST_FLAGS = 8


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

    def backward(self, loss: Tensor, *flags: bool) -> Sequence[bool]:
        """Compute the gradients of the whole batch and make BatchNorm's running statistics the mean over all processes.

        Returns for each flag whether it is true in any process.
        """
        loss.backward()  # type: ignore[no-untyped-call]
        return flags

    def each(
        self, work: Callable[[Tensor], Tensor], matrices: Sequence[Tensor], costs: Sequence[float]
    ) -> list[Tensor]:
        """Return what `work` makes of every matrix, in its shape; the processes share the work if that is worth it."""
        return [work(matrix) for matrix in matrices]

    def sums(self, losses: Tensor, corrects: Tensor, counts: Sequence[int]) -> tuple[list[float], list[int], list[int]]:
        """Return mean losses, correct pictures and pictures, each for (S,) steps, over all processes."""
        return losses.tolist(), corrects.tolist(), list(counts)

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
        self._exchange: Exchange | None = None
        self._statistics: list[Tensor] = []  # BatchNorm's, (C,) each
        self._parameters: list[Tensor] = []
        self._overlaps = device.type != "cpu"  # sums of gradients with the computing of others

    def wrap(self, net: Net) -> Callable[[Tensor], Tensor]:
        from . import exchange

        self._parameters = list(net.parameters())
        self._statistics = [b for b in net.buffers() if b.is_floating_point() and b.dim() == 1]
        if self._overlaps:
            return self._distributed(net)
        if self.launch is not None and self.launch.here == self.size:
            numbers = sum(t.numel() for t in (*self._parameters, *self._statistics)) + MOST_FLAGS
            self._exchange = exchange.opened(self.rank, self.size, numbers, SILENCE.total_seconds(), self.told)
            if any(self._either(self._exchange is None)):
                self.close()
        return net

    def _distributed(self, net: Net) -> Callable[[Tensor], Tensor]:
        """Return the network in DistributedDataParallel, which sums up gradients on cards while others are being
        computed.
        """
        import torch
        from torch.nn.parallel import DistributedDataParallel

        places = [self.device.index] if self.device.type == "cuda" else None
        with warnings.catch_warnings():
            warnings.simplefilter(
                "ignore", FutureWarning
            )  # torch 2.13 renames broadcast_buffers; older ones know no other
            wrapped = DistributedDataParallel(net, device_ids=places, broadcast_buffers=False)

        # After its first backward pass DistributedDataParallel lays the gradients out anew. Among three or more
        # processes the order of a sum follows the layout, so it is settled here: a run that goes on must not begin with
        # another one.
        before = [buffer.clone() for buffer in net.buffers()]
        wrapped(torch.zeros((2, *net.spec.shape), dtype=torch.uint8, device=self.device)).sum().backward()
        for buffer, value in zip(net.buffers(), before, strict=True):
            buffer.copy_(value)

        def scores(x: Tensor) -> Tensor:
            out = wrapped(x)
            assert isinstance(out, torch.Tensor)
            return out

        return scores

    def _mean(self, parts: Sequence[Tensor]) -> None:
        import torch

        from . import exchange

        if self._exchange is not None:
            self._exchange.mean(parts)
        elif parts:
            flat = parts[0].new_empty(sum(part.numel() for part in parts))
            views = exchange.cut(flat, parts)  # in each tensor's own layout, channels last or not, there and back
            torch._foreach_copy_(views, list(parts))
            self._group.all_reduce(flat)
            flat /= self.size
            torch._foreach_copy_(list(parts), views)

    def backward(self, loss: Tensor, *flags: bool) -> Sequence[bool]:
        import torch

        if self._overlaps:  # asking the device for the flags would be waiting for it
            loss.backward()  # type: ignore[no-untyped-call]
            self._mean(self._statistics)
            return self._either(*flags)
        told = torch.tensor(flags, dtype=torch.float32)
        loss.backward()  # type: ignore[no-untyped-call]
        gradients = [p.grad for p in self._parameters if p.grad is not None]
        self._mean([*gradients, *self._statistics, told])  # one message a step
        return [flag > 0 for flag in told.tolist()]

    def each(
        self, work: Callable[[Tensor], Tensor], matrices: Sequence[Tensor], costs: Sequence[float]
    ) -> list[Tensor]:
        if self._exchange is None:  # a message by gloo takes longer than it saves
            return super().each(work, matrices, costs)
        owners = shared_out(costs, self.size)
        made = [
            work(matrix) if owner == self.rank else matrix.new_empty(matrix.shape)
            for matrix, owner in zip(matrices, owners, strict=True)
        ]
        self._exchange.spread(made, owners)
        return made

    def share(self, batch: Tensor) -> Tensor:
        return batch[self.rank :: self.size]

    def weigh(self, loss: Tensor, mine: int, whole: int) -> Tensor:
        return loss if mine * self.size == whole else loss * (mine * self.size / whole)

    def sums(self, losses: Tensor, corrects: Tensor, counts: Sequence[int]) -> tuple[list[float], list[int], list[int]]:
        import torch

        n = torch.tensor(counts, dtype=torch.float64)
        flat = torch.stack([losses.cpu().double() * n, corrects.cpu().double(), n])  # (3, S)
        self._group.all_reduce(flat)
        return (flat[0] / flat[2]).tolist(), flat[1].long().tolist(), flat[2].long().tolist()

    def _either(self, *flags: bool) -> Sequence[bool]:
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
                fault, message = error, {"error": error.to_json(), "exit": error.exit_code}
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
            told_error = Told.from_json(message["error"])
            told_error.exit_code = message["exit"]
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

    def close(self) -> None:
        """Leave the others, who see that at once."""
        if self._exchange is not None:
            self._exchange.close()
            self._exchange = None


def shared_out(costs: Sequence[float], size: int) -> list[int]:
    """Return which of `size` processes takes each piece of work: the dearest first, to whom has least so far."""
    owners, loads = [0] * len(costs), [0.0] * size
    for i in sorted(range(len(costs)), key=lambda i: -costs[i]):
        owners[i] = loads.index(min(loads))
        loads[owners[i]] += costs[i]
    return owners
