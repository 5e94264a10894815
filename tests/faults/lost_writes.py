"""A disk as POSIX promises it, no more: what is written outlasts a power cut once the file is synced, a name once its
folder is. Of everything else any part may be there afterwards, in any mixture.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

from tests.faults.shim import Call

SECTOR = 512  # bytes that a disk writes whole
Keeps = Callable[[object], bool]  # asked of each pending change of a file or folder: whether it was done


class File:
    """What is on the disk for good, and the writes and truncations since, in order."""

    def __init__(self, data: bytes = b"") -> None:
        self.data = data
        self.pending: list[tuple[int, bytes | None]] = []  # a place and what is written there; None: cut there

    def sync(self) -> None:
        self.data, self.pending = self.after(lambda _: True, None), []

    def after(self, keeps: Keeps, random: Random | None) -> bytes:
        """Return what a power cut leaves where `keeps` says which of the pending changes were done; with `random`
        those are torn: some sectors are as before, or zeros where nothing was.
        """
        data = bytearray(self.data)
        for at, new in self.pending:
            if not keeps(self):
                continue
            if new is None:
                data[at:] = bytes(max(0, at - len(data)))
                continue
            data.extend(bytes(max(0, at + len(new) - len(data))))
            for begin, end in _sectors(at, len(new)):
                if random is None or random.random() < 0.5:
                    data[begin:end] = new[begin - at : end - at]
        return bytes(data)


class Folder:
    """The names that are there now, those that are there for good, and the changes since, in order."""

    def __init__(self) -> None:
        self.now: dict[str, File | Folder] = {}
        self.kept: dict[str, File | Folder] = {}
        self.pending: list[tuple[str, File | Folder | None]] = []

    def put(self, name: str, what: File | Folder | None) -> None:
        if what is None:
            self.now.pop(name, None)
        else:
            self.now[name] = what
        self.pending.append((name, what))

    def sync(self) -> None:
        self.kept, self.pending = self.after(lambda _: True), []

    def after(self, keeps: Keeps) -> dict[str, File | Folder]:
        names = dict(self.kept)
        for name, what in self.pending:
            if keeps(self):
                if what is None:
                    names.pop(name, None)
                else:
                    names[name] = what
        return names


class Disk:
    """The folder at `root`, synced as it is now, and what calls change of it from then on."""

    def __init__(self, root: Path) -> None:
        self._root, self._top = root, _read(root)

    def do(self, call: Call) -> None:
        """Take in a call that was made. One of a file that has no name any more changes nothing."""
        parent, name = self._place(call.path)
        if parent is None:
            return
        found = parent.now.get(name) if name else parent
        if call.kind == "c":
            if not isinstance(found, File):
                parent.put(name, File())
            elif call.value == 2:
                found.pending.append((0, None))
        elif call.kind in "wt" and isinstance(found, File):
            found.pending.append((call.value, call.data if call.kind == "w" else None))
        elif call.kind == "f" and found is not None:
            found.sync()
        elif call.kind == "m":
            parent.put(name, Folder())
        elif call.kind in "ud":
            parent.put(name, None)
        elif call.kind in "rl" and found is not None:
            target, new = self._place(call.other)
            assert target is not None
            target.put(new, found)
            if call.kind == "r":
                parent.put(name, None)

    def cut(self, random: Random, share: float, torn: bool) -> dict[str, bytes | None]:
        """Return what a power cut may leave, by path from the root, None for folders: of the pending changes about so
        many are done, the written ones torn where it says so.
        """
        return dict(_left("", self._top, lambda _: random.random() < share, random if torn else None))

    def _place(self, path: str) -> tuple[Folder | None, str]:
        """Return the folder that a path is in, and its name there; the root itself has none."""
        parts = Path(path).relative_to(self._root).parts
        folder: Folder | File | None = self._top
        for part in parts[:-1]:
            folder = folder.now.get(part) if isinstance(folder, Folder) else None
        return (folder if isinstance(folder, Folder) else None), parts[-1] if parts else ""


def lay_out(left: dict[str, bytes | None], root: Path) -> None:
    """Make at `root` what a power cut left."""
    root.mkdir()
    for path, data in left.items():
        if data is None:
            os.mkdir(root / path)
        else:
            with open(root / path, "wb", buffering=0) as file:
                file.write(data)


def _read(place: Path) -> Folder:
    folder = Folder()
    for path in place.iterdir():
        folder.now[path.name] = _read(path) if path.is_dir() else File(path.read_bytes())
    folder.kept = dict(folder.now)
    return folder


def _left(path: str, folder: Folder, keeps: Keeps, random: Random | None) -> Iterator[tuple[str, bytes | None]]:
    for name, what in sorted(folder.after(keeps).items(), key=lambda item: item[0]):
        if isinstance(what, File):
            yield path + name, what.after(keeps, random)
        else:
            yield path + name, None
            yield from _left(f"{path}{name}/", what, keeps, random)


def _sectors(at: int, length: int) -> Iterator[tuple[int, int]]:
    while length:
        end = min(at + length, (at // SECTOR + 1) * SECTOR)
        yield at, end
        at, length = end, length - (end - at)
