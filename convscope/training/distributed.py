"""Several processes that train one network with torch's DistributedDataParallel, each on its shard of every batch.

A batch has the recipe's size, however many processes there are: each takes every size-th of its pictures, and the
gradients' mean over the processes is the batch's own gradient. BatchNorm normalises each shard by
itself; its running statistics are the mean over the processes after every step, so that all processes hold the same
bits at all times.
"""

from __future__ import annotations

import datetime
import itertools
import json
import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import torch
import torch.distributed as dist
from torch import Tensor
from torch.distributed import GradBucket  # type: ignore[attr-defined]
from torch.nn.parallel import DistributedDataParallel

from ..errors import ConvscopeError, InputError, phrase
from ..nn import Net
from .at_work import AtWork
from .workers import Launch, P, Scores, T

TIMEOUT = datetime.timedelta(seconds=50)  # that a process waits for a sign of life of the others
SIGNS = 5  # that one at work gives in this time


class RemoteError(ConvscopeError):
    """An error of one process in all; the first says it."""


class WorkerGroup:
    """One process of a group that torchrun.join_workers has formed."""

    def __init__(self, launch: Launch, device: torch.device) -> None:
        self.launch: Launch | None = launch
        self.rank, self.size, self.device = launch.rank, launch.size, device

    @property
    def seed_parts(self) -> tuple[int, ...]:
        return (self.rank,)

    def wrap(self, net: Net) -> Callable[[Tensor], Tensor]:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)  # torch 2.13 renames broadcast_buffers, 2.9 knows no other
            gpu = [self.device.index] if self.device.type == "cuda" else None
            model = DistributedDataParallel(net, device_ids=gpu, broadcast_buffers=False)
        # A lambda, since torch compares annotations with classes, and here annotations are text.
        model.register_comm_hook(self.size, lambda size, bucket: average_bucket(size, bucket))
        return model

    def shard(self, batch: Tensor) -> Tensor:
        return batch[self.rank :: self.size]

    def scale_loss(self, loss: Tensor, shard: int, batch: int) -> Tensor:
        return loss if shard * self.size == batch else loss * (shard * self.size / batch)

    def average_statistics(self, net: Net) -> None:
        statistics = [b for b in net.buffers() if b.is_floating_point() and b.dim() == 1]  # (C,) each
        if not statistics:
            return
        flat = torch.cat(statistics)
        parts = [torch.empty_like(flat) for _ in range(self.size)]
        dist.all_gather(parts, flat)
        torch._foreach_copy_(statistics, torch.split(mean_in_rank_order(parts), [len(s) for s in statistics]))

    def any_true(self, *flags: bool) -> tuple[bool, ...]:
        votes = torch.tensor(flags, dtype=torch.int32)  # on the CPU: waiting for it is not waiting for the GPU
        dist.all_reduce(votes, dist.ReduceOp.MAX)
        return tuple(map(bool, votes.tolist()))

    def sum_metrics(
        self, losses: Tensor, corrects: Tensor, counts: Sequence[int]
    ) -> tuple[list[float], list[int], list[int]]:
        n = torch.tensor(counts, dtype=torch.float64)
        weighed = torch.where(n > 0, losses.cpu().double() * n, 0.0)  # the mean of no picture is no number
        own = torch.stack([weighed, corrects.cpu().double(), n])  # (3, S)
        parts = [torch.empty_like(own) for _ in range(self.size)]
        dist.all_gather(parts, own)
        flat = sum_in_rank_order(parts)
        return (flat[0] / flat[2]).tolist(), flat[1].long().tolist(), flat[2].long().tolist()

    def slice_of(self, n: int) -> slice:
        most = -(-n // self.size)
        return slice(min(n, most * self.rank), min(n, most * (self.rank + 1)))

    def gather(self, scores: Scores, n: int) -> Scores:
        padded = torch.zeros((-(-n // self.size), scores.shape[1]))
        padded[: len(scores)] = torch.from_numpy(scores)
        parts = [torch.empty_like(padded) for _ in range(self.size)]
        dist.all_gather(parts, padded)
        return torch.cat(parts)[:n].numpy()

    def each(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        error = None
        with AtWork(TIMEOUT.total_seconds() / SIGNS):
            try:
                result = function(*args, **kwargs)
            except ConvscopeError as fault:
                error = fault
        faults = self._all_json(None if error is None else [error.exit_code, error.to_json()])
        first = next((rank for rank, fault in enumerate(faults) if fault is not None), None)
        if first is None:
            return result
        if error is not None and first == self.rank == 0:
            raise error
        remote = RemoteError.from_json(faults[first][1])
        remote.exit_code = faults[first][0]
        if first:
            process = phrase("workers.process", n=first)
            remote.where = phrase("error.where", place=process, what=remote.where) if remote.where else process
        raise remote

    def on_first(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T | None:
        return self.each(lambda: function(*args, **kwargs) if self.rank == 0 else None)

    def agree(self, facts: Mapping[str, str]) -> None:
        every = self._all_json(dict(facts))
        for rank, (name, first) in itertools.product(range(1, self.size), facts.items()):
            if (other := every[rank].get(name)) != (first := every[0].get(name, first)):
                where, hint = phrase("workers.process", n=rank), phrase("workers.differ.try")
                raise InputError("workers.differ", name=name, where=where, got=other, expected=first, hint=hint)

    def broadcast(self, value: object) -> object:
        data = bytearray(json.dumps(value).encode()) if self.rank == 0 else bytearray()
        length = torch.tensor([len(data)])
        dist.broadcast(length, 0)
        message = torch.frombuffer(data, dtype=torch.uint8) if data else torch.empty(int(length), dtype=torch.uint8)
        dist.broadcast(message, 0)
        received: object = json.loads(message.numpy().tobytes())
        return received

    def broadcast_tensors(self, tensors: Iterable[Tensor]) -> None:
        for tensor in tensors:
            dense = tensor.detach().contiguous()
            dist.broadcast(dense, 0)
            tensor.detach().copy_(dense)

    def _all_json(self, value: object) -> list[Any]:
        """Return the values of all processes, which must be JSON, by rank."""
        data = json.dumps(value).encode()
        lengths = [torch.zeros(1, dtype=torch.int64) for _ in range(self.size)]
        dist.all_gather(lengths, torch.tensor([len(data)]))
        own = torch.zeros(int(max(lengths)), dtype=torch.uint8)
        own[: len(data)] = torch.frombuffer(bytearray(data), dtype=torch.uint8)
        parts = [torch.empty_like(own) for _ in range(self.size)]
        dist.all_gather(parts, own)
        return [json.loads(part.numpy().tobytes()[: int(n)]) for part, n in zip(parts, lengths, strict=True)]


def average_bucket(size: int, bucket: GradBucket) -> torch.futures.Future[Tensor]:
    """Return the mean of a bucket of gradients over `size` processes, summed in the order of their ranks.

    An all-reduce adds up in an order that follows a number's place in its bucket, and DistributedDataParallel lays its
    buckets out anew after the first step: a training that is restarted would end in other bits than one that is not.
    """
    flat = bucket.buffer()
    parts = [torch.empty_like(flat) for _ in range(size)]
    gathered = dist.all_gather(parts, flat, async_op=True).get_future()
    return gathered.then(lambda _: mean_in_rank_order(parts))  # type: ignore[no-any-return]


def mean_in_rank_order(parts: Sequence[Tensor]) -> Tensor:
    """Return the mean of tensors of one shape, ((p₀ + p₁) + p₂ …) / n, in the memory of the first."""
    return sum_in_rank_order(parts).div_(len(parts))


def sum_in_rank_order(parts: Sequence[Tensor]) -> Tensor:
    """Return the sum of tensors of one shape, (p₀ + p₁) + p₂ …, in the memory of the first."""
    total = parts[0]
    for part in parts[1:]:
        total += part
    return total
