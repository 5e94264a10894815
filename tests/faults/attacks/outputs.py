"""Places to write to that cannot be, and names of any bytes: refused before the work, in one line, and nothing that was
there is lost.
"""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from tests.faults.campaign import Campaign, Tally
from tests.faults.limited import fork
from tests.faults.verbs import SLIDES, harm, make_place, run_script

SECONDS = 300.0
VERBS = {  # what takes a place to write to, without any work worth speaking of
    "train": "train {data} --arch conv(2,3)+relu+fc --epochs 1 --val 4 --threads 1 --device cpu --out",
    "look": "look {model} {data}/0/0.png -o",
    "build": "lab --build",
}
READERS = (
    "describe {}", "info {}", "predict {} {}", "evaluate {}", "look {}", "check {}", "train {}", "train --resume {}",
    "lab --build s --run {}", "predict {model} {}", "evaluate {model} {}", "look {model} {}", "cache {}", "{}",
    "check {data} --data-root {}", "train {data} --arch {}", "train {data} --label-from {}", "train {data} --budget {}",
)  # fmt: skip
PLACES = (
    *("free", "bytes", "long", "deep", "file", "model", "folder", "under a file", "fifo", "loop", "nowhere", "device"),
    *("empty name", "dangling"),
)


def occupied(random: Random, folder: Path) -> tuple[bytes, bool]:
    """Return a place in `folder` and whether it may be written to; what stands there is precious."""
    root = os.fsencode(folder)
    made = random.choice(PLACES)
    path = root + b"/" + {"bytes": odd_name(random), "long": b"x" * random.randrange(256, 5000)}.get(made, b"place")
    if made in ("file", "under a file"):
        Path(os.fsdecode(path)).write_bytes(b"precious")
        path += b"/below" if made == "under a file" else b""
    elif made == "model":
        Path(os.fsdecode(path)).write_bytes((SLIDES / "model.onnx").read_bytes())
    elif made == "folder":
        os.mkdir(path)
        Path(os.fsdecode(path), "precious").write_bytes(b"precious")
    elif made == "fifo":
        os.mkfifo(path)
    elif made == "loop":
        os.symlink(path, path)
    elif made == "dangling":
        os.symlink(b"/nowhere/at/all", path)
    elif made == "deep":
        path += b"/a" * random.randrange(1, 60)
    elif made in ("nowhere", "device", "empty name"):
        path = {"nowhere": b"/proc/nowhere/x", "device": b"/dev/null", "empty name": b""}[made]
    return path, made in ("free", "bytes")


def odd_name(random: Random) -> bytes:
    """Return a name of any bytes that a file may have."""
    some = [*range(1, 47), *range(48, 256)]
    return bytes(random.choice(some) for _ in range(random.randrange(1, 40))).strip(b".") or b"_"


def snapshot(folder: Path) -> dict[bytes, bytes | None]:
    """Return what is in a folder: the bytes of plain files, None for anything else."""
    found: dict[bytes, bytes | None] = {}
    for root, folders, files in os.walk(os.fsencode(folder)):
        for name in (*folders, *files):
            path = os.path.join(root, name)
            found[path] = Path(os.fsdecode(path)).read_bytes() if os.path.isfile(path) else None
    return found


def put(word: str, place: str, words: dict[str, str]) -> str:
    """Return a word of a command with its gap filled."""
    return word.replace("{}", place) if "{}" in word else word.format(**words)


def places(times: int, random: Random, tally: Tally) -> None:
    """Write to any place, and read from any name."""
    import onnxruntime  # noqa: F401 - for the forked ones
    import torch  # noqa: F401

    with TemporaryDirectory() as name:
        data = make_place(Path(name)) / "data"
        for number in range(times):
            folder = Path(name) / str(number)
            folder.mkdir()
            place, free = occupied(random, folder)
            words = {"data": str(data), "model": str(SLIDES)}
            reads = random.random() < 0.5
            if reads:
                if random.random() < 0.5:
                    place = odd_name(random)
                line = [put(word, os.fsdecode(place), words) for word in random.choice(READERS).split()]
            else:
                verb = random.choice(list(VERBS))
                line = [*(word.format(**words) for word in VERBS[verb].split()), os.fsdecode(place)]
            before = snapshot(folder)
            ended = fork(partial(run_script, line, folder)).wait(SECONDS)
            after = snapshot(folder)
            lost = [path for path, content in before.items() if after.get(path, b"gone") != content]
            what = f"{[os.fsencode(word) for word in line]}"
            if lost:
                tally.fault(f"{what}: lost {lost}: {ended.said[-200:]}")
            elif fault := harm(ended):
                tally.fault(f"{what}: {fault}")
            elif not reads and not free and ended.code in (3, 4) and after.keys() - before.keys():
                tally.fault(f"{what}: left {after.keys() - before.keys()}")
            elif not reads and free and ended.code:
                tally.fault(f"{what}: refused: {ended.said[-200:]}")
            else:
                tally.ended("written" if not ended.code else "refused")


CAMPAIGNS = (
    Campaign(
        "outputs", "places", "Names of any bytes and any length to read from and to write to; places that are taken, "
        "devices, pipes, loops, read-only: one line before the work, and nothing that was there is lost",
        places, quick=12, long=1_000,
    ),
)  # fmt: skip
