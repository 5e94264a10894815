"""What decoding a picture costs, by its header: refused over a bound, and admitted so that all threads keep to it.

Pillow says how large a picture is before it decodes it. What its decoders hold meanwhile differs by format, up to 30
bytes a pixel; the figures here are measured (tests/pictures/test_decoding_cost.py measures them again).
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any

from ..errors import InputError, phrase
from ..machine.memory import memory_limit
from .jpeg_scaling import count_scans, has_more_scans

if TYPE_CHECKING:  # Pillow is imported when a picture is read: asking for help must not wait for it
    from PIL.Image import Image

MAX_PIXELS = 1 << 26
MAX_SLOW_PIXELS = 1 << 24  # of formats that Pillow decodes in Python, a microsecond a pixel
MOST_BYTES = 1 << 30  # of memory for the pictures that are decoded at a time
MOST_SCANNED = 1 << 32  # pixels of a JPEG times its scans, each of which goes over all of them: seconds
UNNOTICED = 1 << 22  # bytes that a thread may always have
SMALL_PIXELS, SMALL_FILE = 1 << 16, 1 << 18  # a picture and its file that cost no more, whatever the format

CONVERTED = 12  # bytes a pixel: Pillow's own 4, those of the picture made of it, and of that one turned upright
WHOLE = 12  # more where it keeps its size, and becomes an array
# What decoders hold beside the picture, bytes a pixel. WebP: two canvases, the frame and the bytes that Pillow makes of
# it; AVIF and HEIF: planes of up to 16 bits, the same in RGBA, its bytes; JPEG 2000: two planes of 4 bytes a channel;
# TIFF: one strip, which may be the whole picture, of up to 16 bits a channel; the others: all bytes, twice.
HELD = {
    "WEBP": 20,
    "AVIF": 24,
    "HEIF": 24,
    "JPEG2000": 32,
    "TIFF": 8,
    "ICO": 16,
    "QOI": 8,
    "DDS": 8,
    "BLP": 16,
    "XPM": 8,
    "PPM": 12,
    "MSP": 8,
    "SGI": 8,
    "BMP": 8,
}
PROGRESSIVE = 2  # bytes a channel of each pixel that a JPEG of several scans holds until the last of them


def is_small(stored: tuple[int, int], data: bytes, max_pixels: int) -> bool:
    """Tell whether a picture of `stored` (width, height) and its file are so small that no bound is near: most are."""
    pixels = stored[0] * stored[1]
    return pixels <= SMALL_PIXELS and pixels <= max_pixels and len(data) <= SMALL_FILE


def check_cost(
    picture: Image, stored: tuple[int, int], data: bytes, where: str, max_pixels: int, *, whole: bool = False
) -> int:
    """Return how many bytes decoding an opened picture takes at most, 0 for what a thread may always have.

    `stored` is its (width, height) by the header of `data`, its file; a JPEG that is prepared to be decoded smaller is
    itself smaller. `whole` if it keeps its size. Raises InputError over a bound: `max_pixels`, MAX_SLOW_PIXELS where
    the decoder is written in Python, MOST_BYTES, and MOST_SCANNED of a JPEG.
    """
    read = stored[0] * stored[1]
    from PIL.Image import DECODERS

    pixels = picture.width * picture.height
    tiles: list[Any] = getattr(picture, "tile", [])
    slow = any(tile[0] in DECODERS for tile in tiles[:1])
    limit = min(max_pixels, MAX_SLOW_PIXELS) if slow else max_pixels
    if pixels > limit or read > 4 * limit:
        raise _too_large(stored, where, limit)
    held = HELD.get(picture.format or "", 0) * pixels
    if picture.format in ("JPEG", "MPO") and has_more_scans(picture, data):
        held = PROGRESSIVE * len(picture.getbands()) * read
        if (scans := count_scans(data)) * read > MOST_SCANNED:
            got = phrase("picture.scans.got", n=f"{scans:,}", rows=stored[1], columns=stored[0])
            most = phrase("value.most", n=f"{MOST_SCANNED // read:,}")
            raise InputError("picture.scans", where=where, got=got, expected=most)
    needed = check_bytes(held + (CONVERTED + whole * WHOLE) * pixels, stored, where)
    return needed if needed > UNNOTICED else 0


def check_bytes(needed: int, stored: tuple[int, int], where: str) -> int:
    """Return how many bytes decoding takes. Raises InputError where these are more than all threads may have."""
    if needed > (most := most_bytes()):
        got = phrase("picture.memory.got", n=f"{needed:,}", rows=stored[1], columns=stored[0])
        expected = phrase("value.most", n=phrase("value.bytes", n=f"{most:,}"))
        raise InputError("picture.memory", where=where, got=got, expected=expected, hint=phrase("picture.large.try"))
    return needed


def check_stored(stored: tuple[int, int], held: int, where: str, max_pixels: int) -> None:
    """Raise InputError as check_cost does for a picture of `stored` (width, height) whose decoder holds `held` bytes a
    pixel: for formats whose readers decode it before they say its size.
    """
    pixels = stored[0] * stored[1]
    if pixels > max_pixels:
        raise _too_large(stored, where, max_pixels)
    check_bytes((held + CONVERTED) * pixels, stored, where)


@cache
def most_bytes() -> int:
    """Return how many bytes all pictures that are being decoded may take: MOST_BYTES, or half of a smaller memory."""
    limit = memory_limit()
    return MOST_BYTES if limit is None else min(MOST_BYTES, limit // 2)


class _Room:
    """The memory for pictures that are being decoded, of which each takes what it needs."""

    def __init__(self) -> None:
        self._taken, self._changed = 0, threading.Condition()

    def take(self, needed: int) -> None:
        with self._changed:
            self._changed.wait_for(lambda: self._taken + needed <= most_bytes() or not self._taken)
            self._taken += needed

    def give(self, needed: int) -> None:
        with self._changed:
            self._taken -= needed
            self._changed.notify_all()


_ROOM = _Room()


@contextmanager
def room_for(needed: int) -> Iterator[None]:
    """Wait until there are so many bytes for one more picture, and have them for a while."""
    _ROOM.take(needed)
    try:
        yield
    finally:
        _ROOM.give(needed)


def _too_large(stored: tuple[int, int], where: str, limit: int) -> InputError:
    return InputError(
        "picture.large",
        where=where,
        got=phrase("picture.large.got", rows=stored[0], columns=stored[1]),
        expected=phrase("value.most.pixels", n=limit),
        hint=phrase("picture.large.try"),
    )
