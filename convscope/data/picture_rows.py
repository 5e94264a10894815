"""The pictures of one split while they are read: rows of one array, and what must be known of all to settle each."""

from __future__ import annotations

from contextlib import closing

import numpy as np

from ..errors import InputError, Phrase, phrase
from ..pictures.bit_depth import FULL
from ..pictures.decoding_pool import decode_in_order
from .cached_decoding import Decoder, ReadPicture
from .dataset import PictureFile, Split
from .listing import Entry
from .picture_size import Size
from .pixel_store import allocate

COPIED = 256  # rows at a time


class PictureRows:
    """Room for `count` pictures of `size` (H, W), grey until the first in colour comes.

    `entries`, `in_colour` and `guessed` (the guessed white level, 0 without one) are of the pictures read so far;
    `noted` are the sentences that decoding had on them.
    """

    def __init__(self, count: int, size: Size, channels: int) -> None:
        self.entries: list[Entry] = []
        self.files: list[PictureFile] = []
        self.in_colour: list[bool] = []
        self.guessed: list[int] = []
        self.noted: list[tuple[str, Phrase]] = []
        self._pixels = allocate((count, channels, *size))

    def add(self, entry: Entry, read: ReadPicture) -> None:
        """Add a picture of 1 or 3 channels."""
        picture = read.picture
        if len(picture.pixels) > self._pixels.shape[1]:
            self._become(3)
        self._pixels[len(self.entries)] = picture.pixels  # grey is the same in all three
        self.entries.append(entry)
        self.files.append(PictureFile(entry.path, read.digest.hex(), entry.group, picture.height, picture.width))
        self.in_colour.append(len(picture.pixels) == 3)
        self.guessed.append(picture.guessed)
        self.noted += [(entry.path, note) for note in picture.notes]

    def is_coloured(self, share: float) -> bool:
        """Tell whether in one class at least this share of the pictures are in colour."""
        labels = np.array([entry.label for entry in self.entries], np.int64)
        coloured, all_of = np.bincount(labels, self.in_colour), np.bincount(labels)
        return bool((coloured >= share * np.maximum(all_of, 1)).any())

    def settle(self, channels: int, white: int, decoder: Decoder) -> list[tuple[Entry, InputError]]:
        """Bring all pictures to the same `channels` and the same `white` level; return those that were lost.

        The few that this changes, colours that become grey and pictures of another white level, are read again.
        """
        again = [
            row
            for row, guess in enumerate(self.guessed)
            if guess not in (0, white) or (channels == 1 and self.in_colour[row])
        ]
        if channels != self._pixels.shape[1]:
            self._become(channels)
        lost: dict[int, InputError] = {}
        with closing(decode_in_order(lambda row: decoder.read(self.entries[row].path), again)) as results:
            for row, result in zip(again, results, strict=True):
                if isinstance(result, InputError):
                    lost[row] = result
                elif result.digest.hex() != self.files[row].digest:
                    lost[row] = InputError("file.changed")
                else:
                    self._pixels[row] = result.picture.pixels
        failed = [(self.entries[row], error) for row, error in lost.items()]
        if lost:
            self._drop(set(lost))
        return failed

    def split(self) -> Split:
        """Return the pictures as a Split."""
        labels = np.array([entry.label for entry in self.entries], np.int64)
        return Split(self._pixels[: len(self.entries)], labels, tuple(self.files))

    def _become(self, channels: int) -> None:
        """Move the pictures to an array of so many channels: to 3 as they are, to 1 their first."""
        before = self._pixels
        self._pixels = allocate((len(before), channels, *before.shape[2:]))
        for i in range(0, len(self.entries), COPIED):
            self._pixels[i : i + COPIED] = before[i : i + COPIED, :channels]

    def _drop(self, lost: set[int]) -> None:
        """Close the gaps of lost rows."""
        kept = [row for row in range(len(self.entries)) if row not in lost]
        for to, row in enumerate(kept):
            self._pixels[to] = self._pixels[row]
        self.entries, self.files = [self.entries[row] for row in kept], [self.files[row] for row in kept]
        self.in_colour, self.guessed = [self.in_colour[row] for row in kept], [self.guessed[row] for row in kept]


def said_of(rows: list[PictureRows], size: Size, channels: int, white: int, *, odd_sizes: bool) -> list[Phrase]:
    """Return what would surprise in pictures that become `channels` and `size`: a sentence a kind, with how many and
    the first. `odd_sizes`: other sizes are said too.
    """
    files = [(file, colour) for part in rows for file, colour in zip(part.files, part.in_colour, strict=True)]
    everything = f"{len(files):,}"
    notes: list[Phrase] = []
    other = [file.path for file, _ in files if (file.height, file.width) != size]
    if odd_sizes and other:
        shown = f"{size[0]} x {size[1]}"
        notes.append(phrase("note.size.odd", n=f"{len(other):,}", all=everything, size=shown, first=other[0]))
    coloured = [file.path for file, colour in files if colour]
    if channels == 1 and coloured:
        notes.append(phrase("note.colour.grey", n=f"{len(coloured):,}", all=everything, first=coloured[0]))
    elif channels == 3 and 0 < len(coloured) < len(files):
        grey = next(file.path for file, colour in files if not colour)
        notes.append(phrase("note.colour.mixed", n=f"{len(files) - len(coloured):,}", all=everything, first=grey))
    guessed = [guess for part in rows for guess in part.guessed if guess]
    if guessed and white < FULL:
        notes.append(phrase("note.depth", n=f"{len(guessed):,}", all=everything, white=white))
    by_key: dict[str, list[tuple[str, Phrase]]] = {}
    for path, note in (one for part in rows for one in part.noted):
        if note.key != "note.depth.guessed":  # said of all of them above
            by_key.setdefault(note.key, []).append((path, note))
    for noted in by_key.values():
        (path, note), n = noted[0], len(noted)
        one = phrase("note.picture", path=path, note=note)
        notes.append(phrase("note.pictures", n=f"{n:,}", path=path, note=note) if n > 1 else one)
    return notes
