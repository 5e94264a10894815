"""Many small PNG files of one size, decoded as one picture: what Pillow costs for each is paid once for all.

A PNG's rows are packed by zlib, each behind a byte that says how it refers to the row above. So the unpacked rows of many
pictures, with a row of zeros between each two, are the rows of one tall picture: written as a PNG that is not packed, it
goes through `images.decode` at once. Only files that hold nothing but such rows are taken (8 bits, the wanted size and
colours, one block of data, no more); every other is left to `images.decode`, which also says what is wrong with it.
"""

from __future__ import annotations

import os
import struct
import threading
import zlib
from functools import lru_cache
from typing import TYPE_CHECKING

from .errors import InputError
from .images import contents, decode

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
    """Return which of the sources are plain PNG files of `shape` (C, H, W), by number, and their pixels, uint8 (n, C, H, W).

    A source is a path or a file's bytes; anything else is passed over. C is 1 or 3. Threads take turns: each file means
    several calls to the system, after every one of which threads at the same work would wait for one another.
    """
    import numpy as np

    mine = _TURN.acquire(timeout=_PATIENCE)
    try:
        found = {i: rows for i, source in enumerate(sources) if (rows := _rows(source, shape))}
        try:
            return list(found), _unfiltered(list(found.values()), shape)
        except InputError:  # one of them is damaged in a way that only unfiltering shows
            return [], np.empty((0, *shape), np.uint8)
    finally:
        if mine:
            _TURN.release()


def _rows(source: object, shape: tuple[int, int, int]) -> bytes | None:
    """Return a file's rows as they are before unfiltering; None if it is no plain PNG file of this shape."""
    if not isinstance(source, (str, bytes, os.PathLike)):
        return None
    try:
        data = source if isinstance(source, bytes) else contents(source)
    except InputError:
        return None
    if not data.startswith(_head(shape)) or data[37:41] != b"IDAT":
        return None
    end = 41 + int.from_bytes(data[33:37], "big")
    if data[end + 4 : end + 16] != _END:
        return None
    channels, height, width = shape
    size, inflater = height * (1 + width * channels), zlib.decompressobj()
    try:
        rows = inflater.decompress(data[41:end], size + 1)  # one more than wanted, never what a bomb holds
    except zlib.error:
        return None
    return rows if inflater.eof and len(rows) == size else None


def _unfiltered(pictures: list[bytes], shape: tuple[int, int, int]) -> Pixels:
    """Return the pixels (n, C, H, W) of pictures' rows. Raises InputError if a row refers to others in an unknown way."""
    import numpy as np

    channels, height, width = shape
    full = np.empty((len(pictures), channels, height, width), np.uint8)
    if pictures:
        gap = bytes(1 + width * channels)
        rows = gap.join([*pictures, b""])  # a gap behind the last one as well, so that all are of one height
        tall = _head((channels, len(pictures) * (height + 1), width))
        sheet = decode(tall + _chunk(b"IDAT", zlib.compress(rows, 0)) + _END, channels=channels)
        full[:] = sheet.reshape(channels, -1, height + 1, width)[:, :, :height].swapaxes(0, 1)
    return full


@lru_cache(16)
def _head(shape: tuple[int, int, int]) -> bytes:
    """Return how a PNG file of this shape begins: 8 bits, not interlaced."""
    channels, height, width = shape
    colours = _GREY if channels == 1 else _RGB
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, colours, 0, 0, 0))
