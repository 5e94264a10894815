"""From a Listing to a Dataset: every picture is decoded once, into one array a split; what cannot be read is left
out.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, closing
from itertools import chain
from typing import TypeAlias

from ..errors import InputError, Said, UsageError, phrase, printable
from ..pictures.decoding import DecodeOptions
from ..pictures.decoding_pool import decode_in_order, decoding_threads, evenly_spread
from ..pictures.resizing import RESIZE_RULE, as_size
from .cached_decoding import Decoder, ReadPicture
from .dataset import Dataset, Split
from .decoded_cache import DecodedCache
from .listing import SPLITS, Entry, LeftOut, Listing
from .picture_rows import PictureRows, said_of
from .picture_size import ChooseSize, Size, own_or_chosen

COLOURED = 0.1  # of a class's training pictures, from which a set is read in colour
APART = 0.1  # seconds between two reports of progress

Progress: TypeAlias = Callable[[int, int], None]
"""Called with how many pictures are read so far, and of how many."""


def read(
    listing: Listing,
    *,
    size: int | Size | None = None,
    channels: int | None = None,
    white: int = 0,
    name: str | None = None,
    rule: str = RESIZE_RULE,
    choose_size: ChooseSize | None = None,
    cache: bool = True,
    progress: Progress | None = None,
) -> Dataset:
    """Read all pictures of a listing into a Dataset.

    They become `size` N or (H, W) by a `rule` of resizing.RULES; without it they keep their own where nearly all have
    one of 64 pixels or less, else `choose_size` says what they become (without it: picture_size.choose_by_headers).
    `channels` is 1 or 3; without it 3 where in one class a tenth of the training pictures are in colour, else 1.
    `white` is the white level of pictures that have more than 8 bits and do not say it; 0: the largest guess among the
    training pictures.

    Files that cannot be read, or change meanwhile, are added to `left_out`; what was chosen and what would surprise is
    in `notes`. Pictures are taken from the `cache` of decoded pictures and kept there.

    Raises InputError where a class is left without a training picture, or the test pictures are left without one.
    """
    if channels not in (1, 3, None):
        raise UsageError("picture.channels", got=channels, expected=phrase("picture.channels.expected"))
    target, chosen = (as_size(size), None) if size is not None else own_or_chosen(listing, choose_size)
    left_out = list(listing.left_out)
    ordered = {split: entries for split in SPLITS if (entries := listing.of(split)) or split == "train"}
    rows = {split: PictureRows(len(entries), target, channels or 1) for split, entries in ordered.items()}
    ways = ((None, 1) if channels == 1 else (None,)) if cache else ()  # a grey picture is the same either way
    with ExitStack() as stack:
        caches = tuple(stack.enter_context(DecodedCache.of(target, way, len(listing.entries), rule)) for way in ways)
        options = DecodeOptions(target, 1 if channels == 1 else None, white, rule)
        decoder = Decoder(listing.files, options, caches)
        for entry, result in _results(decoder, list(chain(*ordered.values())), progress):
            if isinstance(result, InputError):
                left_out.append(_left_out(entry, result))
                continue
            rows[entry.split].add(entry, result)
            if caches and result.decoded is not None:
                caches[-1].keep(result.digest, result.decoded)

    channels = channels or (3 if rows["train"].is_coloured(COLOURED) else 1)
    white = white or max(rows["train"].guessed, default=0)
    odd_sizes = size is None and chosen is None
    notes = [*([chosen] if chosen else []), *said_of([*rows.values()], target, channels, white, odd_sizes=odd_sizes)]
    again = Decoder(listing.files, DecodeOptions(target, 1 if channels == 1 else None, white, rule))
    for part in rows.values():
        left_out += [_left_out(entry, error) for entry, error in part.settle(channels, white, again)]
    notes += [cache.fault for cache in caches if cache.fault is not None]
    splits = {split: part.split() for split, part in rows.items()}
    _check_classes(listing, splits, left_out)
    return Dataset(
        name or listing.name,
        listing.classes,
        splits["train"],
        splits.get("test"),
        splits.get("validation"),
        tuple(sorted(left_out, key=lambda one: one.path)),
        (*listing.notes, *notes),
        white,
    )


def _results(
    decoder: Decoder, entries: Sequence[Entry], progress: Progress | None
) -> Iterator[tuple[Entry, ReadPicture | InputError]]:
    """Yield each entry with its picture or why it cannot be read, and report."""
    threads = decoding_threads([decoder.files.size(entry.path) for entry in evenly_spread(entries)])
    said = time.monotonic()
    with closing(decode_in_order(lambda entry: decoder.read(entry.path), entries, threads)) as results:
        for done, (entry, result) in enumerate(zip(entries, results, strict=True), 1):
            yield entry, result
            if progress is not None and (time.monotonic() - said >= APART or done == len(entries)):
                said = time.monotonic()
                progress(done, len(entries))


def _left_out(entry: Entry, error: InputError) -> LeftOut:
    return LeftOut(printable(entry.path, 400), InputError.of(error, where="").brief())


def _check_classes(listing: Listing, splits: dict[str, Split], left_out: list[LeftOut]) -> None:
    """Raise InputError where a class of pictures to train on, or all test pictures, are left without one."""
    there = set(splits["train"].labels.tolist())
    for label in sorted(set() if listing.measured else {entry.label for entry in listing.of("train")} - there):
        paths = [entry.path for entry in listing.of("train") if entry.label == label]
        hint = phrase("folder.class.unreadable.try", reason=_first_reason(left_out, paths))
        where = f"{listing.files.where}/{paths[0].rpartition('/')[0]}"
        raise InputError("folder.class.unreadable", where=where, hint=hint)
    if "test" in splits and not len(splits["test"]):
        reason = _first_reason(left_out, (entry.path for entry in listing.of("test")))
        raise InputError("folder.test.unreadable", where=f"{listing.files.where}/test", hint=reason)


def _first_reason(left_out: list[LeftOut], paths: Iterable[str]) -> Said:
    mine = set(paths)
    first = next((one for one in left_out if one.path in mine), None)
    return "" if first is None else phrase("error.where", place=first.path, what=first.reason)
