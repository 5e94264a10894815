"""A disk that is full at any write of any verb: one line and exit code 4, nothing torn, and a training resumes when
there is room again.
"""

from __future__ import annotations

import ctypes
import os
from functools import partial
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from tests.faults.attacks.environments import may_mount
from tests.faults.campaign import Campaign, Tally
from tests.faults.limited import Ended, fork
from tests.faults.verbs import clear, harm, make_place, run_script, words

MOST_KB = {"train": 400, "look": 1_300, "lab --build": 2_500, "check": 200, "predict": 8}  # a bit more than each writes
OWN_MOUNTS, REMOUNT, PRIVATE = 0x20000, 32, (1 << 18) | (1 << 14)  # of unshare(2) and mount(2)
SECONDS = 300.0


def mount(folder: Path, kilobytes: int, again: bool = False) -> None:
    """Put a file system of so many kilobytes at `folder`, seen by this process and its children alone; or give it
    another size.
    """
    system = ctypes.CDLL(None, use_errno=True)
    if not again and (system.unshare(OWN_MOUNTS) or system.mount(b"none", b"/", None, PRIVATE, None)):
        raise OSError(ctypes.get_errno(), "unshare")
    options = f"size={kilobytes}k,mode=777".encode()
    if system.mount(b"none", os.fsencode(folder), b"tmpfs", REMOUNT if again else 0, options):
        raise OSError(ctypes.get_errno(), "mount")


def run_on_a_tight_disk(verb: str, place: Path, out: Path, kilobytes: int) -> None:
    """Run a verb whose outputs, cache and temporary files are on a disk of so many kilobytes; print how it ended.

    It leaves with what `harm` says, and for a training that was cut short with whether it can be resumed.
    """
    mount(out, kilobytes)
    os.environ.update(CONVSCOPE_CACHE=str(out / "cache"), TMPDIR=str(out))
    ended = fork(partial(run_script, words(verb, place, out), out)).wait(SECONDS)
    if fault := judge(ended, out):
        print(f"{kilobytes} kB: {fault}")
        raise SystemExit(1)
    if ended.code == 4 and (out / "run").is_dir():
        mount(out, 50_000, again=True)
        resume = ["train", "--resume", str(out / "run"), "--threads", "1", "--device", "cpu"]
        again = fork(partial(run_script, resume, out)).wait(SECONDS)
        if again.code or not (out / "run" / "model.onnx").exists():
            print(f"{kilobytes} kB: not resumed: {again.said[-300:]}")
            raise SystemExit(1)
        print("resumed")
    else:
        print("refused" if ended.code == 4 else "had room")


def judge(ended: Ended, out: Path) -> str | None:
    """Return what is wrong with how a verb ended and what it left."""
    left = [path.name for path in out.rglob(".tmp-*")]
    return harm(ended, frozenset({0, 4})) or (f"left {left}" if left else None)


def any_write(times: int, random: Random, tally: Tally) -> None:
    """Run verbs that write on disks that become full at any of their writes."""
    import onnxruntime  # noqa: F401 - for the forked ones
    import torch  # noqa: F401

    if not may_mount():
        tally.ended("skipped: no mounts here")
        tally.tried += times
        return
    with TemporaryDirectory() as folder:
        place, out = make_place(Path(folder)), Path(folder) / "out"
        for _ in range(times):
            verb = random.choice([*MOST_KB, "train", "train"])
            size = max(4, int(MOST_KB[verb] * random.random() ** 2))
            ended = fork(partial(run_on_a_tight_disk, verb, place, clear(out), size)).wait(3 * SECONDS)
            if ended.code:
                tally.fault(f"{verb}: {ended.said[-400:]}")
            else:
                tally.ended(ended.said.split("\n")[-2])


CAMPAIGNS = (
    Campaign(
        "full-disk", "disks", "A disk that becomes full at any write of a verb, to its output, run directory, cache or "
        "temporary files: one line and exit code 4, nothing half written, and a training resumes once there is room",
        any_write, quick=4, long=300,
    ),
)  # fmt: skip
