"""Archives, arrays, IDX files, tables and folders, mutated or odd: data, or one line that says why not."""

from __future__ import annotations

import gzip
import io
import lzma
import os
import shutil
import socket
import stat
import struct
import time
import warnings
import zipfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import TypeVar

import numpy as np
from PIL import Image

from convscope import data
from convscope.cli.outputs import ignore_pillow
from convscope.errors import ConvscopeError
from convscope.pictures.search import pictures_in
from tests.encoded import encoded
from tests.faults.attacks.pictures import mutated
from tests.faults.campaign import Campaign, Tally
from tests.faults.limited import MB, child

TOGETHER = 50  # sources a child process loads
Source = TypeVar("Source")
MEGABYTES = 1500  # it may use
SECONDS = 20  # of CPU for one source
SIZE = (8, 8)
GOOD = {
    f"{name}/{k}.png": encoded(Image.fromarray(np.full((9, 9), 20 * k + 5, np.uint8)))
    for name in "ab"
    for k in range(3)
}


def zipped(members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name), content, method)
    return file.getvalue()


def table() -> bytes:
    return b"path,label,split,group\n" + b"".join(f"{name},{name[0]},train,g\n".encode() for name in GOOD)


def idx(dimensions: int, values: bytes, *sizes: int) -> bytes:
    return struct.pack(f">4B{dimensions}I", 0, 0, 8, dimensions, *sizes) + values


def arrays() -> bytes:
    file = io.BytesIO()
    pictures = np.arange(6 * 81, dtype=np.uint8).reshape(6, 9, 9)
    np.savez_compressed(file, x_train=pictures, y_train=np.arange(6) % 2, x_test=pictures, y_test=np.arange(6) % 2,
                        classes=np.array(["cat", "dog"]))  # fmt: skip
    return file.getvalue()


IMAGES, LABELS = idx(3, bytes(range(6 * 40 % 256)) + bytes(6 * 81 - 240), 6, 9, 9), idx(1, bytes([0, 1] * 3), 6)
SEEDS: dict[str, list[bytes]] = {
    "x.zip": [zipped(GOOD), zipped(GOOD, zipfile.ZIP_STORED), zipped({**GOOD, "labels.csv": table(), "t/": b""})],
    "x.npz": [arrays()],
    "train-images-idx3-ubyte": [IMAGES],
    "train-images-idx3-ubyte.gz": [gzip.compress(IMAGES)],
    "train-images-idx3-ubyte.xz": [lzma.compress(IMAGES)],
    "labels.csv": [table(), b"image,cat,dog\n" + b"a/1.png,1,0\nb/2.png,0,1\n" * 4, table().decode().encode("utf-16")],
}


