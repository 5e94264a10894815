"""The processes that train one network: what the loop asks of them, and how a single one answers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ParamSpec, Protocol, TypeVar

import numpy as np

if TYPE_CHECKING:
    from torch import Tensor

    from ..nn import Net

P = ParamSpec("P")
T = TypeVar("T")
Scores = np.ndarray[Any, np.dtype[np.float32]]


@dataclass(frozen=True, slots=True)
class Launch:
    """One process of a launch by torchrun: `rank` of `size` processes, `local_rank` of `local_size` of this machine.

    `attempt` is 0 at first, then one more with every restart. `id` is the same for every attempt of one launch, and of
    no other: 32 hex digits.
    """

    rank: int
    size: int
    local_rank: int
    local_size: int
    attempt: int
    id: str


class Workers(Protocol):
    """One process's view of all that train together: `rank` of `size`; `launch` says how torchrun started it."""

    rank: int
    size: int
    launch: Launch | None

    @property
    def seed_parts(self) -> tuple[int, ...]:
        """What this process adds to (seed, epoch, step), so that every one draws other random numbers."""

    def wrap(self, net: Net) -> Callable[[Tensor], Tensor]:
        """Return what computes the network's scores, and whose gradients are averaged over the processes."""

    def shard(self, batch: Tensor) -> Tensor:
        """Return this process's part of a batch's indices (B,)."""

    def scale_loss(self, loss: Tensor, shard: int, batch: int) -> Tensor:
        """Return the mean loss of a shard scaled so that the processes' mean is that of the whole batch."""

    def average_statistics(self, net: Net) -> None:
        """Make BatchNorm's running statistics the mean over all processes."""

    def any_true(self, *flags: bool) -> tuple[bool, ...]:
        """Return for each flag whether it is true in any process."""

    def sum_metrics(
        self, losses: Tensor, corrects: Tensor, counts: Sequence[int]
    ) -> tuple[list[float], list[int], list[int]]:
        """Return mean losses, correct pictures and pictures, each for (S,) steps, over all processes."""

    def slice_of(self, n: int) -> slice:
        """Return which of `n` pictures this process scores."""

    def gather(self, scores: Scores, n: int) -> Scores:
        """Return the scores (n, K) of all processes from this one's, in the pictures' order."""

    def each(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Call a function in every process, and wait until all have done it, however long: what it returns here; the
        error of any in all. It may not use the group.
        """

    def on_first(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T | None:
        """Call a function in the first process alone, as `each` does: what it returns there, None elsewhere."""

    def agree(self, facts: Mapping[str, str]) -> None:
        """Raise InputError where what holds in this process, by name, is not the same in all."""

    def broadcast(self, value: object) -> object:
        """Return the first process's `value`, which must be JSON, in every process."""

    def broadcast_tensors(self, tensors: Iterable[Tensor]) -> None:
        """Give every process the numbers that the first has."""


class SingleWorker:
    """This process alone: nothing is shared, and everything is handed back as it is."""

    rank, size = 0, 1
    seed_parts: tuple[int, ...] = ()

    def __init__(self, launch: Launch | None = None) -> None:
        self.launch = launch

    def wrap(self, net: Net) -> Callable[[Tensor], Tensor]:
        return net

    def shard(self, batch: Tensor) -> Tensor:
        return batch

    def scale_loss(self, loss: Tensor, shard: int, batch: int) -> Tensor:
        return loss

    def average_statistics(self, net: Net) -> None: ...

    def any_true(self, *flags: bool) -> tuple[bool, ...]:
        return flags

    def sum_metrics(
        self, losses: Tensor, corrects: Tensor, counts: Sequence[int]
    ) -> tuple[list[float], list[int], list[int]]:
        return losses.tolist(), corrects.tolist(), list(counts)

    def slice_of(self, n: int) -> slice:
        return slice(0, n)

    def gather(self, scores: Scores, n: int) -> Scores:
        return scores

    def each(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        return function(*args, **kwargs)

    def on_first(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T | None:
        return function(*args, **kwargs)

    def agree(self, facts: Mapping[str, str]) -> None: ...

    def broadcast(self, value: object) -> object:
        return value

    def broadcast_tensors(self, tensors: Iterable[Tensor]) -> None: ...
