"""Read IDX files, the format of MNIST: a magic number, the sizes, then the bytes (yann.lecun.com/exdb/mnist)."""

from __future__ import annotations

import hashlib
import math
import os
import re
import struct
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError, phrase, system_reason
from .class_order import check_labels, checked_classes, numbered
from .compressed import MOST_GROWTH, Readable, most_bytes, open_decompressed
from .dataset import Dataset, Split
from .growth import check_growth, check_memory

TRAIN, TEST = ("train",), ("t10k", "test")
ENDINGS = ("", ".gz", ".xz")  # of two copies of one file the plain one is read
MISNAMED = re.compile(r"[.-]idx[123]-ubyte|\.idx(\.gz|\.xz)?$|ubyte(\.gz|\.xz)?$")
LABEL_BYTES = 8  # of a label once it is read
CHUNK = 1 << 20  # bytes read at a time
DEEP = 4  # folders that are gone into for IDX files


def idx(folder: str | Path, classes: tuple[str, ...] | None = None, *, name: str | None = None) -> Dataset:
    """Load a folder of IDX files: train-images-idx3-ubyte, train-labels-idx1-ubyte, and the t10k- pair if there.

    Files may be plain, .gz or .xz; "-idx3" may be ".idx3", "t10k" may be "test". Pictures become uint8 (N, 1, H, W),
    labels int64. Without `classes` the classes are "0" … to the highest training label.

    Raises InputError for missing or damaged files, sizes that do not fit, labels out of range and fewer than 2 classes.
    """
    folder = Path(folder)
    train = _pair(folder, TRAIN)
    if train is None:
        raise InputError("idx.none", where=str(folder))
    test = _pair(folder, TEST)
    with ThreadPoolExecutor(2) as pool:  # zlib and lzma release the GIL
        later = None if test is None else pool.submit(read_pair, *test)
        first = read_pair(*train)
        second = None if later is None else later.result()
    names = classes or numbered(first.labels)
    check_labels(first.labels, len(names), str(train[1]))
    if test is not None and second is not None:
        check_labels(second.labels, len(names), str(test[1]))
        if second.shape != first.shape:
            got, expected = (f"{s.shape[1]} x {s.shape[2]}" for s in (second, first))
            raise InputError("idx.size", where=str(test[0]), got=got, expected=expected)
    return Dataset(name or folder.resolve().name, checked_classes(names, str(folder)), first, second)


def has_idx(folder: Path) -> bool:
    """Tell whether the folder holds IDX training or test files (so that it is not taken for a folder of pictures)."""
    return any(_find(folder, part, kind) for part in TRAIN + TEST for kind in ("images", "labels"))


def misnamed_idx(folder: Path) -> str:
    """Return the name of a file that looks like an IDX file of another name than those that are read; "" if there is
    none, or sub-folders that may be classes of pictures.
    """
    try:
        with os.scandir(folder) as entries:
            kinds = {entry.name: entry.is_dir() for entry in entries}
    except OSError:  # whoever lists it next says why
        return ""
    return "" if any(kinds.values()) else min(filter(MISNAMED.search, kinds), default="")


def idx_folder(folder: Path) -> Path | None:
    """Return the folder of IDX files that is meant: this one, or the one that is wrapped round nothing else within it,
    as torchvision's MNIST/raw is; None where there is none.
    """
    for _ in range(DEEP):
        if has_idx(folder):
            return folder
        try:
            with os.scandir(folder) as entries:
                within = [entry.name for entry in entries if entry.is_dir() and not entry.name.startswith(".")]
        except OSError:
            return None
        if len(within) != 1:
            return None
        folder /= within[0]
    return None


def outline(folder: Path) -> tuple[int, int, int]:
    """Return rows, columns and the number of classes of a folder of IDX files, without reading its pictures.

    Raises InputError as `idx` does.
    """
    train = _pair(folder, TRAIN)
    if train is None:
        raise InputError("idx.none", where=str(folder))
    images, labels = train
    with open_decompressed(images) as file:
        rows, columns = struct.unpack_from(">2I", _header(file, 3, str(images)), 8)
    return rows, columns, int(read_idx(labels, 1).max()) + 1


