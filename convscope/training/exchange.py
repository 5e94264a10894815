"""Sums over the processes of one machine, through memory that they share.

gloo wakes three threads for every sum, on processors that are busy with the network: docs/log.md has what that costs.
Here a process lays its numbers into its part of the memory, says so with a byte through a socket, looks for the others'
for a moment, and adds up. A process that has ended closes its socket, so nobody waits for the dead.
"""

from __future__ import annotations

import contextlib
import mmap
import os
import select
import socket
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

LOOKING = 0.002  # seconds that a process looks for a byte before it sleeps until one comes: being woken takes long
MEETING = 10.0  # seconds in which all have to find the first


class Exchange:
    """One process's end of it: `count` numbers of 32 bits at a time. Made by `opened`.

    There are two turns of memory: whoever lays down the next numbers cannot reach those that others still read, because
    nobody gets two turns ahead. The first process is the one that all others tell, and that tells them all.
    """

    def __init__(
        self, rank: int, size: int, count: int, memory: mmap.mmap, sockets: Sequence[socket.socket], silence: float
    ) -> None:
        self.rank, self.size, self.silence = rank, size, silence
        self._slots = torch.frombuffer(memory, dtype=torch.float32).view(2, size, count)
        self._sockets, self._turn = list(sockets), 0
        for end in self._sockets:
            end.setblocking(False)

    def mean(self, parts: Sequence[Tensor]) -> None:
        """Put in the place of every tensor its mean over all processes; the order of the sum is that of the ranks."""
        slots = self._slots[self._turn, :, : sum(part.numel() for part in parts)]
        mine = slots[self.rank]
        torch._foreach_copy_(cut(mine, parts), list(parts))
        mine *= 1 / self.size
        self.meet()
        whole = slots[0] + slots[1]
        for other in slots[2:]:
            whole += other
        torch._foreach_copy_(list(parts), cut(whole, parts))

    def spread(self, parts: Sequence[Tensor], owners: Sequence[int]) -> None:
        """Put in the place of every tensor what the process `owners` names for it has there."""
        slots = self._slots[self._turn]
        mine: list[tuple[Tensor, Tensor]] = []
        theirs: list[tuple[Tensor, Tensor]] = []
        at = 0
        for part, owner in zip(parts, owners, strict=True):
            (mine if owner == self.rank else theirs).append(
                (part, slots[owner, at : at + part.numel()].view(part.shape))
            )
            at += part.numel()
        for here, there in mine:
            there.copy_(here)
        self.meet()
        for here, there in theirs:
            here.copy_(there)

    def meet(self) -> None:
        """Wait until all have laid down their numbers. Raises RuntimeError if one has ended or says nothing."""
        self._turn ^= 1
        try:
            if self.rank:
                self._sockets[0].send(b"n")
                self._hear(self._sockets[0])
            else:
                for end in self._sockets:
                    self._hear(end)
                for end in self._sockets:
                    end.send(b"n")
        except OSError as error:
            raise RuntimeError(f"connection to another process lost: {error}") from error

    def _hear(self, end: socket.socket) -> None:
        until = time.monotonic() + LOOKING
        while True:
            try:
                if not end.recv(1):
                    raise ConnectionError("it has ended")
                return
            except BlockingIOError:
                if time.monotonic() < until:
                    os.sched_yield()  # to a process of ours that has no processor of its own
                elif not select.select([end], [], [], self.silence)[0]:
                    raise TimeoutError(f"silent for {self.silence:g} s") from None

    def close(self) -> None:
        """Let the others know that this process leaves."""
        for end in self._sockets:
            end.close()


def cut(flat: Tensor, parts: Sequence[Tensor]) -> list[Tensor]:
    """Return a view of `flat` for each of `parts`, one after another, laid out as that is."""
    views, at = [], 0
    for part in parts:
        views.append(flat.as_strided(part.shape, part.stride(), flat.storage_offset() + at))
        at += part.numel()
    return views


def opened(
    rank: int, size: int, count: int, silence: float, told: Callable[[Callable[[], dict[str, Any]]], dict[str, Any]]
) -> Exchange | None:
    """Return this process's end for sums of up to `count` numbers; None if it cannot be had here. All must ask for it
    at once.

    `told` gives every process what the first one makes. Another process may fare otherwise: all have to agree on
    whether to use it.
    """
    with contextlib.ExitStack() as held:
        listener: list[socket.socket] = []

        def make() -> dict[str, Any]:
            with contextlib.suppress(OSError, AttributeError):  # AF_UNIX: not everywhere
                path = str(Path(held.enter_context(tempfile.TemporaryDirectory(prefix="convscope-"))) / "meet")
                listener.append(held.enter_context(socket.socket(socket.AF_UNIX)))
                listener[0].bind(path)
                listener[0].listen(size)
                return {"path": path}
            return {"path": None}

        path = told(make)["path"]
        if path is None:
            return None
        try:
            found = _host(listener[0], size, count) if rank == 0 else _guest(path, size, count)
        except OSError:
            return None
        return Exchange(rank, size, count, *found, silence)


def _host(listener: socket.socket, size: int, count: int) -> tuple[mmap.mmap, list[socket.socket]]:
    """Make the memory and hand it to the size − 1 processes that come."""
    there = "/dev/shm"
    with tempfile.TemporaryFile(dir=there if os.path.isdir(there) else None) as file, _or_closed() as ends:
        length = 2 * size * count * 4
        if hasattr(os, "posix_fallocate"):
            os.posix_fallocate(file.fileno(), 0, length)  # a container's may be small: found out here, not in a crash
        else:
            file.truncate(length)
        listener.settimeout(MEETING)
        for _ in range(size - 1):
            ends.append(listener.accept()[0])
            socket.send_fds(ends[-1], [b"n"], [file.fileno()])
        return mmap.mmap(file.fileno(), length), list(ends)


def _guest(path: str, size: int, count: int) -> tuple[mmap.mmap, list[socket.socket]]:
    """Find the first process and take the memory from it."""
    with _or_closed() as ends:
        ends.append(socket.socket(socket.AF_UNIX))
        ends[0].settimeout(MEETING)
        ends[0].connect(path)
        _, files, _, _ = socket.recv_fds(ends[0], 1, 1)
        if not files:
            raise ConnectionError("the first process has no memory to share")
        try:
            return mmap.mmap(files[0], 2 * size * count * 4), list(ends)
        finally:
            os.close(files[0])


@contextlib.contextmanager
def _or_closed() -> Iterator[list[socket.socket]]:
    """Give a list whose sockets are closed if something goes wrong."""
    ends: list[socket.socket] = []
    try:
        yield ends
    except BaseException:
        for end in ends:
            end.close()
        raise
