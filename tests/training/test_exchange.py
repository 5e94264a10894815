"""Numbers pass between processes through memory: here the processes are threads, which meet as processes do."""

from __future__ import annotations

import os
import queue
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import torch

from convscope.training import exchange
from convscope.training.exchange import Exchange, opened
from convscope.training.worker_group import shared_out

Work = Callable[[int, Exchange], Any]


def ends(size: int, count: int, silence: float = 20.0) -> list[Exchange | None]:
    """Return every process's end."""
    lines = [queue.SimpleQueue[dict[str, Any]]() for _ in range(size)]

    def told(rank: int, make: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        if rank == 0:
            value = make()
            for line in lines:
                line.put(value)
        return lines[rank].get(timeout=20)

    with ThreadPoolExecutor(size) as pool:
        made = [
            pool.submit(opened, rank, size, count, silence, lambda make, rank=rank: told(rank, make))
            for rank in range(size)
        ]
        return [one.result() for one in made]


def together(size: int, count: int, work: Work) -> list[Any]:
    """Return what `work` gives in every process."""
    all_ends = [end for end in ends(size, count) if end is not None]
    assert len(all_ends) == size
    try:
        with ThreadPoolExecutor(size) as pool:
            return list(pool.map(work, range(size), all_ends))
    finally:
        for end in all_ends:
            end.close()


@pytest.mark.parametrize("size", [2, 3, 5])
def test_the_mean_is_the_mean_in_every_process_time_after_time(size: int) -> None:
    turns = 7
    numbers = torch.randn(turns, size, 11)

    def work(rank: int, end: Exchange) -> list[torch.Tensor]:
        means = []
        for turn in range(turns):
            matrix, row = numbers[turn, rank, :6].clone().view(2, 3), numbers[turn, rank, 6:].clone()
            end.mean([matrix, row])
            means.append(torch.cat([matrix.view(-1), row]))
        return means

    made = [torch.stack(means) for means in together(size, 11, work)]
    torch.testing.assert_close(made[0], numbers.mean(1))
    assert all(torch.equal(other, made[0]) for other in made[1:])


def test_what_one_process_has_reaches_all() -> None:
    owners = [2, 0, 1, 0]
    shapes = [(2, 3), (4,), (5, 1), (1, 1)]

    def work(rank: int, end: Exchange) -> list[torch.Tensor]:
        for turn in range(3):
            parts = [torch.full(shape, 100.0 * turn + 10 * i + rank) for i, shape in enumerate(shapes)]
            end.spread(parts, owners)
        return parts

    for parts in together(3, 16, work):
        expected = [torch.full(shape, 200.0 + 10 * i + owners[i]) for i, shape in enumerate(shapes)]
        assert all(torch.equal(part, one) for part, one in zip(parts, expected, strict=True))


@pytest.mark.parametrize("gone", [0, 2])
def test_nobody_waits_for_one_that_has_left(gone: int) -> None:
    def work(rank: int, end: Exchange) -> str:
        end.mean([torch.ones(3)])
        if rank == gone:
            end.close()
            return ""
        try:
            end.mean([torch.ones(3)])
        except RuntimeError as error:
            end.close()  # as the process does that ends of it
            return str(error)
        return "nothing noticed"

    said = together(3, 3, work)
    assert said.pop(gone) == ""
    assert all(text.startswith("connection to another process lost") for text in said)


def test_nobody_waits_for_ever_for_one_that_says_nothing() -> None:
    first, second = ends(2, 1, silence=0.05)
    assert first is not None
    assert second is not None
    with pytest.raises(RuntimeError, match=r"silent for 0\.05 s"):
        first.meet()
    first.close()
    second.close()


def test_where_memory_cannot_be_shared_nobody_shares_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: int) -> None:
        raise OSError("no space left on device")

    before = threading.active_count()
    monkeypatch.setattr(os, "posix_fallocate", full)
    assert ends(3, 4) == [None] * 3
    monkeypatch.delattr(exchange.socket, "AF_UNIX")
    assert ends(2, 4) == [None] * 2
    assert threading.active_count() == before


def test_nothing_is_left_behind(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(exchange.tempfile, "tempdir", str(tmp_path))
    together(2, 4, lambda rank, end: end.mean([torch.ones(4)]))
    assert not list(tmp_path.iterdir())


def test_work_is_shared_out_by_what_it_costs() -> None:
    assert shared_out([2.2, 6.5, 8.8], 2) == [1, 1, 0]
    assert shared_out([5, 5, 5, 5], 2) == [0, 1, 0, 1]
    assert shared_out([1, 9], 1) == [0, 0]
    assert shared_out([], 3) == []
