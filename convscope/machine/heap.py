"""glibc's allocator, told what this process does with memory. Where malloc is of another library, nothing happens."""

from __future__ import annotations

import contextlib
import ctypes
import sys

_TRIM_THRESHOLD, _MMAP_THRESHOLD, _ARENA_MAX = -1, -3, -8  # malloc.h


def keep_freed_memory() -> None:
    """Keep what is freed: every step of a training frees and wants the same blocks again.

    By default large ones go back to the system each time, and their pages are zeroed at the next use: 6 % of a step.
    """
    _tell(_MMAP_THRESHOLD, 2**30)  # blocks below this size come from the heap …
    _tell(_TRIM_THRESHOLD, 2**31 - 1)  # … and its free end stays


def share_one_heap() -> None:
    """Let all threads take their memory from one heap, as long as they have not begun to.

    By default each of a server's threads has its own, and whatever large thing is made anew now and then, by whichever
    of them, leaves a hole of its size in every one: docs/log.md.
    """
    _tell(_ARENA_MAX, 1)


def _tell(what: int, value: int) -> None:
    if sys.platform == "win32":  # has no C library by the name of None
        return
    with contextlib.suppress(OSError, AttributeError):  # another C library
        ctypes.CDLL(None).mallopt(what, value)
