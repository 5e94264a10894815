"""Folders as people have them: each case builds one, and returns what it is to be understood as; every_case.py has all.

`Expected.notes` are the keys of all that must be said, `left_out` how many paths are left out for which reason (by
key), `refused` the key of the error where there is one.
"""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from PIL import Image

CAT_DOG = ("cat", "dog")


@dataclass(frozen=True)
class Expected:
    """What a case is understood as. `train`, `validation`, `test` count the pictures of each class, None: no such
    split. `point` is what the user points at, within the case's folder.
    """

    classes: tuple[str, ...] = CAT_DOG
    train: tuple[int, ...] = (8, 8)
    validation: tuple[int, ...] | None = None
    test: tuple[int, ...] | None = None
    notes: tuple[str, ...] = ()
    left_out: dict[str, int] = field(default_factory=dict)
    refused: str = ""
    point: str = "."
    options: dict[str, object] = field(default_factory=dict)


Case = Callable[[Path], Expected]
CASES: dict[str, Case] = {}


def case(build: Case) -> Case:
    """Add a case under its function's name."""
    CASES[build.__name__] = build
    return build


def refused(key: str) -> Expected:
    return Expected(refused=key)


def picture(what: str, number: int, size: tuple[int, int] = (16, 16)) -> Image.Image:
    """Return the picture of that number of a thing: noise round the thing's own colour; size is (width, height)."""
    seed = zlib.crc32(what.encode("utf-8", "surrogateescape"))
    rng = np.random.default_rng([seed, number])
    noise = rng.normal(0, 25, (size[1], size[0], 3)) + rng.permutation([40, 120, 200])
    return Image.fromarray(noise.clip(0, 255).astype(np.uint8))


def fill(folder: Path, n: int = 8, *, what: str = "", ending: str = "png", start: int = 0) -> Path:
    """Put `n` pictures of a thing (the folder's name) into a folder, named 00.png and so on."""
    folder.mkdir(parents=True, exist_ok=True)
    for i in range(start, start + n):
        picture(what or folder.name, i).save(folder / f"{i:02}.{ending}")
    return folder


def pets(folder: Path, n: int = 8, ending: str = "png") -> Path:
    """Put `n` pictures each of cats and dogs into folders."""
    for name in CAT_DOG:
        fill(folder / name, n, ending=ending)
    return folder


def packed(folder: Path, archive: Path, method: int = zipfile.ZIP_DEFLATED) -> Path:
    """Pack a folder as people do, its empty folders too."""
    with zipfile.ZipFile(archive, "w", method) as file:
        for path in sorted(folder.rglob("*")):
            file.write(path, path.relative_to(folder))
    return archive
