"""The directory at a .zip archive's end: read by zipfile, bounded before; what it says of its members is checked."""

from __future__ import annotations

import os
import struct
import zipfile
from pathlib import Path

from ..errors import InputError, phrase

MOST_DIRECTORY = 128 << 20  # bytes of an archive's directory: a million members


def read_directory(path: Path, where: str) -> list[zipfile.ZipInfo]:
    """Return an archive's members. Raises InputError for what is no archive, too large a directory and members that lie
    in each other; OSError if the file cannot be read.
    """
    try:
        with path.open("rb") as file:
            check_directory(file.fileno(), where)
            size = os.fstat(file.fileno()).st_size
            with zipfile.ZipFile(file) as archive:
                members = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, struct.error) as error:
        raise InputError("archive.damaged", reason=str(error), where=where, hint=phrase("archive.try")) from None
    taken = sum(member.compress_size for member in members)
    if taken > size:
        got, most = (phrase("value.bytes", n=f"{n:,}") for n in (taken, size))
        raise InputError("archive.overlap", where=where, got=got, expected=phrase("value.most", n=most))
    return members


def check_directory(file: int, where: str) -> None:
    """Raise InputError where an archive's directory is larger than MOST_DIRECTORY, by the record at its end. `file` is
    the number of an open file, which is left at its beginning.
    """
    size = os.fstat(file).st_size
    start = max(0, size - (1 << 16) - 22)
    os.lseek(file, start, os.SEEK_SET)
    tail = os.read(file, size - start)
    end = tail.rfind(b"PK\5\6")
    directory = struct.unpack_from("<I", tail, end + 12)[0] if 0 <= end <= len(tail) - 22 else 0
    locator = tail.rfind(b"PK\6\7", 0, max(end, 0))
    if directory == 0xFFFFFFFF and 0 <= locator <= len(tail) - 20:  # Zip64: the size stands in a record of its own
        os.lseek(file, struct.unpack_from("<Q", tail, locator + 8)[0] & (1 << 62) - 1, os.SEEK_SET)
        record = os.read(file, 56)
        directory = struct.unpack_from("<Q", record, 40)[0] if len(record) == 56 else 0
    os.lseek(file, 0, os.SEEK_SET)
    if directory > MOST_DIRECTORY:
        got, most = (phrase("value.bytes", n=f"{n:,}") for n in (directory, MOST_DIRECTORY))
        raise InputError("archive.large", where=where, got=got, expected=phrase("value.most", n=most))