def read_idx(path: Path, dimensions: int, sha256: str | None = None) -> NDArray[np.uint8]:
    """Read one IDX file of unsigned bytes into an array of that many dimensions; check the `sha256` of its bytes.

    The header is not believed: what it promises must be possible for a file of this size, and is counted while reading.
    Memory is the array and 1 MiB.
    """
    where = str(path)
    try:
        with open_decompressed(path) as file:
            header = _header(file, dimensions, where)
            sizes = struct.unpack_from(f">{dimensions}I", header, 4)
            shape, total = " x ".join(map(str, sizes)), math.prod(sizes)
            if total == 0:
                raise InputError("idx.empty", where=where, got=shape)
            if total > most_bytes(path):
                raise InputError("idx.promise", where=where, got=shape)
            if path.suffix in MOST_GROWTH:
                check_growth(path.stat().st_size, total, where)
            check_memory(total * LABEL_BYTES if dimensions == 1 else total, where)
            array = np.empty(total, np.uint8)
            digest, filled = hashlib.sha256(header), 0
            while data := file.read(CHUNK):
                if filled + len(data) > total:
                    raise InputError("idx.more", shape=shape, where=where)
                array[filled : filled + len(data)] = np.frombuffer(data, np.uint8)
                digest.update(data)
                filled += len(data)
    except OSError as error:
        raise InputError("file.unreadable", reason=system_reason(error), where=where) from None
    except MemoryError:
        raise InputError("idx.memory", where=where) from None
    if filled < total:
        raise InputError("idx.cut", where=where, got=phrase("value.bytes", n=filled), expected=f"{shape} = {total}")
    if sha256 is not None and digest.hexdigest() != sha256:
        raise InputError("idx.sha256", where=where, got=digest.hexdigest(), expected=sha256)
    return array.reshape(sizes)


def _header(file: Readable, dimensions: int, where: str) -> bytes:
    """Read and return the header: two zeros, type 8 for bytes, the number of dimensions, their sizes."""
    length = 4 + 4 * dimensions
    data = file.read(length)
    if len(data) < length:
        raise InputError(
            "idx.short", where=where, got=phrase("value.bytes", n=len(data)), expected=phrase("value.least", n=length)
        )
    wanted = bytes([0, 0, 8, dimensions])
    if data[:4] != wanted:
        got, expected = phrase("idx.magic.got", bytes=data[:4].hex(" ")), wanted.hex(" ")
        raise InputError("idx.magic", where=where, got=got, expected=expected)
    return data


def _find(folder: Path, part: str, kind: str) -> Path | None:
    dimensions = 3 if kind == "images" else 1
    for dash in "-.":
        for ending in ENDINGS:
            path = folder / f"{part}-{kind}{dash}idx{dimensions}-ubyte{ending}"
            if os.path.isfile(path):  # unlike Path.is_file, False where it may not be looked at
                return path
    return None


def _pair(folder: Path, parts: tuple[str, ...]) -> tuple[Path, Path] | None:
    for part in parts:
        images, labels = _find(folder, part, "images"), _find(folder, part, "labels")
        if images and labels:
            return images, labels
        if images or labels:
            missing = f"{part}-labels-idx1-ubyte" if images else f"{part}-images-idx3-ubyte"
            raise InputError(
                "idx.missing",
                name=missing,
                where=str(folder),
                hint=phrase("idx.missing.try", name=(images or labels or folder).name),
            )
    return None


def read_pair(images: Path, labels: Path, sums: dict[str, str] | None = None) -> Split:
    """Read pictures and labels into a Split; `sums` gives the sha256 of each file, by its name without ending."""
    pictures, numbers = (
        read_idx(path, dimensions, sums[path.name.split(".")[0]] if sums else None)
        for path, dimensions in ((images, 3), (labels, 1))
    )
    if len(pictures) != len(numbers):
        raise InputError("dataset.labels.count", where=str(labels), got=len(numbers), expected=str(len(pictures)))
    return Split(pictures[:, None], numbers.astype(np.int64))
