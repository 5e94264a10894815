"""Dynamic batching: pictures of requests that come together are computed together, in as many threads as is quickest.

A thread that is free takes what waits, up to a batch of pictures, whoever's they are: while all are busy, batches form
by themselves. Only where it would compute fewer does it wait for more, a few milliseconds at most, if it is told to.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from ..prediction.streaming import Computes

Pixels = NDArray[np.uint8]
Floats = NDArray[np.float32]
Answered = tuple[Floats, "Floats | None"]


class Slice(NamedTuple):
    """Some of a request's pictures: from `start` to before `stop`."""

    job: Job
    start: int
    stop: int


@dataclass(eq=False)
class Job:
    """A request's pictures (n, C, H, W), when they came, and what came of them so far."""

    pictures: Pixels
    loop: asyncio.AbstractEventLoop
    done: asyncio.Future[Answered]
    since: float = field(default_factory=time.monotonic)
    taken: int = 0
    parts: dict[int, Answered] = field(default_factory=dict)  # by their start
    gone: bool = False  # nobody waits any more

    def put(self, start: int, made: Answered) -> None:
        """Take what came of the pictures from `start` on; the last part ends the waiting."""
        self.parts[start] = made
        if sum(len(probabilities) for probabilities, _ in self.parts.values()) == len(self.pictures):
            inside = [self.parts[at] for at in sorted(self.parts)]
            first = inside[0][1]
            outsiders = None if first is None else np.concatenate([part[1] for part in inside if part[1] is not None])
            probabilities = inside[0][0] if len(inside) == 1 else np.concatenate([part[0] for part in inside])
            self._call(self._finish, (probabilities, outsiders))

    def fail(self, error: Exception) -> None:
        """End the waiting with an error."""
        self._call(self._break, error)

    def _call(self, what: Callable[..., None], argument: object) -> None:
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits
            self.loop.call_soon_threadsafe(what, argument)

    def _finish(self, made: Answered) -> None:
        if not self.done.done():
            self.done.set_result(made)

    def _break(self, error: Exception) -> None:
        if not self.done.done():
            self.done.set_exception(error)


class Batcher:
    """Threads that compute pictures. `size` of them at a time, `wait` seconds for more; `watch` is told how many were
    computed together.
    """

    def __init__(self, predictor: Computes, size: int, wait: float, watch: Callable[[int], None]) -> None:
        self._predictor, self._size, self._wait, self._watch = predictor, size, wait, watch
        self._jobs: deque[Job] = deque()
        self._changed, self._lock, self._closed = threading.Condition(), threading.Lock(), False
        self._threads = [
            threading.Thread(target=self._work, name=f"compute {number}", daemon=True)
            for number in range(predictor.threads)
        ]
        for thread in self._threads:
            thread.start()

    async def answers(self, pictures: Pixels) -> Answered:
        """Return probabilities (n, K) of pictures (n, C, H, W), n above 0, and how foreign each is where that is known.
        Who stops waiting takes what is not computed yet away with him.
        """
        loop = asyncio.get_running_loop()
        job = Job(pictures, loop, loop.create_future())
        with self._changed:
            self._jobs.append(job)
            self._changed.notify()
        try:
            return await job.done
        finally:
            job.gone = True

    def close(self) -> None:
        """End the threads; what is being computed is computed to its end."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        for thread in self._threads:
            thread.join(10)

    def _work(self) -> None:
        while slices := self._take():
            try:
                stacks = [job.pictures[start:stop] for job, start, stop in slices]
                made = self._predictor.answers(stacks[0] if len(stacks) == 1 else np.concatenate(stacks))
            except Exception as error:
                for job in {one.job for one in slices}:
                    job.fail(error)
                continue
            self._watch(len(made[0]))
            at = 0
            with self._lock:  # two threads may have parts of one job
                for job, start, stop in slices:
                    end = at + stop - start
                    job.put(start, (made[0][at:end], None if made[1] is None else made[1][at:end]))
                    at = end

    def _take(self) -> list[Slice]:
        """Wait for pictures and return up to a batch of them, in the order in which they came; none: it is over."""
        with self._changed:
            while True:
                while self._jobs and self._jobs[0].gone:
                    self._jobs.popleft()
                if not self._jobs:
                    if self._closed:
                        return []
                    self._changed.wait()
                    continue
                left = self._jobs[0].since + self._wait - time.monotonic()
                if left <= 0 or self._closed or self._waiting() >= self._size:
                    return self._slices()
                self._changed.wait(left)

    def _waiting(self) -> int:
        """Return how many pictures wait; more than a batch are not counted."""
        count = 0
        for job in self._jobs:
            count += len(job.pictures) - job.taken
            if count >= self._size:
                break
        return count

    def _slices(self) -> list[Slice]:
        slices: list[Slice] = []
        room = self._size
        while self._jobs and room:
            job = self._jobs[0]
            if job.gone:
                self._jobs.popleft()
                continue
            stop = min(len(job.pictures), job.taken + room)
            slices.append(Slice(job, job.taken, stop))
            room -= stop - job.taken
            job.taken = stop
            if stop == len(job.pictures):
                self._jobs.popleft()
        if self._jobs:
            self._changed.notify()
        return slices
