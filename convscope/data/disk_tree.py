"""The folders of a source on disk. Links that lead out of it are left out, unless a whole class or split is one."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass, field
from pathlib import Path

from ..errors import InputError, phrase, system_reason
from ..pictures.search import begins_as_picture
from .listing import FolderFiles, LeftOut
from .tree import Contents, Folder, Source, is_hidden, is_picture_name, suffix, why_not

SYSTEM_ROOTS = ("/proc", "/sys", "/dev")  # what looks like files there is the system itself, without end
IN_MEMORY = "/dev/shm"  # but for this folder: plain files, which somebody put there
MOST_FILES = 5_000_000  # in one source: whoever points at a whole disk is told so


def folder_source(root: str | os.PathLike[str]) -> Source:
    """Return the folder at `root` as a source of pictures. Raises InputError where it cannot be listed."""
    disk = _Disk(os.fspath(root), os.path.realpath(root))
    source = Source(
        os.path.basename(disk.real), FolderFiles(Path(root)), Folder("", disk.real, disk.contents_of), disk.passed
    )
    source.root.contents  # noqa: B018 - what cannot be listed is refused here, not later
    return source


@dataclass(eq=False)
class _Disk:
    """A folder on disk while it is listed: its path as given and without links, what was passed over, where the folders
    lead that are links, how many files there were.
    """

    place: str
    real: str
    passed: list[LeftOut] = field(default_factory=list)
    links: dict[str, str] = field(default_factory=dict)
    seen: int = 0

    def contents_of(self, folder: Folder) -> Contents:
        """List a folder. Raises InputError where that is not allowed."""
        place = os.path.join(self.place, folder.path) if folder.path else self.place
        prefix = f"{folder.path}/" if folder.path else ""
        folders: dict[str, Folder] = {}
        files: dict[str, list[str]] = {"picture": [], "other": []}
        try:
            with os.scandir(place) as entries:
                for entry in entries:
                    path = prefix + entry.name
                    link = entry.is_symlink()
                    kind = self._kind_of_link(entry, path) if link else self._kind(entry, path)
                    if kind == "folder":
                        real = self.links[path] if link else os.path.join(folder.real, entry.name)
                        if _is_the_systems(real):
                            self._pass(path, "passed.system")
                        else:
                            folders[entry.name] = Folder(path, real, self.contents_of, link)
                    elif kind:
                        files[kind].append(path)
        except OSError as error:
            raise InputError("file.unreadable", reason=system_reason(error), where=place) from None
        self.seen += len(folders) + len(files["picture"]) + len(files["other"])
        if self.seen > MOST_FILES:
            expected = phrase("value.most", n=f"{MOST_FILES:,}")
            raise InputError("source.large", where=self.place, expected=expected, hint=phrase("source.large.try"))
        return Contents(dict(sorted(folders.items())), tuple(sorted(files["picture"])), tuple(sorted(files["other"])))

    def _kind(self, entry: os.DirEntry[str], path: str) -> str:
        """Return what an entry that is no link is: a "folder", a "picture", an "other" file, "" for what takes no
        part.
        """
        name = entry.name
        folder = entry.is_dir(follow_symlinks=False)
        if is_hidden(name):
            return self._pass(path, "passed.hidden") if folder or is_picture_name(name) else ""
        if folder:
            return "folder"
        if is_picture_name(name) or (not suffix(name) and begins_as_picture(entry.path)):
            return "picture" if entry.is_file(follow_symlinks=False) else self._pass(path, "file.other")
        return self._other(path)

    def _kind_of_link(self, entry: os.DirEntry[str], path: str) -> str:
        """Return what a link leads to, as `_kind` does; links to folders are noted."""
        picture = is_picture_name(entry.name)
        if is_hidden(entry.name):
            return self._pass(path, "passed.hidden") if picture else ""
        real, here = os.path.realpath(entry.path), os.path.realpath(os.path.dirname(entry.path))
        try:
            mode = os.stat(entry.path).st_mode
        except OSError as error:
            if picture:
                self.passed.append(LeftOut(path, phrase("file.unreadable", reason=system_reason(error))))
            return ""
        if stat.S_ISDIR(mode):
            if _within(here, real):
                return self._pass(path, "passed.loop")
            self.links[path] = real
            return "folder"
        if not picture:
            return self._other(path)
        if not stat.S_ISREG(mode):
            return self._pass(path, "file.other")
        bases = [self.real, *(leads_to for link, leads_to in self.links.items() if path.startswith(f"{link}/"))]
        return "picture" if any(_within(real, base) for base in bases) else self._pass(path, "passed.outside")

    def _other(self, path: str) -> str:
        if left_out := why_not(path):
            self.passed.append(left_out)
        return "other"

    def _pass(self, path: str, key: str) -> str:
        self.passed.append(LeftOut(path, phrase(key)))
        return ""


def _is_the_systems(path: str) -> bool:
    return any(_within(path, root) for root in SYSTEM_ROOTS) and not _within(path, IN_MEMORY)


def _within(path: str, folder: str) -> bool:
    """Tell whether a path without links is that of `folder` or of something in it."""
    return path == folder or path.startswith(folder if folder.endswith(os.sep) else folder + os.sep)
