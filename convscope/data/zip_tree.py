"""The folders of a .zip archive: its members are read where they are, nothing is unpacked to disk.

The directory at the archive's end is read by zipfile, bounded before; a member's bytes by its place there, so that any
number of threads may read at once.
"""

from __future__ import annotations

import os
import stat
import struct
import zipfile
import zlib
from dataclasses import dataclass, field
from pathlib import Path

from ..errors import InputError, Phrase, phrase, system_reason
from ..pictures.formats import format_of
from .growth import check_growth, grows_too_far
from .listing import LeftOut
from .tree import Contents, Folder, Source, is_hidden, is_picture_name, suffix, why_not
from .zip_directory import read_directory

MOST_BYTES = 512 << 20  # of one member
LONGEST_PATH, DEEPEST = 4096, 100  # characters and folders of a path: no system unpacks more
LONGEST_SHOWN = 400  # characters of such a path
STORED, DEFLATED = 0, 8
UTF_8, ENCRYPTED = 0x800, 0x1  # flags


def zip_source(path: Path) -> Source:
    """Return the archive at `path` as a source of pictures.

    Left out are members that are encrypted, links, of paths that lead out of the archive, of a compression other than
    deflate, or that would grow beyond bounds. Raises InputError for what is no archive or too large a one, where those
    that are left grow too far together or lie in each other, and where every picture is encrypted.
    """
    where = str(path)
    try:
        members = read_directory(path, where)
    except OSError as error:
        raise InputError("file.unreadable", reason=system_reason(error), where=where) from None
    files, tree = ZipFiles(where), _Tree()
    for member in members:
        if _is_too_deep(name := _name(member)):
            tree.passed.append(LeftOut(name[:LONGEST_SHOWN], phrase("archive.deep", n=LONGEST_PATH, depth=DEEPEST)))
        elif not name:
            tree.passed.append(LeftOut("", phrase("archive.unnamed")))
        elif name.endswith("/"):  # not is_dir(), which an empty name ends
            tree.add_folder(name.rstrip("/"))
        else:
            tree.add_file(files, member)
    check_growth(path.stat().st_size, sum(member.file_size for member in files.members.values()), where)
    if not files.members and any(one.reason.key == "archive.encrypted" for one in tree.passed):
        raise InputError("archive.encrypted", where=where, hint=phrase("archive.try"))
    return Source(path.stem, files, Folder("", "", tree.contents_of), tree.passed)


@dataclass(eq=False)
class ZipFiles:
    """The files of an archive, by path."""

    where: str
    members: dict[str, zipfile.ZipInfo] = field(default_factory=dict)

    def read(self, path: str) -> bytes:
        """Return a member's bytes, checked by their CRC. Raises InputError where it is damaged."""
        member = self.members[path]
        try:
            with open(self.where, "rb") as file:
                file.seek(member.header_offset)
                header = file.read(30)
                signature, name, extra = struct.unpack("<4s22x2H", header)
                file.seek(name + extra, os.SEEK_CUR)
                data = file.read(member.compress_size)
            if signature != b"PK\3\4":
                raise InputError("archive.member", reason=phrase("archive.member.header"), where=path)
            if member.compress_type == DEFLATED:
                data = zlib.decompressobj(-zlib.MAX_WBITS).decompress(data, member.file_size + 1)
        except OSError as error:
            raise InputError("file.unreadable", reason=system_reason(error), where=path) from None
        except (zlib.error, struct.error) as error:
            raise InputError("archive.member", reason=str(error), where=path) from None
        if len(data) != member.file_size or zlib.crc32(data) != member.CRC:
            raise InputError("archive.member", reason=phrase("archive.member.sum"), where=path)
        return data

    def size(self, path: str) -> int:
        return self.members[path].file_size if path in self.members else 0


