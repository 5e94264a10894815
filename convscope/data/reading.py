"""From a Listing to a Dataset: every picture is decoded once, into one array a split; what cannot be read is left
out.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

import numpy as np

from ..errors import InputError, Said, UsageError, phrase, printable
from ..pictures import decoding
from ..pictures.decoding_pool import decode_in_order, decoding_threads, evenly_spread
from ..pictures.resizing import as_size
from .dataset import Dataset, PictureFile, Split
from .listing import Entry, LeftOut, Listing
from .pixel_store import allocate

SAMPLE = 16  # pictures a class that are looked at to tell grey from colour
SIZES = (28, 32, 48, 64, 96, 128)  # what is proposed when pictures differ in size


def read(
    listing: Listing, *, size: int | tuple[int, int] | None = None, channels: int | None = None, name: str | None = None
) -> Dataset:
    """Decode all pictures of a listing into a Dataset.

    `size` N or (H, W) fits them by the resizing rule; without it all must have one size. `channels` is 1 or 3; without
    it 1 if every sampled picture is grey. Files that cannot be read are added to `left_out`.

    Raises InputError for a class without a readable training picture and pictures of differing sizes without `size`.
    """
    if channels not in (1, 3, None):
        raise UsageError("picture.channels", got=channels, expected=phrase("picture.channels.expected"))
    target, first = (as_size(size), None) if size is not None else _first_size(listing)
    if channels is None:
        channels = _common_channels(listing, target)
    left_out = list(listing.left_out)
    splits = {
        part: _read(listing, entries, target, first, channels, left_out)
        for part in ("train", "validation", "test")
        if (entries := listing.of(part))
    }
    train = splits.get("train", Split(allocate((0, channels, *target)), np.empty(0, np.int64), ()))
    if not listing.measured:
        _check_classes(listing, train, left_out)
    if "test" in splits and not len(splits["test"]):
        reason = _first_reason(left_out, (entry.path for entry in listing.of("test")))
        raise InputError("folder.test.unreadable", where=f"{listing.files.where}/test", hint=reason)
    return Dataset(
        name or listing.name,
        listing.classes,
        train,
        splits.get("test"),
        splits.get("validation"),
        tuple(sorted(left_out, key=lambda one: one.path)),
        listing.notes,
    )


def _read(
    listing: Listing,
    entries: tuple[Entry, ...],
    size: tuple[int, int],
    first: str | None,
    channels: int,
    left_out: list[LeftOut],
) -> Split:
    """Decode pictures into one array; those that fail go to `left_out`.

    They are resized to `size` (H, W); if it is that of the picture `first` and no size was asked for, they must have
    it, or InputError is raised.
    """
    pixels = allocate((len(entries), channels, *size))
    files: list[PictureFile] = []
    labels: list[int] = []
    resize_to = None if first else size

    def decode(entry: Entry) -> tuple[decoding.Pixels, str]:
        data = listing.files.read(entry.path)
        return decoding.decode(data, resize_to, channels), hashlib.sha256(data).hexdigest()

    threads = decoding_threads([listing.files.size(entry.path) for entry in evenly_spread(entries)])
    for entry, result in zip(entries, decode_in_order(decode, entries, threads), strict=True):
        if isinstance(result, InputError):
            left_out.append(LeftOut(printable(entry.path, 400), InputError.of(result, where="").brief()))
            continue
        picture, digest = result
        if picture.shape[1:] != size:
            ours, theirs = (f"{height} x {width}" for height, width in (size, picture.shape[1:]))
            raise InputError(
                "folder.sizes",
                size=ours,
                first=first,
                others=theirs,
                other=entry.path,
                where=listing.files.where,
                hint=f"--size {_proposed_size(listing, entries)}",
            )
        pixels[len(files)] = picture
        files.append(PictureFile(entry.path, digest, entry.group, *picture.shape[1:]))
        labels.append(entry.label)
    return Split(pixels[: len(files)], np.array(labels, dtype=np.int64), tuple(files))


def _first_size(listing: Listing) -> tuple[tuple[int, int], str]:
    """Return the size (H, W) of the first picture that can be read, and its path."""
    for entry in listing.entries:
        try:
            return decoding.decode(listing.files.read(entry.path)).shape[1:], entry.path
        except InputError:
            continue  # it will be left out, with its reason
    raise InputError("folder.unreadable", where=listing.files.where)


def _proposed_size(listing: Listing, entries: tuple[Entry, ...]) -> int:
    """Return the largest of SIZES that is no larger than the shorter side of the middle picture, by their headers."""
    shorter: list[int] = []
    for entry in entries:
        try:
            shorter.append(min(decoding.probe(listing.files.read(entry.path))))
        except InputError:
            continue
    return max((n for n in SIZES if n <= sorted(shorter)[len(shorter) // 2]), default=SIZES[0])


def _common_channels(listing: Listing, size: tuple[int, int]) -> int:
    """Return 1 if every sampled picture is grey, else 3: SAMPLE pictures a class and split, evenly spread."""
    by_class: dict[tuple[str, int], list[str]] = {}
    for entry in listing.entries:
        by_class.setdefault((entry.split, entry.label), []).append(entry.path)
    for paths in by_class.values():
        for i in np.unique(np.linspace(0, len(paths) - 1, min(SAMPLE, len(paths))).astype(np.int64)).tolist():
            try:
                if len(decoding.decode(listing.files.read(paths[i]), size)) == 3:
                    return 3
            except InputError:
                continue
    return 1


def _check_classes(listing: Listing, train: Split, left_out: list[LeftOut]) -> None:
    for label, count in enumerate(np.bincount(train.labels, minlength=len(listing.classes)).tolist()):
        if not count:
            paths = [entry.path for entry in listing.of("train") if entry.label == label]
            hint = phrase("folder.class.unreadable.try", reason=_first_reason(left_out, paths))
            where = f"{listing.files.where}/{paths[0].rpartition('/')[0]}" if paths else listing.classes[label]
            raise InputError("folder.class.unreadable", where=where, hint=hint)


def _first_reason(left_out: list[LeftOut], paths: Iterable[str]) -> Said:
    mine = set(paths)
    first = next((one for one in left_out if one.path in mine), None)
    return "" if first is None else phrase("error.where", place=first.path, what=first.reason)
