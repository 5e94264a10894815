"""Which size the pictures of a source become, where nobody has said: their own, or one that is chosen for them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from ..errors import InputError, Phrase, phrase
from ..pictures import decoding
from ..pictures.decoding_pool import decode_in_order, decoding_threads, evenly_spread
from .dataset import Split
from .listing import Entry, Files, Listing

Size: TypeAlias = tuple[int, int]  # H, W
LOOKED_AT = 200  # training pictures whose headers are read, evenly spread
NEARLY_ALL = 0.9  # of those, that must be of one size for all to be brought to it
LARGEST_OWN = 64  # pixels a side up to which pictures keep the size that they have
SIZES = (28, 32, 48, 64)  # the sides that are chosen from where nothing is measured
MOST = 2000  # pictures of a sample


@dataclass(frozen=True, eq=False, slots=True)
class SizeSample:
    """What a size is chosen by: the sizes (H, W) of some training pictures by their headers, and a sample of pictures,
    evenly spread over the classes, at any size.
    """

    sizes: tuple[Size, ...]
    entries: tuple[Entry, ...]
    files: Files

    def load(self, size: int | Size, most: int = MOST) -> Split:
        """Return at most `most` pictures of the sample at a size, in colour if one is; those that cannot be read are
        left out.
        """
        height, width = (size, size) if isinstance(size, int) else size
        chosen = _stratified(self.entries, most)

        def decode(entry: Entry) -> decoding.Pixels:
            return decoding.decode(self.files.read(entry.path), (height, width))

        threads = decoding_threads([self.files.size(entry.path) for entry in evenly_spread(chosen)])
        results = zip(chosen, decode_in_order(decode, chosen, threads), strict=True)
        read = [(entry.label, pixels) for entry, pixels in results if not isinstance(pixels, InputError)]
        channels = max((len(pixels) for _, pixels in read), default=1)
        images = np.empty((len(read), channels, height, width), np.uint8)
        for image, (_, pixels) in zip(images, read, strict=True):
            image[:] = pixels  # grey is the same in all three
        return Split(images, np.array([label for label, _ in read], np.int64))


ChooseSize: TypeAlias = Callable[[SizeSample], tuple[int | Size, Phrase]]


def choose_by_headers(sample: SizeSample) -> tuple[Size, Phrase]:
    """Return the largest of SIZES that the shorter side of half of the pictures reaches, and a sentence on it."""
    shorter = sorted(min(size) for size in sample.sizes)
    middle = shorter[len(shorter) // 2]
    side = max((n for n in SIZES if n <= middle), default=SIZES[0])
    return (side, side), phrase("note.size.headers", side=side, middle=middle)


def own_or_chosen(listing: Listing, choose: ChooseSize | None) -> tuple[Size, Phrase | None]:
    """Return the size that the pictures of a listing become, and a sentence on it where it was chosen.

    Where nearly all have one size, of 64 pixels a side or less, it is that; else `choose` says, or their headers.
    Raises InputError if no picture can be read.
    """
    training = listing.of("train") or listing.entries
    sizes = tuple(_sizes(listing.files, _spread(training, LOOKED_AT))) or tuple(_sizes(listing.files, training))
    if not sizes:
        raise InputError("folder.unreadable", where=listing.files.where)
    (own, count), *_ = Counter(sizes).most_common(1)
    if count >= NEARLY_ALL * len(sizes) and max(own) <= LARGEST_OWN:
        return own, None
    chosen, why = (choose or choose_by_headers)(SizeSample(sizes, training, listing.files))
    return (chosen, chosen) if isinstance(chosen, int) else chosen, why


def _sizes(files: Files, entries: tuple[Entry, ...]) -> list[Size]:
    """Return the sizes of the pictures whose headers can be read."""
    found = []
    for entry in entries:
        try:
            found.append(decoding.probe(files.read(entry.path)))
        except InputError:
            continue  # it will be left out, with its reason
    return found


def _spread(entries: tuple[Entry, ...], most: int) -> tuple[Entry, ...]:
    """Return at most so many entries, evenly spread."""
    rows = np.unique(np.linspace(0, len(entries) - 1, most).astype(np.int64)).tolist()
    return tuple(entries[row] for row in rows)


def _stratified(entries: tuple[Entry, ...], most: int) -> tuple[Entry, ...]:
    """Return at most so many entries, as many of each class as it has or its equal part, evenly spread over it."""
    by_class: dict[int, list[Entry]] = {}
    for entry in entries:
        by_class.setdefault(entry.label, []).append(entry)
    each = max(1, most // max(1, len(by_class)))
    return tuple(entry for mine in by_class.values() for entry in _spread(tuple(mine), each))
