"""Data that is dropped on the lab: sent piece by piece into a folder of the lab's own, `.lab/data`, and there whole or
not at all. What is being sent stands in a hidden folder beside, which the next lab removes.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import stat
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from ..data import find_data, understood
from ..errors import ConvscopeError, EnvironmentFault, InputError, MissingError, UsageError, phrase
from ..explain.payload.encoding import Record
from ..files import sync_folder, write_fault
from ..web.error_json import Fault, to_json
from .drop_names import safe_name, safe_path
from .records import text_of, whole

MOST_FILES = 100_000  # of one set
MOST_BYTES = 8 << 30  # of one set, and so of an archive
MOST_FILE = 512 << 20  # of a file that is no archive: as of a picture
MOST_PIECE = 4 << 20  # bytes of one request
MOST_SETS = 100
MOST_AT_ONCE = 4  # being sent
SPARE = 256 << 20  # bytes of the disk that are left to others
IDLE_SECONDS = 600.0  # without a piece: then its place may go to another
PREFIX = "folder/own/"  # of the ids by which trainings name these sets
SENDING, LEAVING = ".new-", ".gone-"


@dataclass(frozen=True, slots=True)
class DropRequest:
    """A set that is to be sent: its name, whether it is one archive, how many files and bytes."""

    name: str
    archive: bool
    files: int
    bytes: int

    @classmethod
    def from_json(cls, body: Mapping[str, object]) -> Self:
        """Return the request that a body holds. Raises UsageError for another field or a value that is too large."""
        known = cls.__slots__
        if strange := sorted(set(body) - set(known)):
            raise UsageError("lab.field", got=strange[0][:80], expected=", ".join(sorted(known)))
        archive = body.get("archive", False)
        if not isinstance(archive, bool):
            raise UsageError("drop.archive", got=repr(archive)[:80])
        files = whole(body.get("files"), "files", 1, 1 if archive else MOST_FILES) or 1
        return cls(text_of(body, "name", ""), archive, files, whole(body.get("bytes"), "bytes", 1, MOST_BYTES) or 1)


@dataclass(frozen=True, slots=True)
class Dropped(Record):
    """A set that is there: its id for trainings, its name, and what it is understood as or what is wrong with it."""

    id: str
    name: str
    understood: tuple[Mapping[str, object], ...]
    fault: Fault | None


@dataclass(eq=False)
class Upload:
    """A set while it is sent: the size of each of its files as it was said, and how much of it is there."""

    asked: DropRequest
    folder: Path
    sizes: dict[str, int] = field(default_factory=dict)
    there: dict[str, int] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)  # as they were sent, by how they are kept here
    last: float = field(default_factory=time.monotonic)
    lock: threading.Lock = field(default_factory=threading.Lock)
    over: bool = False

    def write(self, path: str, at: int, size: int, piece: bytes) -> None:
        """Put a piece at its place; what stood there and behind it is written anew. Raises ConvscopeError."""
        name = "archive.zip" if self.asked.archive else safe_path(path)
        key = os.path.normcase(name)
        with self.lock:
            self.check_going()
            if self.names.setdefault(key, path) != path:
                raise InputError("drop.twice", where=path[:140], got=self.names[key][:140])
            self._price(key, size)
            if not 0 <= at <= self.there.get(key, 0) or at + len(piece) > size:
                raise UsageError("drop.piece", where=path[:140], got=f"{at:,} + {len(piece):,}")
            self.sizes[key], self.last = size, time.monotonic()
            place = self.folder / name
            try:
                place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
                with open(os.open(place, flags, 0o600), "r+b") as file:
                    file.seek(at)
                    file.truncate()
                    file.write(piece)
                    file.flush()
                    os.fsync(file.fileno())
            except OSError as error:
                raise write_fault(Path(path[:140]), error) from error
            self.there[key] = at + len(piece)

    def _price(self, key: str, size: int) -> None:
        """Raise UsageError where this file would be more than what was said of the set."""
        most = MOST_BYTES if self.asked.archive else MOST_FILE
        others = [n for name, n in self.sizes.items() if name != key]
        if not 0 <= size <= most:
            raise UsageError("drop.file.large", got=f"{size:,}", expected=phrase("drop.bytes.most", n=f"{most:,}"))
        if len(others) + 1 > self.asked.files or sum(others) + size > self.asked.bytes:
            said = phrase("drop.said", files=f"{self.asked.files:,}", bytes=f"{self.asked.bytes:,}")
            raise UsageError("drop.more", expected=said)

    def check_going(self) -> None:
        """Raise MissingError where it was ended or cancelled meanwhile."""
        if self.over:
            raise MissingError("drop.unknown", hint=phrase("drop.unknown.try"))

    def check_whole(self) -> None:
        """Raise UsageError where anything that was said is not there."""
        want = (self.asked.files, self.asked.bytes)
        have = (sum(self.there.get(name) == size for name, size in self.sizes.items()), sum(self.there.values()))
        if want != have:
            got, expected = (phrase("drop.said", files=f"{n:,}", bytes=f"{size:,}") for n, size in (have, want))
            raise UsageError("drop.incomplete", got=got, expected=expected)


class Drops:
    """The sets in `folder`, and those that are being sent."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._uploads: dict[str, Upload] = {}
        self._lock = threading.Lock()
        for left in (*folder.glob(SENDING + "*"), *folder.glob(LEAVING + "*")):  # of a lab that is over
            shutil.rmtree(left, ignore_errors=True)

    def places(self) -> list[Path]:
        """Return where the sets are: folders and archives, no links."""
        with contextlib.suppress(OSError):
            return [p for p in sorted(self.folder.iterdir()) if p.name[0] != "." and _is_plain(p)]
        return []

    def begin(self, asked: DropRequest) -> str:
        """Return the id under which a set is sent. Raises ConvscopeError where there is no room for it."""
        with self._lock:
            self._make_room(asked)
            id = secrets.token_hex(16)
            folder = self.folder / (SENDING + id)
            try:
                folder.mkdir(mode=0o700)
                (folder / "files").mkdir(mode=0o700)
            except OSError as error:
                raise write_fault(Path(asked.name[:140]), error) from error
            self._uploads[id] = Upload(asked, folder / "files")
        return id

    def write(self, id: str, path: str, at: int, size: int, piece: bytes) -> None:
        """Take one piece of a file. Raises ConvscopeError."""
        self._upload(id).write(path, at, size, piece)

    def end(self, id: str) -> str:
        """Put a set in its place and return its name: fresh, so that no other is written over. Raises ConvscopeError;
        then it can still be completed.
        """
        upload = self._upload(id)
        with self._lock, upload.lock:  # in this order everywhere
            upload.check_going()
            upload.check_whole()
            place = self._fresh(upload.asked)
            try:
                os.rename(upload.folder / "archive.zip" if upload.asked.archive else upload.folder, place)
                sync_folder(self.folder)
            except OSError as error:
                raise write_fault(Path(place.name), error) from error
            upload.over = True
            self._uploads.pop(id, None)
        shutil.rmtree(self.folder / (SENDING + id), ignore_errors=True)
        return place.name

    def cancel(self, id: str) -> None:
        """Forget a set that is being sent, and all that came of it."""
        upload = self._upload(id)
        with self._lock:
            self._drop(id, upload)

    def remove(self, name: str) -> None:
        """Remove a set: at once gone for everybody, then from the disk. Raises MissingError where there is none."""
        place, gone = self.place(name), self.folder / (LEAVING + secrets.token_hex(8))
        try:
            gone.mkdir(mode=0o700)
            os.rename(place, gone / "set")
        except OSError as error:
            raise write_fault(Path(name), error) from error
        shutil.rmtree(gone, ignore_errors=True)

    def place(self, name: str) -> Path:
        """Return where a set is. Raises MissingError: a name is looked up, never read as a path."""
        for place in self.places():
            if place.name == name:
                return place
        raise MissingError("drop.none", got=name[:140])

    def one(self, name: str, *places: Path) -> Dropped:
        """Return what a set is understood as: the lines of `convscope train`, before any picture is decoded."""
        place = self.place(name)
        try:
            lines = tuple(line.to_json() for line in understood(find_data(place)))
            return Dropped(PREFIX + name, name, lines, None)
        except ConvscopeError as error:
            return Dropped(PREFIX + name, name, (), to_json(error, self.folder, *places))

    def _make_room(self, asked: DropRequest) -> None:
        """Raise ConvscopeError where one set more is too many, or the disk too small."""
        try:
            self.folder.mkdir(mode=0o700, exist_ok=True)
            if not stat.S_ISDIR(self.folder.lstat().st_mode):
                raise EnvironmentFault("lab.own", where=self.folder.name, hint=phrase("lab.own.try"))
            free = shutil.disk_usage(self.folder).free
        except OSError as error:
            raise write_fault(Path(self.folder.name), error) from error
        if len(self.places()) + len(self._uploads) >= MOST_SETS:
            raise UsageError("drop.sets", n=MOST_SETS, hint=phrase("drop.sets.try"))
        idle = sorted(self._uploads.items(), key=lambda one: one[1].last)
        if len(idle) >= MOST_AT_ONCE:
            if time.monotonic() - idle[0][1].last < IDLE_SECONDS:
                raise UsageError("drop.busy", n=MOST_AT_ONCE, hint=phrase("drop.busy.try"))
            self._drop(*idle[0])
        promised = sum(one.asked.bytes - sum(one.there.values()) for one in self._uploads.values())
        if asked.bytes + promised + SPARE > free:
            left = phrase("drop.bytes.free", n=f"{max(0, free - promised - SPARE):,}")
            raise EnvironmentFault("drop.space", got=f"{asked.bytes:,}", expected=left, hint=phrase("drop.space.try"))

    def _drop(self, id: str, upload: Upload) -> None:
        with upload.lock:
            upload.check_going()
            upload.over = True
            self._uploads.pop(id, None)
            shutil.rmtree(self.folder / (SENDING + id), ignore_errors=True)

    def _upload(self, id: str) -> Upload:
        found = self._uploads.get(id)
        if found is None:
            raise MissingError("drop.unknown", hint=phrase("drop.unknown.try"))
        return found

    def _fresh(self, asked: DropRequest) -> Path:
        """Return a place for a set, under its own name, with -2, -3 … where there is one already."""
        own = asked.name.replace("/", "_")
        ending = ".zip" if asked.archive else ""
        if ending and own.lower().endswith(ending):
            own = own[: -len(ending)]
        stem = safe_name(own).strip(". -")[:60].rstrip(". ") or "pictures"
        number, place = 1, self.folder / (stem + ending)
        while os.path.lexists(place):
            number += 1
            place = self.folder / f"{stem}-{number}{ending}"
        return place


def _is_plain(place: Path) -> bool:
    mode = place.lstat().st_mode
    return stat.S_ISDIR(mode) or (stat.S_ISREG(mode) and place.suffix == ".zip")
