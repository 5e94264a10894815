"""Read a folder of pictures: one sub-folder a class, flat or under train/ and test/. Nothing is written into it."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

import numpy as np

from ..errors import InputError, UsageError, printable
from ..machine.cpus import available_cpus
from ..pictures import decoding
from .dataset import Dataset, Split
from .folder_layout import Folder, survey

T = TypeVar("T")
Skips = list[tuple[str, str]]
SAMPLE = 16  # pictures a class that are looked at to tell grey from colour
SIZES = (28, 32, 48, 64, 96, 128)  # what is proposed when pictures differ in size


def folder(
    path: str | Path, *, size: int | tuple[int, int] | None = None, channels: int | None = None, name: str | None = None
) -> Dataset:
    """Load a folder with one sub-folder a class, or train/ and test/ with those, into memory.

    Class names are the sub-folders' names in text order; test/ is matched by name and may lack classes. Pictures come
    class by class, by path in text order. `size` N or (H, W) fits them by the resizing rule; without it all must
    have one size. `channels` is 1 or 3; without it 1 if every sampled picture is grey. Files that cannot be read are
    listed in `skipped`.

    Raises InputError for fewer than 2 classes, a class without a readable picture, a class in test/ only, pictures of
    differing sizes without `size`, and pictures that together do not fit into memory.
    """
    root = Path(path)
    if channels not in (1, 3, None):
        raise UsageError("channels of a picture", got=channels, expected="1 (grey) or 3 (RGB)")
    target = None if size is None else pair(size)
    layout = survey(root)
    skipped: Skips = list(layout.skipped)
    parts = [part for part in (layout.train, layout.test) if part is not None]
    if target is None:
        target = _common_size(root, parts)
    if channels is None:
        channels = _common_channels(root, parts, target)
    wanted = sum(len(part.paths) for part in parts) * channels * target[0] * target[1]
    _check_memory(wanted, root)
    train = _read(root, layout.train, target, channels, skipped)
    _check_classes(root, layout.classes, layout.train, train, skipped)
    test = None if layout.test is None else _read(root, layout.test, target, channels, skipped)
    if test is not None and not len(test):
        raise InputError(
            "no readable picture for the test", where=str(root / "test"), hint=_first_reason(skipped, "test/")
        )
    left_out = tuple((printable(path, 400), reason) for path, reason in sorted(skipped))
    return Dataset(name or root.resolve().name, layout.classes, train, test, left_out)


def pair(size: int | tuple[int, int]) -> tuple[int, int]:
    """Return N or (H, W) as (H, W). Raises UsageError unless both are whole numbers of 1 or more."""
    both = size if isinstance(size, tuple) else (size, size)
    if len(both) != 2 or not all(isinstance(n, int) and not isinstance(n, bool) and n >= 1 for n in both):
        raise UsageError("size of the pictures", got=size, expected="N or (H, W), 1 or more")
    return both[0], both[1]


def _read(root: Path, part: Folder, size: tuple[int, int], channels: int, skipped: Skips) -> Split:
    """Decode all pictures of a part into one array, in a pool of threads; those that fail go to `skipped`."""
    pixels = np.empty((len(part.paths), channels, *size), np.uint8)

    def read(i: int) -> str | None:
        try:
            pixels[i] = decoding.decode(root / part.paths[i], size, channels)
        except InputError as error:
            return _reason(error)
        return None

    reasons = in_threads(read, range(len(part.paths)))
    kept = [i for i, reason in enumerate(reasons) if reason is None]
    skipped.extend((part.paths[i], reason) for i, reason in enumerate(reasons) if reason is not None)
    for place, i in enumerate(kept):  # close the gaps in place: no second copy of everything
        if place != i:
            pixels[place] = pixels[i]
    labels = np.array([part.labels[i] for i in kept], dtype=np.int64)
    return Split(pixels[: len(kept)], labels, tuple(part.paths[i] for i in kept))


def in_threads(work: Callable[[int], T], items: Iterable[int]) -> list[T]:
    """Do the work for every item, in order; Pillow releases the GIL. An interrupt drops the rest."""
    pool = ThreadPoolExecutor(min(32, available_cpus()))
    try:
        return list(pool.map(work, items))
    finally:
        pool.shutdown(cancel_futures=True)


def _common_size(root: Path, parts: list[Folder]) -> tuple[int, int]:
    """Return the size of all pictures, by their headers; raise InputError with a proposal if they differ."""
    found: dict[tuple[int, int], str] = {}
    shorter: Counter[int] = Counter()
    for part in parts:
        for path in part.paths:
            try:
                own = decoding.probe(root / path)
            except InputError:
                continue  # reading it will say why
            found.setdefault(own, path)
            shorter[min(own)] += 1
    if not found:
        raise InputError("no picture that can be read", where=str(root))
    if len(found) > 1:
        (first, one), (second, other) = list(found.items())[:2]
        middle = sorted(shorter.elements())[shorter.total() // 2]
        proposal = max((n for n in SIZES if n <= middle), default=SIZES[0])
        raise InputError(
            f"pictures of differing sizes: {first[0]} x {first[1]} in {one}, {second[0]} x {second[1]} in {other}",
            where=str(root),
            hint=f"--size {proposal}",
        )
    return next(iter(found))


def _common_channels(root: Path, parts: list[Folder], size: tuple[int, int]) -> int:
    """Return 1 if every sampled picture is grey, else 3: SAMPLE pictures a class and part, evenly spread."""
    for part in parts:
        labels = np.array(part.labels)
        for label in np.unique(labels):
            mine = np.flatnonzero(labels == label)
            for i in np.unique(np.linspace(0, len(mine) - 1, min(SAMPLE, len(mine))).astype(np.int64)):
                try:
                    if len(decoding.decode(root / part.paths[mine[i]], size)) == 3:
                        return 3
                except InputError:
                    continue
    return 1


def _check_memory(wanted: int, root: Path) -> None:
    """Raise InputError if the pixels would take more than half of the machine's memory, where that is known."""
    try:
        memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return
    if wanted > memory // 2:
        got, most = (f"{wanted / 2**30:.1f} GiB", f"at most {memory / 2**31:.1f} GiB, half of this machine's memory")
        raise InputError(
            "too many pixels to keep in memory", where=str(root), got=got, expected=most, hint="a smaller --size"
        )


def _check_classes(root: Path, classes: tuple[str, ...], part: Folder, train: Split, skipped: Skips) -> None:
    for label, count in enumerate(np.bincount(train.labels, minlength=len(classes)).tolist()):
        if not count:
            place = part.folders[label]
            hint = f"remove it; {_first_reason(skipped, place + '/')}"
            raise InputError("no readable picture in this class", where=str(root / place), hint=hint)


def _first_reason(skipped: Skips, prefix: str) -> str:
    return next((f"{path}: {reason}" for path, reason in sorted(skipped) if path.startswith(prefix)), "")


def _reason(error: InputError) -> str:
    """Return what was wrong without repeating the path."""
    return InputError(error.what, got=error.got, expected=error.expected).line()
