"""Small pictures of at most 256 colours as PNG within HTML (W3C, Portable Network Graphics, sections 5 and 11)."""

from __future__ import annotations

import base64
import struct
import zlib
from collections.abc import Sequence

Colour = tuple[int, int, int]


def png(pixels: bytes, width: int, colours: Sequence[Colour]) -> bytes:
    """Return `pixels`, row by row the numbers of `colours`, as a PNG of that width. Colour 0 is transparent."""
    rows = (pixels[at : at + width] for at in range(0, len(pixels), width))
    header = struct.pack(">IIBBBBB", width, len(pixels) // width, 8, 3, 0, 0, 0)  # 8 bits, numbers of a palette
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        (
            _chunk(b"IHDR", header),
            _chunk(b"PLTE", bytes(channel for colour in colours for channel in colour)),
            _chunk(b"tRNS", b"\x00"),
            _chunk(b"IDAT", zlib.compress(b"".join(b"\x00" + row for row in rows), 9)),
            _chunk(b"IEND", b""),
        )
    )


def data_uri(data: bytes) -> str:
    """Return a PNG as the address of an image."""
    return "data:image/png;base64," + base64.b64encode(data).decode()


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
