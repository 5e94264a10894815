"""Read a folder of pictures: one sub-folder a class, flat or under train/ and test/. Nothing is written into it."""

from __future__ import annotations

import contextlib
import os
from operator import itemgetter
from pathlib import Path

import numpy as np

from ..errors import InputError, Said, UsageError, phrase, printable
from ..pictures import decoding
from ..pictures.decoding_pool import decode_in_order
from ..pictures.resizing import as_size
from .dataset import Dataset, Split
from .folder_layout import Folder, Skips, survey

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
        raise UsageError("picture.channels", got=channels, expected=phrase("picture.channels.expected"))
    layout = survey(root)
    skipped: Skips = list(layout.skipped)
    parts = [part for part in (layout.train, layout.test) if part is not None]
    target, first = (as_size(size), None) if size is not None else _first_size(root, parts)
    if channels is None:
        channels = _common_channels(root, parts, target)
    wanted = sum(len(part.paths) for part in parts) * channels * target[0] * target[1]
    _check_memory(wanted, root)
    train = _read(root, layout.train, target, first, channels, skipped)
    _check_classes(root, layout.classes, layout.train, train, skipped)
    test = None if layout.test is None else _read(root, layout.test, target, first, channels, skipped)
    if test is not None and not len(test):
        raise InputError("folder.test.unreadable", where=str(root / "test"), hint=_first_reason(skipped, "test/"))
    left_out = tuple((printable(path, 400), str(reason)) for path, reason in sorted(skipped, key=itemgetter(0)))
    return Dataset(name or root.resolve().name, layout.classes, train, test, left_out)


def _read(root: Path, part: Folder, size: tuple[int, int], first: str | None, channels: int, skipped: Skips) -> Split:
    """Decode all pictures of a part into one array; those that fail go to `skipped`.

    They are resized to `size` (H, W); if it is that of the picture `first` and no size was asked for, they must have
    it, or InputError is raised.
    """
    pixels = np.empty((len(part.paths), channels, *size), np.uint8)
    kept: list[int] = []
    files = [root / path for path in part.paths]
    resize_to = None if first else size
    for i, result in enumerate(decode_in_order(lambda file: decoding.decode(file, resize_to, channels), files)):
        if isinstance(result, InputError):
            skipped.append((part.paths[i], result.brief()))
        elif result.shape[1:] != size:
            ours, theirs = (f"{height} x {width}" for height, width in (size, result.shape[1:]))
            raise InputError(
                "folder.sizes",
                size=ours,
                first=first,
                others=theirs,
                other=part.paths[i],
                where=str(root),
                hint=f"--size {_proposed_size(files)}",
            )
        else:
            pixels[len(kept)] = result
            kept.append(i)
    labels = np.array([part.labels[i] for i in kept], dtype=np.int64)
    return Split(pixels[: len(kept)], labels, tuple(part.paths[i] for i in kept))


def _first_size(root: Path, parts: list[Folder]) -> tuple[tuple[int, int], str]:
    """Return the size (H, W) of the first picture that can be read, and its path."""
    for part in parts:
        for path in part.paths:
            try:
                return decoding.decode(root / path).shape[1:], path
            except InputError:
                continue  # it will be left out, with its reason
    raise InputError("folder.unreadable", where=str(root))


def _proposed_size(files: list[Path]) -> int:
    """Return the largest of SIZES that is no larger than the shorter side of the middle picture, by their headers."""
    shorter: list[int] = []
    for file in files:
        with contextlib.suppress(InputError):
            shorter.append(min(decoding.probe(file)))
    return max((n for n in SIZES if n <= sorted(shorter)[len(shorter) // 2]), default=SIZES[0])


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
        got, most = f"{wanted / 2**30:.1f} GiB", phrase("folder.memory.most", n=f"{memory / 2**31:.1f}")
        raise InputError("folder.memory", where=str(root), got=got, expected=most, hint=phrase("folder.memory.try"))


def _check_classes(root: Path, classes: tuple[str, ...], part: Folder, train: Split, skipped: Skips) -> None:
    for label, count in enumerate(np.bincount(train.labels, minlength=len(classes)).tolist()):
        if not count:
            place = part.folders[label]
            hint = phrase("folder.class.unreadable.try", reason=_first_reason(skipped, place + "/"))
            raise InputError("folder.class.unreadable", where=str(root / place), hint=hint)


def _first_reason(skipped: Skips, prefix: str) -> Said:
    first = min((one for one in skipped if one[0].startswith(prefix)), key=itemgetter(0), default=None)
    return "" if first is None else phrase("error.where", place=first[0], what=first[1])
