"""Many small PNG files of one size, decoded as one picture: what Pillow costs for each is paid once for all.

A PNG's rows are packed by zlib, each behind a byte that says how it refers to the row above. So the unpacked rows of
many pictures, with a row of zeros between each two, are the rows of one tall picture: written as a PNG that is not
packed, it goes through `decoding.decode` at once. Only files that hold nothing but such rows are taken (8 bits, the
wanted size, grey or RGB, one block of data, no more); every other is left to `decoding.decode`, which also says what is
wrong with it.
"""

from __future__ import annotations

import os
import struct
import threading
import zlib
from functools import lru_cache
from typing import TYPE_CHECKING

from ..errors import InputError
from .decoding import decode, read_file

if TYPE_CHECKING:
    from collections.abc import Iterable

    import numpy as np
    from numpy.typing import NDArray

    Pixels = NDArray[np.uint8]

_GREY, _RGB = 0, 2  # colour types, PNG specification (third edition), 11.2.1
_TURN = threading.Lock()
_PATIENCE = 0.02  # seconds; a turn takes a few milliseconds, unless the files come from a slow disk


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(data, zlib.crc32(name)))


_END = _chunk(b"IEND", b"")


def together(sources: Iterable[object], shape: tuple[int, int, int]) -> tuple[list[int], Pixels]:
    """Return which of the sources are plain PNG files of (H, W), by number, and their pixels, uint8 (n, C, H, W);
    `shape` is (C, H, W).

    A source is a path or a file's bytes; anything else is passed over. C is 1 or 3, whatever the files have. Threads
    take turns: each file means several calls to the system, after every one of which threads at the same work would
    wait for one another.
    """
    import numpy as np

    mine = _TURN.acquire(timeout=_PATIENCE)
    try:
        found = {i: read for i, source in enumerate(sources) if (read := _rows(source, shape[1:]))}
        pixels = np.empty((len(found), *shape), np.uint8)
        try:
            for stored in (1, 3):  # channels
                places = [place for place, (channels, _) in enumerate(found.values()) if channels == stored]
                if places:
                    alike = [rows for channels, rows in found.values() if channels == stored]
                    pixels[places] = _unfiltered(alike, (stored, *shape[1:]), shape[0])
            return list(found), pixels
        except InputError:  # one of them is damaged in a way that only unfiltering shows
            return [], np.empty((0, *shape), np.uint8)
    finally:
        if mine:
            _TURN.release()


def _rows(source: object, size: tuple[int, int]) -> tuple[int, bytes] | None:
    """Return a file's channels, 1 or 3, and its rows as they are before unfiltering; None if it is no plain PNG file of
    size (H, W).
    """
    if not isinstance(source, (str, bytes, os.PathLike)):
        return None
    try:
        data = source if isinstance(source, bytes) else read_file(source)
    except InputError:
        return None
    channels = 3 if data[25:26] == b"\2" else 1  # its colour type
    if not data.startswith(_head((channels, *size))) or data[37:41] != b"IDAT":
        return None
    end = 41 + int.from_bytes(data[33:37], "big")
    if data[end + 4 : end + 16] != _END:
        return None
    wanted, inflater = size[0] * (1 + size[1] * channels), zlib.decompressobj()
    try:
        rows = inflater.decompress(data[41:end], wanted + 1)  # one more than wanted, never what a bomb holds
    except zlib.error:
        return None
    return (channels, rows) if inflater.eof and len(rows) == wanted else None


def _unfiltered(pictures: list[bytes], shape: tuple[int, int, int], channels: int) -> Pixels:
    """Return the pixels of pictures' rows in 1 or 3 channels, uint8 (n, channels, H, W).

    Raises InputError if a row refers to others in an unknown way.
    """
    stored, height, width = shape
    gap = bytes(1 + width * stored)
    rows = gap.join([*pictures, b""])  # a gap behind the last one as well, so that all are of one height
    tall = _head((stored, len(pictures) * (height + 1), width))
    sheet = decode(tall + _chunk(b"IDAT", zlib.compress(rows, 0)) + _END, channels=channels)
    return sheet.reshape(channels, -1, height + 1, width)[:, :, :height].swapaxes(0, 1)


@lru_cache(16)
def _head(shape: tuple[int, int, int]) -> bytes:
    """Return how a PNG file of this shape begins: 8 bits, not interlaced."""
    channels, height, width = shape
    colours = _GREY if channels == 1 else _RGB
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, colours, 0, 0, 0))
