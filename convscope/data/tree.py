"""The folders of a source, on disk or in an archive: what lies in each, in text order, listed when first asked."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property

from ..errors import InputError, phrase
from ..pictures.formats import SUFFIXES
from .listing import Files, LeftOut

# Pictures by name, of formats that are not read: listed as left out, where a text file would go unmentioned.
OTHER_PICTURES = frozenset(
    (".svg", ".jxl", ".exr", ".hdr", ".raw", ".dng", ".cr2", ".cr3", ".nef", ".arw", ".orf", ".rw2")
    + (".eps", ".wmf", ".emf", ".xcf", ".kra", ".icns", ".cur", ".ani", ".fpx", ".mic", ".im", ".fits", ".fit", ".fts")
    + (".pcd", ".pxr", ".gbr", ".ftc", ".ftu", ".iim", ".spider", ".dcm", ".nii", ".pict", ".mng", ".psb", ".djvu")
)
# Folders that systems put beside pictures: previews, what was deleted, metadata.
SYSTEM_FOLDERS = frozenset(
    ("__MACOSX", "@eaDir", "$RECYCLE.BIN", "System Volume Information", "lost+found", "__pycache__")
)


@dataclass(frozen=True, slots=True)
class Contents:
    """What lies in a folder: its folders by name, the paths of pictures (by name or content), names of other files."""

    folders: dict[str, Folder]
    pictures: tuple[str, ...] = ()
    others: tuple[str, ...] = ()


@dataclass(eq=False)
class Folder:
    """A folder at `path` within its source, "" for the source itself; `real` is its place whatever links lead to it.

    Raises InputError where it cannot be listed, when `contents` is first asked.
    """

    path: str
    real: str
    list_contents: Callable[[Folder], Contents]
    link: bool = False

    @property
    def name(self) -> str:
        return self.path.rpartition("/")[2]

    @cached_property
    def contents(self) -> Contents:
        """What lies in it."""
        return self.list_contents(self)

    @property
    def folders(self) -> dict[str, Folder]:
        return self.contents.folders

    def pictures_below(self, passed: list[LeftOut]) -> list[str]:
        """Return the paths of the pictures in it and in the folders within it, in text order.

        Links to folders are not followed: they, and folders that cannot be listed, are added to `passed`.
        """
        found: list[str] = []
        for folder in self.walk(passed):
            found += folder.contents.pictures
        return sorted(found)

    def walk(self, passed: list[LeftOut]) -> Iterator[Folder]:
        """Yield it and the folders within it that can be listed, links to folders left out; those go to `passed`."""
        waiting = [self]
        while waiting:
            folder = waiting.pop()
            try:
                within = folder.folders.values()
            except InputError as error:
                if folder is self:
                    raise
                passed.append(LeftOut(folder.path, error.brief()))
                continue
            yield folder
            for one in within:
                if one.link:
                    passed.append(LeftOut(one.path, phrase("passed.link")))
                else:
                    waiting.append(one)

    def has_pictures(self) -> bool:
        """Tell whether there is a picture in it or in a folder within it."""
        return any(folder.contents.pictures for folder in self.walk([]))


@dataclass(frozen=True, slots=True)
class Source:
    """Pictures that nothing is understood of yet: where their bytes are, how their folders stand, and what was passed
    over while these were listed.
    """

    name: str
    files: Files
    root: Folder
    passed: list[LeftOut]

    @property
    def where(self) -> str:
        return self.files.where


def suffix(name: str) -> str:
    """Return the ending of a file's name in small letters, with its dot; "" if there is none.

    >>> suffix("a/IMG.1.JPG"), suffix("noext"), suffix(".hidden")
    ('.jpg', '', '')
    """
    stem, dot, ending = name.rpartition("/")[2].rpartition(".")
    return f".{ending.lower()}" if stem and dot else ""


def is_hidden(name: str) -> bool:
    """Tell whether a file or folder of this name takes no part: hidden, or a system's own."""
    return name.startswith(".") or name in SYSTEM_FOLDERS


def is_picture_name(name: str) -> bool:
    """Tell whether a file's ending is that of a picture that is read."""
    return suffix(name) in SUFFIXES


def why_not(name: str) -> LeftOut | None:
    """Return why a picture of a format that is not read takes no part; None for other files, which go unmentioned."""
    ending = suffix(name)
    return LeftOut(name, phrase("passed.format", suffix=ending)) if ending in OTHER_PICTURES else None
