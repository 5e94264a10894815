"""Batches: whoever's pictures are computed together, everybody gets the answers to his own."""

from __future__ import annotations

import asyncio
import threading
import time
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convscope.serve.batching import Answered, Batcher


class Sums:
    """Stands for a model: the answer to a picture is its first number, and twice that; `batches` are what it was given
    at once. `hold` keeps it from beginning.
    """

    batch = 8

    def __init__(self, threads: int = 2, outsiders: bool = True) -> None:
        self.threads, self.batches, self.outsiders = threads, [], outsiders
        self.hold = threading.Event()
        self.hold.set()

    batches: list[list[int]]

    def answers(self, pictures: Any) -> Answered:
        self.batches.append(pictures[:, 0, 0, 0].tolist())
        assert self.hold.wait(20)
        if (pictures == 255).any():
            raise ArithmeticError("255")
        first = pictures[:, :, 0, 0].astype(np.float32)
        return np.concatenate([first, 2 * first], 1), first[:, 0] if self.outsiders else None


def pictures(*numbers: int) -> np.ndarray:
    return np.array(numbers, np.uint8).reshape(-1, 1, 1, 1)


def batcher(sums: Sums, wait: float = 0.0, seen: list[int] | None = None) -> Batcher:
    return Batcher(sums, 8, wait, (lambda n: None) if seen is None else seen.append)


async def gathered(made: Batcher, *jobs: np.ndarray) -> list[Answered]:
    return await asyncio.gather(*(made.answers(job) for job in jobs))


@given(st.lists(st.integers(1, 30), min_size=1, max_size=12), st.sampled_from([1, 3]), st.booleans())
@settings(max_examples=25)
@pytest.mark.medium
def test_everybody_gets_the_answers_to_his_own(sizes: list[int], threads: int, outsiders: bool) -> None:
    sums, seen = Sums(threads, outsiders), []
    made = batcher(sums, seen=seen)
    numbers = iter(range(10_000))
    jobs = [pictures(*(next(numbers) % 251 for _ in range(size))) for size in sizes]
    for job, (probabilities, foreign) in zip(jobs, asyncio.run(gathered(made, *jobs)), strict=True):
        own = job.reshape(-1).astype(np.float32)
        np.testing.assert_array_equal(probabilities, np.stack([own, 2 * own], 1))
        assert (foreign is not None) == outsiders
        if foreign is not None:
            np.testing.assert_array_equal(foreign, own)
    made.close()
    assert max(seen) <= 8
    assert sum(seen) == sum(sizes) == sum(map(len, sums.batches))


def test_what_comes_while_all_are_busy_is_computed_together() -> None:
    sums = Sums(threads=1)
    made = batcher(sums)

    async def ask() -> None:
        sums.hold.clear()
        first = asyncio.ensure_future(made.answers(pictures(1)))
        while not sums.batches:
            await asyncio.sleep(0.001)
        rest = [asyncio.ensure_future(made.answers(pictures(n, n))) for n in (2, 3, 4, 5, 6)]
        await asyncio.sleep(0.01)
        sums.hold.set()
        await asyncio.gather(first, *rest)

    asyncio.run(ask())
    made.close()
    assert sums.batches == [[1], [2, 2, 3, 3, 4, 4, 5, 5], [6, 6]]


@pytest.mark.medium
def test_a_free_thread_waits_for_a_batch_to_fill_and_no_longer() -> None:
    sums = Sums(threads=1)
    made = batcher(sums, wait=0.3)

    async def ask() -> None:
        one = asyncio.ensure_future(made.answers(pictures(1)))
        await asyncio.sleep(0.01)
        await asyncio.gather(one, made.answers(pictures(2)))  # two in one batch, when the time is over
        began = time.monotonic()
        await gathered(made, pictures(*range(10, 14)), pictures(*range(20, 24)))  # a whole batch waits for nobody
        assert time.monotonic() - began < 0.3

    asyncio.run(ask())
    made.close()
    assert sums.batches == [[1, 2], [10, 11, 12, 13, 20, 21, 22, 23]]


def test_an_error_ends_the_waiting_of_its_batch_alone() -> None:
    made = batcher(Sums(threads=1))

    async def ask() -> None:
        with pytest.raises(ArithmeticError, match="255"):
            await made.answers(pictures(255, 1))
        assert (await made.answers(pictures(7)))[0].tolist() == [[7, 14]]

    asyncio.run(ask())
    made.close()


def test_who_is_gone_is_not_computed() -> None:
    sums = Sums(threads=1)
    made = batcher(sums)

    async def ask() -> None:
        sums.hold.clear()
        first = asyncio.ensure_future(made.answers(pictures(1)))
        while not sums.batches:
            await asyncio.sleep(0.001)
        gone = asyncio.ensure_future(made.answers(pictures(*range(100, 130))))
        await asyncio.sleep(0.01)
        gone.cancel()
        await asyncio.sleep(0)
        last = asyncio.ensure_future(made.answers(pictures(3)))
        await asyncio.sleep(0.01)
        sums.hold.set()
        await asyncio.gather(first, last)

    asyncio.run(ask())
    made.close()
    assert sums.batches == [[1], [3]]


def test_its_threads_end() -> None:
    made = batcher(Sums(threads=3))
    made.close()
    assert not any(thread.is_alive() for thread in made._threads)
