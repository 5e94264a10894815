"""What a source of pictures was understood as, before any is decoded: classes, and for each picture its place in them.

Folders, archives, tables of labels and names of files all become a Listing; reading.py makes a Dataset of it.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from ..errors import Phrase
from ..pictures.decoding import read_file

SPLITS = ("train", "validation", "test")


class Files(Protocol):
    """Where the bytes of pictures are: a folder or an archive."""

    @property
    def where(self) -> str:
        """What to call it in a message: a path."""

    def read(self, path: str) -> bytes:
        """Return the bytes of the file at `path`, relative, with "/". Raises InputError that names it."""

    def size(self, path: str) -> int:
        """Return how many bytes the file has; 0 where it cannot be told."""


@dataclass(frozen=True, slots=True)
class FolderFiles:
    """The files below a folder."""

    root: Path

    @property
    def where(self) -> str:
        return str(self.root)

    def read(self, path: str) -> bytes:
        return read_file(os.path.join(self.root, path), path)  # a Path's own way takes longer than opening the file

    def size(self, path: str) -> int:
        try:
            return (self.root / path).stat().st_size
        except (OSError, ValueError):  # reading it will say why
            return 0


@dataclass(frozen=True, slots=True)
class Entry:
    """A labelled picture: its path within the source, the number of its class, its split (one of SPLITS).

    Pictures of one `group` stay on one side of every split that convscope makes; "" is a group of its own.
    """

    path: str
    label: int
    split: str = "train"
    group: str = ""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A file or folder that takes no part, and why."""

    path: str
    reason: Phrase


@dataclass(frozen=True, slots=True)
class Listing:
    """Classes and pictures of a source, in the order in which they are numbered: split by split, class by class, by
    path.

    `notes` say in a sentence each what was understood where that could be doubted. Pictures that are there to be
    `measured` by a model have its classes: some may have no pictures, and training pictures may be missing.
    """

    name: str
    files: Files
    classes: tuple[str, ...]
    entries: tuple[Entry, ...]
    left_out: tuple[LeftOut, ...] = ()
    notes: tuple[Phrase, ...] = ()
    measured: bool = False

    def of(self, split: str) -> tuple[Entry, ...]:
        """Return the entries of one split."""
        return tuple(entry for entry in self.entries if entry.split == split)
