"""What training runs on: device, threads, versions. Any of them may change the last bits of a result."""

from __future__ import annotations

import contextlib
import platform
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch

from ..errors import EnvironmentFault
from ..version import __version__
from .heap import keep_freed_memory


@dataclass(frozen=True, slots=True)
class Environment:
    """What the last bits of a result depend on besides the device."""

    threads: int
    processor: str  # architecture and vector instructions, such as "x86_64 AVX512"
    versions: dict[str, str]  # of convscope, torch, numpy and Python


def resolve_device(name: str) -> torch.device:
    """Return the device of that name; "auto" takes the first of cuda, mps and cpu there is. Raises EnvironmentFault."""
    there = {"cpu": True, "cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available()}
    if name == "auto":
        name = next(n for n in ("cuda", "mps", "cpu") if there[n])
    if not there.get(name):
        raise EnvironmentFault("device.missing", got=name, hint="--device cpu")
    return torch.device(name)


def environment(threads: int | None) -> Environment:
    """Return what this process works with; `threads` is torch's own number unless given."""
    versions = {
        "convscope": __version__,
        "torch": str(torch.__version__),
        "numpy": np.__version__,
        "python": platform.python_version(),
    }
    processor = f"{platform.machine()} {torch.backends.cpu.get_cpu_capability()}"
    return Environment(threads or torch.get_num_threads(), processor, versions)


@contextlib.contextmanager
def cpu_settings(threads: int) -> Iterator[None]:
    """Work with so many threads and flush denormals to zero: on some CPUs each costs a hundred other numbers.

    Freed memory is kept for the next step rather than given back to the system and asked for again.
    """
    keep_freed_memory()
    before = torch.get_num_threads()
    torch.set_flush_denormal(True)
    torch.set_num_threads(threads)
    try:
        yield
    finally:
        torch.set_num_threads(before)
        torch.set_flush_denormal(False)
