"""What shim.c can do, from Python: an attack runs in an interpreter that is started with it (`preloaded`), and a forked
child of that arms it for the file calls below one folder.
"""

from __future__ import annotations

import ctypes
import functools
import importlib
import itertools
import json
import os
import struct
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random

from tests.faults.campaign import Tally

SOURCE = Path(__file__).with_name("shim.c")
WATCH, KILL, FAIL, FAIL_FROM_HERE, SHORT = range(5)
HEAD = struct.Struct("<cqIIQ")
ALL = "ocwfxrlumdtM"  # kinds of calls, as shim.c names them
NAMES = {
    "o": "open", "c": "open to write", "w": "write", "f": "fsync", "x": "close", "r": "rename", "l": "link",
    "u": "unlink", "m": "mkdir", "d": "rmdir", "t": "truncate", "M": "mmap",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Call:
    """A call that was made, one that the system refused ("-", its kind is `other`), or a mark ("K") between two.

    `value` is an offset, a length, or what an open did: 1 made a file, 2 emptied one.
    """

    kind: str
    value: int
    path: str
    other: str
    data: bytes


def preloaded(attack: Callable[[int, Random, Tally], None]) -> Callable[[int, Random, Tally], None]:
    """Have an attack run in an interpreter of its own that has the shim loaded."""

    @functools.wraps(attack)
    def started(times: int, random: Random, tally: Tally) -> None:
        words = [f"{attack.__module__}:{attack.__name__}", tally.name, str(times), str(random.getrandbits(64))]
        with tempfile.TemporaryDirectory() as folder:
            library = Path(folder) / "shim.so"
            subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-o", library, SOURCE], check=True)
            ran = subprocess.run(
                [sys.executable, "-m", "tests.faults.shim", *words], capture_output=True, text=True, check=False,
                env={**os.environ, "LD_PRELOAD": str(library), "OMP_NUM_THREADS": "1"},
            )  # fmt: skip
        if ran.returncode:
            raise RuntimeError(ran.stderr)
        for name, value in json.loads(ran.stdout.splitlines()[-1]).items():
            setattr(tally, name, type(getattr(tally, name))(value))

    return started


def main(attack: str, name: str, times: str, seed: str) -> None:
    """Run an attack here and print its tally."""
    module, _, function = attack.partition(":")
    tally = Tally(name)
    getattr(importlib.import_module(module), function).__wrapped__(int(times), Random(seed), tally)
    print(json.dumps(vars(tally)))


def arm(folder: Path, trace: Path, *, kinds: str = ALL, at: int = 0, action: int = WATCH, error: int = 0) -> None:
    """From now on note the calls of these kinds below `folder` in the file `trace`; do `action` at the one numbered
    `at`, from 1; `error` is the errno of one that fails.
    """
    handle = os.open(trace, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    ctypes.CDLL(None).fault_arm(os.fsencode(folder), kinds.encode(), ctypes.c_long(at), action, error, handle)


def mark(text: str) -> None:
    """Note in the trace that something has come to pass."""
    ctypes.CDLL(None).fault_mark(text.encode())


def read_trace(trace: Path) -> Iterator[Call]:
    """Yield the calls that were made, in order."""
    data, at = trace.read_bytes(), 0
    while at < len(data):
        kind, value, path, other, content = HEAD.unpack_from(data, at)
        ends = [at + HEAD.size]
        for length in (path, other, content):
            ends.append(ends[-1] + length)
        parts = [data[begin:end] for begin, end in itertools.pairwise(ends)]
        yield Call(kind.decode(), value, os.fsdecode(parts[0]), os.fsdecode(parts[1]), parts[2])
        at = ends[-1]


if __name__ == "__main__":
    main(*sys.argv[1:])
