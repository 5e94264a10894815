"""Pictures sorted by what a model says of them: a copy of each in a folder of its label. The originals stay.

`sorted.csv` in that folder lists every copy, written before the copy is made: who is interrupted goes on with the same
command, and `undo` removes what was copied and nothing else. No file that is there is ever overwritten.
"""

from __future__ import annotations

import contextlib
import csv
import hashlib
import io
import os
import re
from collections import Counter
from dataclasses import astuple, dataclass, field, fields
from pathlib import Path
from typing import BinaryIO, Self

from ..errors import InputError, phrase, system_reason
from ..files import TEMPORARY, make_folders, open_plain, read_plain, require_place, sync_folder, write_faults
from ..leaving import undone
from ..runs.manifest import escape, unescape

LISTED = "sorted.csv"
UNREADABLE, NONE = "_unreadable", "_none of these"
MOST_BYTES = 1 << 30  # of sorted.csv: millions of lines
CHUNK = 1 << 20
STRANGE = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*]')  # what some system forbids in a name
RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\..*)?$")  # and names that Windows keeps for itself


@dataclass(frozen=True, slots=True)
class SortedRow:
    """A copy: the picture's absolute path, the copy's within the folder, with "/", the SHA-256 of both, the label ("":
    none) with its probability, and the digest of the model.
    """

    path: str
    copy: str
    sha256: str
    label: str
    probability: str
    model: str


COLUMNS = tuple(one.name for one in fields(SortedRow))


@dataclass(frozen=True, slots=True)
class Undone:
    """How many copies were removed, and which stay because they are not as they were made."""

    removed: int
    kept: tuple[str, ...]


@dataclass
class Sorter:
    """Copies pictures into `folder`, for the model of that digest. Made by `open`; a context manager.

    `counts` says how many pictures are in which folder, those of an earlier command among them; `lost` lists pictures
    that could not even be copied.
    """

    folder: Path
    model: str
    rows: dict[str, SortedRow]
    counts: Counter[str] = field(default_factory=Counter)
    lost: list[str] = field(default_factory=list)
    _names: dict[str | None, str] = field(default_factory=dict)
    _taken: set[str] = field(default_factory=set)
    _list: BinaryIO | None = None

    @classmethod
    def open(cls, folder: str | os.PathLike[str], classes: tuple[str, ...], model: str) -> Self:
        """Make the folder, or go on in one that the same model was sorting into.

        Raises InputError for one with other things in it, or that another model has sorted into.
        """
        place = Path(folder)
        require_place(place / "x" if place.is_dir() else place, folders=True)
        rows = read_sorted(place)
        if rows is None and os.path.lexists(place) and not (place.is_dir() and not os.listdir(place)):
            raise InputError("sort.other", where=str(place), hint=phrase("sort.other.try"))
        if any(row.model != model for row in rows or ()):
            raise InputError("sort.model", where=str(place), hint=phrase("sort.undo.try", folder=place))
        made = cls(place, model, {row.path: row for row in rows or ()})
        made._names = folder_names(classes)
        made._taken = {row.copy.casefold() for row in rows or ()}
        with write_faults(place / LISTED):
            make_folders(place)
            made._list = open(place / LISTED, "ab", buffering=0)  # noqa: SIM115
            made._list.truncate(_whole_lines(place / LISTED))
            if rows is None or not os.fstat(made._list.fileno()).st_size:
                _write(made._list, _line(COLUMNS))
                sync_folder(place)
        return made

    def put(self, path: str, label: str | None, probability: float | None) -> None:
        """Copy a picture to the folder of its label, None being none of the model's classes."""
        self._put(path, self._names[label], label or "", "" if probability is None else f"{probability:.6g}")

    def put_unreadable(self, path: str) -> None:
        """Copy what could not be read as a picture to a folder of its own, as far as there is a file."""
        self._put(path, UNREADABLE, "", "")

    def holds(self, path: str) -> bool:
        """Whether a path lies in the folder itself: a copy is not sorted again."""
        return os.path.abspath(path).startswith(os.path.join(os.path.abspath(self.folder), ""))

    def close(self) -> None:
        """Make the list outlast a power cut."""
        if self._list is not None:
            with write_faults(self.folder / LISTED):
                os.fsync(self._list.fileno())
            self._list.close()
        self._list = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _put(self, path: str, into: str, label: str, probability: str) -> None:
        whole = os.path.abspath(path)
        try:
            digest = digest_of(whole)
        except OSError:
            self.lost.append(path)
            return
        row = self.rows.get(whole)
        if row is None or row.sha256 != digest or row.copy.partition("/")[0] != into:
            name = self._free(into, os.path.basename(whole))
            row = SortedRow(whole, f"{into}/{name}", digest, label, probability, self.model)
            assert self._list is not None
            with write_faults(self.folder / LISTED):
                _write(self._list, _line(astuple(row)))
            self.rows[whole] = row
        target = self.folder / row.copy
        if not os.path.lexists(target):
            self._copy(whole, target, digest)
        self.counts[into] += 1

    def _free(self, into: str, name: str) -> str:
        """Return a name that nothing has in a folder, also where names differ in nothing but case."""
        stem, ending = os.path.splitext(STRANGE.sub("-", name))
        number, made = 1, f"{stem}{ending}"
        while f"{into}/{made}".casefold() in self._taken or os.path.lexists(self.folder / into / made):
            number += 1
            made = f"{stem}-{number}{ending}"
        self._taken.add(f"{into}/{made}".casefold())
        return made

    def _copy(self, path: str, target: Path, digest: str) -> None:
        """Copy a file, complete or not at all. Raises InputError where its content is another by now."""
        temporary = target.parent / f"{TEMPORARY}{os.getpid()}-{os.urandom(4).hex()}"
        with write_faults(target):
            make_folders(target.parent)
            with undone(lambda: temporary.unlink(missing_ok=True)):
                try:
                    content = hashlib.sha256()
                    with open_plain(path) as source, open(temporary, "xb") as file:
                        while chunk := source.read(CHUNK):
                            content.update(chunk)
                            file.write(chunk)
                        file.flush()
                        os.fsync(file.fileno())
                    if content.hexdigest() != digest:
                        raise InputError("file.changed", where=path)
                    _name_once(temporary, target)
                finally:
                    with contextlib.suppress(OSError):
                        temporary.unlink()


