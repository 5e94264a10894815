"""One bounded pool of threads through which pictures go in order: all CPUs for photographs, one thread for tiny files.

Pillow decodes without the GIL, and everything around it needs the GIL: opening a file, reading its header, making an
array. For a photograph that is nothing; of a file of 300 bytes it is nearly all, and two threads that hand the GIL to
each other are slower than one.
"""

from __future__ import annotations

import os
from collections import deque
from typing import TYPE_CHECKING, TypeVar

from ..errors import InputError
from ..machine.cpus import available_cpus

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Sequence

Item = TypeVar("Item")
Result = TypeVar("Result")

MOST_THREADS = 16
AHEAD = 4  # results a thread that may wait for whoever takes them: memory stays bounded, however many items there are
LARGE = 8 << 10  # bytes of a picture file from which threads gain (docs/log.md)
SAMPLE = 16  # files that are looked at, evenly spread


def map_in_order(
    work: Callable[[Item], Result], items: Iterable[Item], threads: int | None = None
) -> Generator[Result, None, None]:
    """Yield work(item) for each item, in order, from `threads` threads (None: one a CPU), each as soon as it is there.

    `items` are taken one by one in the calling thread, at most AHEAD a thread before the results are taken. With
    one thread everything happens in the calling thread. The first exception ends it, and so does closing the iterator:
    work that has not begun is dropped, and running work is not waited for.
    """
    threads = min(MOST_THREADS, available_cpus()) if threads is None else threads
    if threads == 1:
        yield from map(work, items)
        return
    from concurrent.futures import Future, ThreadPoolExecutor

    pool, waiting = ThreadPoolExecutor(threads, thread_name_prefix="convscope"), deque[Future[Result]]()
    try:
        for item in items:
            waiting.append(pool.submit(work, item))
            while waiting and (waiting[0].done() or len(waiting) == AHEAD * threads):
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def decode_in_order(
    decode: Callable[[Item], Result], pictures: Sequence[Item], threads: int | None = None
) -> Generator[Result | InputError, None, None]:
    """Yield decode(picture) for each picture, in order, or the InputError that says why it cannot be read.

    `threads` None: as many as suit these pictures.
    """

    def decode_or_error(picture: Item) -> Result | InputError:
        try:
            return decode(picture)
        except InputError as error:
            return error

    return map_in_order(decode_or_error, pictures, threads or decoding_threads(pictures))


def decoding_threads(sources: Sequence[object]) -> int:
    """Return how many threads should decode these pictures: one a CPU where the middle one of a sample is large.

    A path counts as many bytes as its file has, bytes as many as they are, a whole number is a number of bytes, and
    anything else (an array, a Pillow image) counts none: it is decoded already.
    """
    most = min(MOST_THREADS, available_cpus())
    if most == 1 or len(sources) < 2:
        return 1
    sizes = sorted(_size(source) for source in evenly_spread(sources))
    return most if sizes[len(sizes) // 2] >= LARGE else 1


def evenly_spread(sources: Sequence[Item]) -> Sequence[Item]:
    """Return about SAMPLE of these, evenly spread."""
    every = max(1, len(sources) // SAMPLE)
    return sources[: every * SAMPLE : every]


def _size(source: object) -> int:
    """Return how many bytes a picture's file has, 0 where there is none."""
    if isinstance(source, int):
        return source
    if isinstance(source, bytes):
        return len(source)
    if not isinstance(source, (str, os.PathLike)):
        return 0
    try:
        return os.stat(source).st_size
    except (OSError, ValueError):  # decoding it will say why
        return 0
