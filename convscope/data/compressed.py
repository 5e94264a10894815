"""Read a file that may be compressed with gzip or xz, believing nothing: bounded memory, every truncation noticed."""

from __future__ import annotations

import lzma
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO, Protocol

from ..errors import InputError

CHUNK = 1 << 20
# No stream of these formats can grow more than this: deflate's limit is 1032 times, LZMA's about 7,000 times.
MOST_GROWTH = {".gz": 1032, ".xz": 10_000}


class _Decompressor(Protocol):
    @property
    def eof(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def more(self, data: bytes, limit: int) -> bytes: ...


class _Gzip:
    """zlib's decompressor of one gzip member, with lzma's way of keeping the input that is still to be read."""

    def __init__(self) -> None:
        self._inner = zlib.decompressobj(wbits=31)  # 16 + 15: a gzip header, its CRC-32 and length are checked

    @property
    def eof(self) -> bool:
        return self._inner.eof

    @property
    def unused_data(self) -> bytes:
        return self._inner.unused_data

    def more(self, data: bytes, limit: int) -> bytes:
        return self._inner.decompress(self._inner.unconsumed_tail + data, limit)


class _Xz:
    """lzma's decompressor of one .xz stream, checks included."""

    def __init__(self) -> None:
        self._inner = lzma.LZMADecompressor(format=lzma.FORMAT_XZ, memlimit=256 << 20)

    @property
    def eof(self) -> bool:
        return self._inner.eof

    @property
    def unused_data(self) -> bytes:
        return self._inner.unused_data

    def more(self, data: bytes, limit: int) -> bytes:
        return self._inner.decompress(data, limit)


_KINDS: dict[str, Callable[[], _Decompressor]] = {".gz": _Gzip, ".xz": _Xz}


def most_bytes(path: Path) -> int:
    """Return how many bytes the file can hold at most once uncompressed, from its size on disk."""
    return path.stat().st_size * MOST_GROWTH.get(path.suffix, 1)


def chunks(path: Path) -> Iterator[bytes]:
    """Yield the uncompressed bytes of `path` (.gz, .xz, otherwise plain), at most 1 MiB at a time.

    Raises InputError for a damaged or truncated file and for bytes after its
    compressed data; OSError if it cannot be read.
    """
    with path.open("rb") as file:
        kind = _KINDS.get(path.suffix)
        if kind is None:
            while data := file.read(CHUNK):
                yield data
            return
        try:
            yield from _members(file, kind)
        except (zlib.error, lzma.LZMAError) as error:
            reason = str(error).removeprefix("Error -3 while decompressing data: ")
            raise InputError(
                f"the compressed data is damaged ({reason})", where=str(path), hint="fetch the file again"
            ) from None
        except EOFError:
            raise InputError(
                "the compressed data ends too early", where=str(path), hint="fetch the file again"
            ) from None


def _members(file: BinaryIO, kind: Callable[[], _Decompressor]) -> Iterator[bytes]:
    """Yield the bytes of every member (gzip) or stream (xz) one after the other, as gzip and xz themselves do."""
    data = file.read(CHUNK)
    while data:
        decompressor = kind()
        while not decompressor.eof:
            out = decompressor.more(data, CHUNK)
            if out:
                yield out
                data = b""  # there may be more to come from what it has been given
            elif not decompressor.eof:
                data = file.read(CHUNK)
                if not data:
                    raise EOFError
        data = decompressor.unused_data or file.read(CHUNK)
        while data and not data.strip(b"\0"):  # padding with zeros is allowed between and after
            data = file.read(CHUNK)
        data = data.lstrip(b"\0")