@dataclass(eq=False)
class _Tree:
    """What lies in each folder of an archive, by the folder's path, while its members are gone through."""

    folders: dict[str, dict[str, None]] = field(default_factory=lambda: {"": {}})
    pictures: dict[str, dict[str, None]] = field(default_factory=dict)
    others: dict[str, dict[str, None]] = field(default_factory=dict)
    passed: list[LeftOut] = field(default_factory=list)
    hidden: set[str] = field(default_factory=set)

    def contents_of(self, folder: Folder) -> Contents:
        """List a folder; its place is its path: an archive has no links."""
        prefix = f"{folder.path}/" if folder.path else ""
        names = sorted(self.folders[folder.path])
        folders = {name: Folder(prefix + name, prefix + name, self.contents_of) for name in names}
        pictures, others = (sorted(kind.get(folder.path, ())) for kind in (self.pictures, self.others))
        return Contents(folders, tuple(pictures), tuple(others))

    def add_folder(self, path: str) -> bool:
        """Add a folder and those round it; tell whether it takes part."""
        parts = [part for part in path.split("/") if part not in ("", ".")]
        for depth, part in enumerate(parts):
            here, above = "/".join(parts[: depth + 1]), "/".join(parts[:depth])
            if is_hidden(part):
                if here not in self.hidden:
                    self.hidden.add(here)
                    self.passed.append(LeftOut(here, phrase("passed.hidden")))
                return False
            self.folders[above][part] = None
            self.folders.setdefault(here, {})
        return True

    def add_file(self, files: ZipFiles, member: zipfile.ZipInfo) -> None:
        """Add a member that is no folder, or say why it takes no part."""
        path = _name(member)
        if _leads_out(path):
            self._pass(path, phrase("passed.outside"))
            return
        folder, _, name = path.rpartition("/")
        if not self.add_folder(folder):
            return
        path = "/".join(part for part in path.split("/") if part not in ("", "."))
        folder = path.rpartition("/")[0]
        if is_hidden(name):
            if is_picture_name(name):
                self._pass(path, phrase("passed.hidden"))
            return
        refused = _refused(member)
        if refused is not None and (is_picture_name(name) or not suffix(name)):
            self._pass(path, refused)
        elif refused is None:
            if path in files.members:
                self._pass(path, phrase("archive.twice"))
            files.members[path] = member
            picture = is_picture_name(name) or (not suffix(name) and _begins_as_picture(files, path))
            (self.pictures if picture else self.others).setdefault(folder, {})[path] = None
            if not picture and (left_out := why_not(path)):
                self.passed.append(left_out)

    def _pass(self, path: str, reason: Phrase) -> None:
        self.passed.append(LeftOut(path, reason))


def _refused(member: zipfile.ZipInfo) -> Phrase | None:
    """Return why a member cannot be read, if it cannot."""
    if member.flag_bits & ENCRYPTED:
        return phrase("archive.encrypted")
    if stat.S_ISLNK(member.external_attr >> 16):
        return phrase("archive.link")
    if member.compress_type not in (STORED, DEFLATED):
        return phrase("archive.method", n=member.compress_type)
    if member.file_size > MOST_BYTES or grows_too_far(member.compress_size, member.file_size):
        return phrase("archive.growth", n=f"{member.file_size:,}", packed=f"{member.compress_size:,}")
    return None


def _name(member: zipfile.ZipInfo) -> str:
    """Return a member's path. Names that do not say that they are UTF-8 are taken for it where they can be, then for
    Korean (EUC-KR, as Windows packs it) where all that is not ASCII are its syllables, else for CP437, as the format
    has it.
    """
    name = member.orig_filename
    if not member.flag_bits & UTF_8 and not name.isascii():
        raw = name.encode("cp437", "replace")
        for encoding in ("utf-8", "euc_kr"):
            try:
                decoded = raw.decode(encoding)
            except UnicodeDecodeError:
                continue
            if encoding == "utf-8" or all(c.isascii() or "가" <= c <= "힣" for c in decoded):
                name = decoded
                break
    return name if "/" in name else name.replace("\\", "/")


def _is_too_deep(path: str) -> bool:
    """Tell whether a path is longer, or lies in more folders, than any that was packed: these would fill the memory."""
    return len(path) > LONGEST_PATH or path.count("/") > DEEPEST


def _leads_out(path: str) -> bool:
    """Tell whether a path is not one within the archive."""
    return path.startswith("/") or path[1:2] == ":" or ".." in path.split("/") or "\0" in path


def _begins_as_picture(files: ZipFiles, path: str) -> bool:
    try:
        return format_of(files.read(path)) is not None
    except InputError:
        return False
