"""What a picture's file may ask of its reader before its size is known: parts of a header, values of a tag, pictures
within. Pillow's readers go through a header in Python, and some decode a picture to learn its size.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator

from ..errors import InputError, phrase
from .decoding_cost import HELD, check_stored

COUNTED = 1 << 16  # bytes of a file from which reads are counted: a smaller one can't ask for many
MOST_READS = 100_000  # of a header
MOST_READS_A_PIXEL = 8  # while it is decoded: QOI's and run-length readers in Python take a byte or two at a time
MOST_FRAME_READS = 1_000_000  # while frames are counted
MOST_DIRECTORY_READS = 10_000  # while a TIFF's directories are counted: Pillow compares each with all before it
MOST_VALUES = 1_000_000  # of a TIFF's tag: strips or tiles of one picture
TAG_SIZES = {3: 2, 4: 4, 16: 8}  # TIFF's types of whole numbers, and their bytes


class CountedFile(io.BytesIO):
    """A file in memory that may be read from so many times. Raises SyntaxError, as Pillow does, at the next."""

    left: int | None = MOST_READS

    def read(self, size: int | None = -1, /) -> bytes:
        self._count("parts")
        return super().read(size)

    def readline(self, size: int | None = -1, /) -> bytes:
        self._count("lines")
        return super().readline(size)

    def _count(self, what: str) -> None:
        if self.left is not None:
            self.left -= 1
            if self.left < 0:
                raise SyntaxError(f"more {what} than any picture has")


def allow_reads(file: object, reads: int | None) -> None:
    """Let a file be read from so many times from now on; None: as often as anybody likes."""
    if isinstance(file, CountedFile):
        file.left = reads


def spent(file: object) -> bool:
    """Tell whether a file was read from more often than it was allowed."""
    return isinstance(file, CountedFile) and file.left is not None and file.left < 0


def check_before_opening(kind: str, data: bytes, where: str, max_pixels: int) -> None:
    """Raise InputError for a file whose reader would do too much before it says how large the picture is."""
    if kind == "ICO":
        for stored in _icons(data):
            check_stored(stored, HELD["ICO"], where, max_pixels)
    elif kind == "BLP" and (jpeg := data.find(b"\xff\xd8\xff", 0, 1 << 16)) >= 0 and data[4:8] == bytes(4):
        from PIL.JpegImagePlugin import JpegImageFile

        check_stored(JpegImageFile(CountedFile(data[jpeg:]), "").size, HELD["BLP"], where, max_pixels)
    elif kind == "TIFF" and len(data) > MOST_VALUES and (n := max(_values(data), default=0)) > MOST_VALUES:
        got, most = phrase("picture.parts.got", n=f"{n:,}"), phrase("value.most", n=f"{MOST_VALUES:,}")
        raise InputError("picture.parts", where=where, got=got, expected=most)


def _icons(data: bytes) -> Iterator[tuple[int, int]]:
    """Yield the (width, height) of each picture in an icon's file, as far as they are said."""
    count = int.from_bytes(data[4:6], "little")
    for place in range(6, 6 + 16 * count, 16):
        at = int.from_bytes(data[place + 12 : place + 16], "little")
        head = data[at : at + 24]
        if head.startswith(b"\x89PNG") and len(head) == 24:
            yield struct.unpack(">II", head[16:])
        elif len(head) >= 12:  # a bitmap: the picture and its mask one above the other
            wide = struct.unpack_from("<ii" if head[0] >= 16 else "<HH", head, 4)
            yield abs(wide[0]), abs(wide[1]) // 2


def _values(data: bytes) -> Iterator[int]:
    """Yield how many whole numbers each tag of a TIFF's first directory has."""
    order = "<" if data[:2] == b"II" else ">"
    big = 43 in data[2:4]
    head, count, tag = (
        (f"{order}8xQ", f"{order}Q", f"{order}HHQ8x") if big else (f"{order}4xI", f"{order}H", f"{order}HHI4x")
    )
    try:
        (place,) = struct.unpack_from(head, data)
        (tags,) = struct.unpack_from(count, data, place)
        for number in range(min(tags, MOST_READS)):
            _, kind, values = struct.unpack_from(
                tag, data, place + struct.calcsize(count) + number * struct.calcsize(tag)
            )
            if kind in TAG_SIZES and values * TAG_SIZES[kind] <= len(data):  # of those that don't fit nothing is read
                yield values
    except struct.error:  # cut short: the reader says so
        return