def folder_names(classes: tuple[str, ...]) -> dict[str | None, str]:
    """Return the name of the folder of each class, and of pictures of none: one that any system takes, and that no
    other has.

    >>> folder_names(("a/b", "A-B", "nul"))
    {None: '_none of these', 'a/b': 'a-b', 'A-B': 'A-B-2', 'nul': 'nul-'}
    """
    made: dict[str | None, str] = {None: NONE}
    taken = {NONE.casefold(), UNREADABLE.casefold(), LISTED.casefold()}
    for name in classes:
        plain = STRANGE.sub("-", name).rstrip(". ").lstrip()[:100] or "-"
        plain = f"-{plain}" if plain.startswith(".") else f"{plain}-" if RESERVED.match(plain) else plain
        number, free = 1, plain
        while free.casefold() in taken:
            number += 1
            free = f"{plain}-{number}"
        taken.add(free.casefold())
        made[name] = free
    return made


def read_sorted(folder: Path) -> tuple[SortedRow, ...] | None:
    """Return the rows of a folder's list, a half-written last one left out; None where it has no list.

    Raises InputError where it is damaged, or names what is not a file within a folder of the folder.
    """
    where = folder / LISTED
    try:
        data = read_plain(where, MOST_BYTES)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise InputError("file.unreadable", reason=system_reason(error), where=str(where)) from None
    try:
        text = data[: data.rfind(b"\n") + 1].decode("utf-8")
        lines = list(csv.reader(io.StringIO(text, newline=""), strict=True))
        if lines and tuple(lines[0]) != COLUMNS:
            raise ValueError(",".join(lines[0]))
        rows = [SortedRow(*(unescape(cell) for cell, _ in zip(line, COLUMNS, strict=True))) for line in lines[1:]]
        if strange := next((row.copy for row in rows if not _is_within(row.copy)), None):
            raise ValueError(strange)
    except (csv.Error, ValueError) as error:
        raise InputError("sort.damaged", where=str(where), got=str(error)) from None
    return tuple(rows)


def undo(folder: str | os.PathLike[str]) -> Undone:
    """Remove the copies that a folder's list names, as far as they are as they were made, then folders that are empty.

    Raises InputError for a folder without a list.
    """
    place = Path(folder)
    rows = read_sorted(place)
    if rows is None:
        raise InputError("sort.none", where=str(place))
    removed, kept = 0, []
    for row in rows:
        target = place / row.copy
        if target.parent.is_symlink() or target.is_symlink():
            kept.append(row.copy)
            continue
        try:
            same = digest_of(target) == row.sha256
        except FileNotFoundError:
            continue
        except OSError:
            same = False
        if not same:
            kept.append(row.copy)
            continue
        with write_faults(target):
            target.unlink()
        removed += 1
    for name in {row.copy.partition("/")[0] for row in rows}:
        with contextlib.suppress(OSError):
            (place / name).rmdir()
    if not kept:
        with write_faults(place / LISTED):
            (place / LISTED).unlink()
        with contextlib.suppress(OSError):  # something else is in it
            place.rmdir()
    return Undone(removed, tuple(kept))


def digest_of(path: str | os.PathLike[str]) -> str:
    """Return the SHA-256 of a plain file. Raises OSError."""
    digest = hashlib.sha256()
    with open_plain(path) as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def _whole_lines(path: Path) -> int:
    """Return how many bytes of a list are whole lines."""
    return read_plain(path, MOST_BYTES).rfind(b"\n") + 1


def _is_within(copy: str) -> bool:
    """Whether a copy's path is a name within a name, and leads nowhere else."""
    parts = copy.split("/")
    return len(parts) == 2 and all(part not in ("", ".", "..") and not STRANGE.search(part) for part in parts)


def _name_once(temporary: Path, target: Path) -> None:
    """Give a file its name, unless something has it: then FileExistsError."""
    try:
        os.link(temporary, target)
    except FileExistsError:
        raise
    except (OSError, NotImplementedError, AttributeError):  # a file system without links
        if os.path.lexists(target):
            raise FileExistsError(17, "exists", str(target)) from None
        os.rename(temporary, target)
    sync_folder(target.parent)


def _line(cells: tuple[str, ...]) -> bytes:
    made = io.StringIO(newline="")
    csv.writer(made, lineterminator="\n").writerow([escape(cell) for cell in cells])
    return made.getvalue().encode()


def _write(file: BinaryIO, line: bytes) -> None:
    rest = memoryview(line)
    while rest:
        rest = rest[file.write(rest) :]
