"""How the processes that torchrun started find one another and form a group, however late one starts.

PyTorch's own waiting heeds no Ctrl-C, and where the other side stands still it has no end: so it is done in a thread,
which is left behind.
"""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Callable
from typing import TypeVar

import torch.distributed as dist
from torch.distributed import PrefixStore, Store, TCPStore  # type: ignore[attr-defined]

from ..errors import EnvironmentFault, phrase, system_reason
from .distributed import TIMEOUT
from .workers import Launch

T = TypeVar("T")
LATEST = 300.0  # seconds that the processes wait for one that starts late: PyTorch is imported from some slow disk
LOOK = 0.05  # seconds between two looks


def form_group(launch: Launch, backend: str) -> None:
    """Form torch's default group with the other processes of the launch.

    Raises EnvironmentFault where they cannot meet or one does not come, TimeoutError or RuntimeError where one that has
    come ends, or gives no sign of life.
    """
    store = _store(launch)

    def form() -> None:
        _wait_for_all(store, launch)
        dist.init_process_group(backend, store=store, rank=launch.rank, world_size=launch.size, timeout=TIMEOUT)

    _within(LATEST + 2 * TIMEOUT.total_seconds(), form)


def _store(launch: Launch) -> Store:
    """Return where the processes of this attempt find one another.

    With env:// PyTorch 2.13 keeps all attempts' addresses under the same names in one store, and a process that
    is started anew may look for the others where their predecessors were.
    """
    try:
        host, port = os.environ["MASTER_ADDR"], int(os.environ["MASTER_PORT"])
    except (KeyError, ValueError) as error:
        raise EnvironmentFault("torchrun.environment", got=str(error)) from None
    ours = launch.rank == 0 and os.environ.get("TORCHELASTIC_USE_AGENT_STORE") != "True"
    if not ours:
        _wait_for_host(host, port)

    def open_store() -> Store:
        return TCPStore(host, port, launch.size, ours, TIMEOUT, wait_for_workers=False, multi_tenant=True)

    try:  # where something else listens, TCPStore waits for its answer for ever
        store = _within(TIMEOUT.total_seconds(), open_store)
    except (RuntimeError, TimeoutError) as error:
        key = "workers.port" if ours else "workers.meeting"
        raise EnvironmentFault(key, where=f"{host}:{port}", hint=phrase("workers.meeting.try")) from error
    return PrefixStore(f"convscope/{launch.attempt}", store)


def _wait_for_host(host: str, port: int) -> None:
    """Wait until something listens there."""
    end = time.monotonic() + LATEST
    while True:
        try:
            socket.create_connection((host, port), timeout=5).close()
            return
        except OSError as error:
            if time.monotonic() > end:
                reason, hint = system_reason(error), phrase("workers.meeting.try")
                raise EnvironmentFault("workers.unmet", where=f"{host}:{port}", reason=reason, hint=hint) from None
        time.sleep(LOOK)


def _wait_for_all(store: Store, launch: Launch) -> None:
    """Wait until every process has come to the store. Raises EnvironmentFault that names those that have not."""
    store.set(f"here/{launch.rank}", "")
    end, absent = time.monotonic() + LATEST, list(range(launch.size))
    while absent := [rank for rank in absent if not store.check([f"here/{rank}"])]:
        if time.monotonic() > end:
            got, hint = ", ".join(map(str, absent)), phrase("workers.lost.try")
            raise EnvironmentFault("workers.absent", got=got, n=f"{LATEST:.0f}", hint=hint)
        time.sleep(LOOK)


def _within(seconds: float, work: Callable[[], T]) -> T:
    """Return what `work` returns, or raise what it raises, from a thread. Raises TimeoutError after so many seconds."""
    done: list[T] = []
    failed: list[Exception] = []

    def run() -> None:
        try:
            done.append(work())
        except Exception as error:
            failed.append(error)

    thread, end = threading.Thread(target=run, name="meet", daemon=True), time.monotonic() + seconds
    thread.start()
    while thread.is_alive():
        if time.monotonic() > end:
            raise TimeoutError
        thread.join(LOOK)  # a wait without a limit would not let Windows heed Ctrl-C
    for error in failed:
        raise error
    return done[0]
