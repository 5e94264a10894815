"""Open a file that may be compressed with gzip or xz: damage and truncation are errors in words."""

from __future__ import annotations

import gzip
import lzma
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from ..errors import InputError, phrase

# No stream of these formats can grow more than this: deflate's limit is 1032 times, LZMA's about 7,000 times.
MOST_GROWTH = {".gz": 1032, ".xz": 10_000}


class Readable(Protocol):
    """What gives its next bytes when asked, at most `size`, and none at its end."""

    def read(self, size: int, /) -> bytes: ...


def most_bytes(path: Path) -> int:
    """Return how many bytes the file can hold at most once decompressed, from its size on disk."""
    return path.stat().st_size * MOST_GROWTH.get(path.suffix, 1)


@contextmanager
def open_decompressed(path: Path) -> Iterator[Readable]:
    """Open `path` (.gz, .xz, otherwise plain) for reading its decompressed bytes.

    Memory is what the reader asks for and a buffer. A checksum is checked when the end is reached: read until there is
    no more. Raises InputError for damaged or truncated data, while reading too; OSError if the file cannot be read.
    """
    try:
        with path.open("rb") as file:
            if path.suffix == ".gz":
                with gzip.GzipFile(fileobj=file) as unpacked:
                    yield unpacked
            elif path.suffix == ".xz":
                with lzma.LZMAFile(file) as unpacked:
                    yield unpacked
            else:
                yield file
    except (zlib.error, lzma.LZMAError, gzip.BadGzipFile) as error:
        reason = str(error).removeprefix("Error -3 while decompressing data: ")
        raise InputError("compressed.damaged", reason=reason, where=str(path), hint=phrase("compressed.try")) from None
    except EOFError:
        raise InputError("compressed.cut", where=str(path), hint=phrase("compressed.try")) from None
