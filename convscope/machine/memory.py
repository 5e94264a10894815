"""How much memory this process may use: the machine's, or less where a container or a limit of the shell says so."""

from __future__ import annotations

import contextlib
import os
import sys
from pathlib import Path
from typing import Any

from ..errors import EnvironmentFault, phrase

CGROUPS = Path("/sys/fs/cgroup")
MB = 1 << 20
UNLIMITED = 1 << 60  # what the first version of cgroups says where there is no limit is larger


def memory_limit() -> int | None:
    """Return the bytes of memory that this process may use; None where nothing tells."""
    known = [size for size in (_machine(), _container(), _shell()) if size is not None]
    return min(known, default=None)


def fitting(each: int, most: int) -> int:
    """Return how many things of `each` bytes, up to `most`, may be in memory at a time: they get half of it.

    Raises EnvironmentFault where not even one fits.
    """
    limit = memory_limit()
    if limit is None:
        return most
    if each > limit // 2:
        got, room = phrase("value.bytes", n=f"{each:,}"), phrase("memory.short.expected", n=f"{limit // 2:,}")
        raise EnvironmentFault("memory.short", got=got, expected=room, hint=phrase("memory.short.try"))
    return max(1, min(most, limit // 2 // max(1, each)))


def require_limits(addresses: int, private: int) -> None:
    """Raise EnvironmentFault where the shell's limits leave less than so many megabytes of address space (`ulimit -v`)
    or of private memory (`ulimit -d`): libraries written in C end a process that gets no memory, without asking it.
    """
    for option, kind, least in (("-v", "RLIMIT_AS", addresses), ("-d", "RLIMIT_DATA", private)):
        if (limit := _limit(kind)) is not None and limit < least * MB:
            got, hint = f"ulimit {option} {limit >> 10}", f"ulimit {option} {least << 10}"
            raise EnvironmentFault(
                "memory.limit", got=got, expected=phrase("memory.limit.expected", n=least), hint=hint
            )


def _machine() -> int | None:
    if sys.platform == "win32":
        return _windows_memory()
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return None


def _windows_memory() -> int | None:
    """Ask Windows, by its MEMORYSTATUSEX; sizes in bytes."""
    import ctypes  # every command imports this module, and none elsewhere needs it

    class MemoryStatus(ctypes.Structure):
        _fields_ = (
            *((name, ctypes.c_uint32) for name in ("length", "percent_in_use")),
            *((name, ctypes.c_uint64) for name in ("total", "free", "total_page", "free_page", "total_own")),
            *((name, ctypes.c_uint64) for name in ("free_own", "extended")),
        )
        total: int

    status = MemoryStatus(length=ctypes.sizeof(MemoryStatus))
    windows: Any = ctypes  # its windll is there only
    return status.total if windows.windll.kernel32.GlobalMemoryStatusEx(ctypes.byref(status)) else None


def _container() -> int | None:
    """Return the smallest limit of this process's control group and those around it, of version 2 or 1."""
    limits = [_number(CGROUPS / "memory" / "memory.limit_in_bytes")]
    with contextlib.suppress(OSError):
        for line in Path("/proc/self/cgroup").read_text(encoding="utf-8", errors="replace").splitlines():
            _, controllers, place = line.split(":", 2)
            version_1 = "memory" in controllers.split(",")
            if controllers and not version_1:
                continue
            base = CGROUPS / "memory" if version_1 else CGROUPS
            file = "memory.limit_in_bytes" if version_1 else "memory.max"
            group = base / place.strip("/")
            limits += [_number(folder / file) for folder in (group, *group.parents) if folder.is_relative_to(base)]
    return min((limit for limit in limits if limit is not None), default=None)


def _shell() -> int | None:
    """Return the smaller limit of the address space, such as `ulimit -v` sets, and of private memory (`ulimit -d`)."""
    limits = [_limit(kind) for kind in ("RLIMIT_AS", "RLIMIT_DATA")]
    return min((limit for limit in limits if limit is not None), default=None)


def _limit(kind: str) -> int | None:
    if sys.platform == "win32":
        return None
    import resource

    limit = resource.getrlimit(getattr(resource, kind))[0]
    return None if limit == resource.RLIM_INFINITY else limit


def _number(file: Path) -> int | None:
    try:
        number = int(file.read_text(encoding="ascii"))
    except (OSError, ValueError):  # "max"
        return None
    return number if 0 < number < UNLIMITED else None