def odd_archive(random: Random) -> bytes:
    """Return an archive that is well made, of members that nobody packs."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of two members of one name
        for name, content in GOOD.items():
            archive.writestr(name, content)
        for _ in range(random.randrange(1, 6)):
            name = random.choice(
                ["../a/x.png", "/etc/x.png", "C:/x.png", "a/1.png", "A/1.PNG", "a//./x.png", "a/" * 20_000 + "x.png",
                 "a" * 60_000 + ".png", "a\\x.png", "a/\x1b[2Jx\n.png", "ä/x.png", "a\u0308/x.png", "x" * 300 + "/"]
            )  # fmt: skip
            member = zipfile.ZipInfo(name)
            member.compress_type = random.choice((0, 8, 12, 14))
            member.external_attr = random.choice((0, stat.S_IFLNK << 16, stat.S_IFIFO << 16))
            content = random.choice((b"", GOOD["a/1.png"], b"/etc/passwd", bytes(random.choice((9, 1 << 22)))))
            archive.writestr(member, content)
        if random.random() < 0.1:
            for number in range(3000):
                archive.writestr(f"{number % 7}/{number}.png", b"")
    made = bytearray(file.getvalue())
    for _ in range(random.randrange(3)):  # and numbers of its directory that are not so
        record = made.find(b"PK\1\2", random.randrange(len(made)))
        if record >= 0:
            at = record + random.choice((8, 10, 16, 20, 24, 28, 30, 38, 42))
            made[at : at + 4] = random.choice((b"\xff\xff\xff\xff", b"\1\0\0\0", b"\0\0\0\x7f", bytes(4)))
    return bytes(made)


def mutated_archives(times: int, random: Random, tally: Tally) -> None:
    """Load mutated archives, arrays, IDX files and tables."""
    left = times
    while left > 0:
        batch: list[tuple[str, bytes]] = []
        for _ in range(min(TOGETHER, left)):
            name = random.choice(list(SEEDS))
            odd = name == "x.zip" and random.random() < 0.5
            batch.append((name, odd_archive(random) if odd else mutated(random, SEEDS[name])))
        left -= len(batch)
        with TemporaryDirectory() as folder:
            _in_children(batch, Path(folder), _put, tally)


def _put(source: tuple[str, bytes], folder: Path) -> Path:
    """Write a mutated file and what belongs to it; return what is to be loaded."""
    name, content = source
    for other, good in GOOD.items() if name == "labels.csv" else ():
        (folder / other).parent.mkdir(exist_ok=True)
        (folder / other).write_bytes(good)
    if name.startswith("train-images"):
        (folder / "train-labels-idx1-ubyte").write_bytes(LABELS)
    (folder / name).write_bytes(content)
    return folder if name.startswith("train-images") else folder / name


def odd_folders(times: int, random: Random, tally: Tally) -> None:
    """Load folders with links, pipes, sockets, devices, sparse files, names of any bytes, deep, wide and unreadable."""
    left = times
    while left > 0:
        batch = [random.randrange(1 << 30) for _ in range(min(10, left))]
        left -= len(batch)
        with TemporaryDirectory() as folder:
            _in_children(batch, Path(folder), _grow, tally)


def _grow(seed: int, folder: Path) -> Path:
    """Make an odd folder of pictures."""
    random = Random(seed)
    for name, content in GOOD.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(content)
    for number in range(random.randrange(1, 8)):
        place = folder / random.choice(("a", "b", "c", ".", "a/deeper"))
        place.mkdir(exist_ok=True)
        _add(random, place, number)
    return folder


def _add(random: Random, place: Path, number: int) -> None:
    """Add one odd thing to a folder."""
    name = (
        os.fsencode(place)
        + b"/"
        + random.choice((b"x%d.png", b"\xff%d.png", b"a\n\x1b[2J%d.png", b"\xcc\x88%d.JPG")) % number
    )
    good = GOOD["a/1.png"]
    match random.randrange(12):
        case 0:
            target = random.choice(
                ("/", "/proc", "/proc/self/mem", "/dev/zero", "/dev/full", "..", "nowhere", "/etc/passwd", ".")
            )
            os.symlink(target, name)
        case 1:
            os.mkfifo(name)
        case 2 if len(name) < 100:
            with socket.socket(socket.AF_UNIX) as bound:
                bound.bind(name)
        case 3:
            with open(name, "wb") as sparse:
                sparse.truncate(random.choice((1 << 40, 300 << 20)))
        case 4:
            Path(os.fsdecode(name)).write_bytes(good[: random.randrange(len(good))])
        case 5:
            deep = place
            for _ in range(random.choice((30, 300))):
                deep /= "d"
                if len(str(deep)) < 3900:
                    deep.mkdir(exist_ok=True)
        case 6:
            for empty in range(2000):
                (place / f"e{empty}").mkdir(exist_ok=True)
        case 7:
            (place / "locked").mkdir(exist_ok=True)
            (place / "locked").chmod(0)
        case 8:
            os.mkdir(name)
        case 9:
            (place / "labels.csv").write_bytes(mutated(random, SEEDS["labels.csv"]))
        case 10:
            os.symlink(name, name + b"l.png")
        case _:
            Path(os.fsdecode(name)).write_bytes(good)


def _in_children(batch: list[Source], folder: Path, make: Callable[[Source, Path], Path], tally: Tally) -> None:
    """Load each source of a batch in a child, which goes on behind the one that ended the last, and count."""
    begin, progress = 0, folder / "progress"
    while begin < len(batch):
        progress.write_bytes(b"")
        ended = child(partial(_load_all, batch, begin, folder, make), seconds=200, megabytes=MEGABYTES)
        outcomes = progress.read_bytes().decode()
        for number, outcome in enumerate(outcomes, begin):
            if outcome in "ld":
                tally.ended("loaded" if outcome == "l" else "refused")
            else:
                tally.fault(f"{outcome}: {batch[number]!r:.300}", repr(batch[number]).encode())
        begin += len(outcomes)
        tally.most("peak MB", ended.peak_bytes / MB)
        if begin < len(batch):
            tally.fault(f"exit code {ended.code}, hung {ended.hung}: {ended.said[-300:]}", repr(batch[begin]).encode())
            begin += 1
        elif ended.said.strip():
            tally.fault(f"said by itself: {ended.said[-500:]}")


def _load_all(batch: list[Source], begin: int, folder: Path, make: Callable[[Source, Path], Path]) -> None:
    warnings.simplefilter("default")
    ignore_pillow()
    with (folder / "progress").open("ab", buffering=0) as file:
        for source in batch[begin:]:
            place = folder / "source"
            place.mkdir()
            file.write(_outcome(make(source, place)).encode())
            shutil.rmtree(place)


def _outcome(place: Path) -> str:
    """Load a source: "l" if it is data, "d" if it is refused in a line; "!", "s" and "n" are faults."""
    started = time.process_time()
    try:
        made = data.load(place, size=SIZE, channels=1, cache=False)
        outcome = (
            "l" if made.train.images.shape[1:] == (1, *SIZE) or place.is_file() or made.train.paths is None else "!"
        )
        sum(1 for _ in pictures_in([str(place)]))
    except ConvscopeError as error:
        outcome = "n" if "\n" in error.line() or not error.line().isprintable() else "d"
    except BaseException as error:
        print(repr(error)[:500])
        outcome = "!"
    return "s" if time.process_time() - started > SECONDS else outcome


CAMPAIGNS = (
    Campaign(
        "mutated-archives", "sources", "Archives, .npz arrays, IDX files (plain, .gz, .xz) and tables of labels, "
        "mutated or made of members that nobody packs: data, or refused in one line, within 1.5 GB and 20 s",
        mutated_archives, quick=150, long=10_000,
    ),
    Campaign(
        "odd-folders", "folders", "Folders with links to / and /proc, loops, pipes, sockets, sparse files of "
        "1 TB, names of any bytes, thousands of empty or nested folders: what can be read is loaded, the rest said",
        odd_folders, quick=10, long=1500,
    ),
)  # fmt: skip
