"""The pool of threads: results in order, bounded, at once to whoever stops; one thread for tiny files."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from convscope.errors import InputError
from convscope.pictures import decoding_pool
from convscope.pictures.decoding_pool import AHEAD, LARGE, decode_in_order, decoding_threads, map_in_order


@pytest.mark.parametrize("threads", [1, 2, 5])
@pytest.mark.parametrize("count", [0, 1, 7, 100])
def test_results_come_in_order_whatever_finishes_first(threads: int, count: int) -> None:
    late = threading.Event()

    def work(i: int) -> int:
        if i == 0 and threads > 1 and count > 1:
            assert late.wait(30)  # the first result is ready after the second
        late.set()
        return -i

    assert list(map_in_order(work, range(count), threads)) == [-i for i in range(count)]


@pytest.mark.parametrize("threads", [1, 3])
def test_items_are_taken_in_the_calling_thread_and_never_far_ahead(threads: int) -> None:
    taken: list[int] = []

    def items() -> Iterator[int]:
        for i in range(100):
            assert threading.current_thread() is threading.main_thread()
            taken.append(i)
            yield i

    for received, _ in enumerate(map_in_order(lambda i: i, items(), threads)):
        assert len(taken) <= received + (AHEAD * threads if threads > 1 else 1)
    assert len(taken) == 100


def test_work_runs_at_the_same_time() -> None:
    both = threading.Barrier(2)  # each waits for the other: one thread alone would break it
    assert len(list(map_in_order(lambda _: both.wait(30), range(2), 2))) == 2


@pytest.mark.parametrize("threads", [1, 2])
def test_an_exception_ends_it_and_drops_what_waits(threads: int) -> None:
    begun: list[int] = []

    def work(i: int) -> int:
        begun.append(i)
        if i == 3:
            raise ValueError("three")
        return i

    results = map_in_order(work, range(20_000), threads)
    assert [next(results) for _ in range(3)] == [0, 1, 2]
    with pytest.raises(ValueError, match="three"):
        next(results)
    assert len(begun) <= 4 + AHEAD * threads


def test_who_closes_it_does_not_wait_for_work_that_has_begun() -> None:
    going = threading.Event()

    def work(i: int) -> int:
        if i:
            assert going.wait(30)  # released below, after closing: closing would wait for ever
        return i

    results = map_in_order(work, range(100), 2)
    assert next(results) == 0
    results.close()  # type: ignore[attr-defined]
    going.set()


STOPPED = """
import signal, sys, threading
from convscope.pictures.decoding_pool import map_in_order
signal.signal(signal.SIGINT, signal.default_int_handler)  # a parent may have it ignored

def work(i):
    if i == 5:
        print("working", flush=True)
    if i >= 5:
        threading.Event().wait(0.05)
    return i

try:
    for _ in map_in_order(work, range(100_000), int(sys.argv[1])):
        pass
except KeyboardInterrupt:
    print("stopped", flush=True)
"""


@pytest.mark.parametrize("threads", ["1", "2"])
def test_ctrl_c_stops_it(threads: str) -> None:
    with subprocess.Popen([sys.executable, "-c", STOPPED, threads], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "working\n"
        process.send_signal(signal.SIGINT)
        out, _ = process.communicate(timeout=60)  # 100,000 pictures would take 40 minutes
    assert (out, process.returncode) == ("stopped\n", 0)


def test_photographs_are_decoded_by_all_cpus_and_tiny_files_by_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(decoding_pool, "available_cpus", lambda: 6)
    large, small = tmp_path / "large.jpg", tmp_path / "small.png"
    large.write_bytes(bytes(LARGE))
    small.write_bytes(bytes(LARGE - 1))
    assert decoding_threads([large] * 2) == decoding_threads([str(large)] * 100) == 6
    assert decoding_threads([small] * 100) == decoding_threads([os.fspath(small)] * 2) == 1
    assert decoding_threads([bytes(LARGE)] * 9) == 6
    assert decoding_threads([bytes(LARGE - 1)] * 9) == 1
    assert decoding_threads([large]) == decoding_threads([]) == 1  # nothing to do at the same time
    assert decoding_threads([*[small] * 10, *[large] * 90]) == 6
    assert decoding_threads([*[small] * 90, *[large] * 10]) == 1
    assert decoding_threads([np.zeros((1, 400, 400), np.uint8)] * 9) == 1
    assert decoding_threads([tmp_path / "none.png", "a\0b", tmp_path / "none.png"]) == 1
    monkeypatch.setattr(decoding_pool, "available_cpus", lambda: 500)
    assert decoding_threads([large] * 9) == decoding_pool.MOST_THREADS
    monkeypatch.setattr(decoding_pool, "available_cpus", lambda: 1)
    assert decoding_threads([large] * 9) == 1


@pytest.mark.parametrize("threads", [1, 3])
def test_a_picture_that_cannot_be_read_is_an_error_in_its_place_and_no_more(threads: int) -> None:
    def decode(i: int) -> int:
        if i % 3 == 1:
            raise InputError("file.empty", where=str(i))
        return i

    results = list(decode_in_order(decode, range(50), threads))
    assert [r if isinstance(r, int) else int(r.where) for r in results] == list(range(50))
    assert [isinstance(r, InputError) for r in results] == [i % 3 == 1 for i in range(50)]
