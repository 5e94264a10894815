"""One file of decoded pictures in the cache: written whole, never changed, and mapped instead of read.

    magic | how many pictures, H, W, bytes of notes | a record a picture | notes, JSON | SHA-256 of all that | pixels

A picture is known by the SHA-256 of the bytes that it was decoded from. Its pixels have a checksum of their own, so
that opening a file does not read them.
"""

from __future__ import annotations

import hashlib
import json
import mmap
import struct
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError, Phrase
from ..files import atomic_write, open_plain
from ..pictures.decoding import Decoded

MAGIC = b"convscope decoded 1\n"
HEAD = struct.Struct("<4Q")
RECORD = np.dtype(
    [("digest", "u1", 32), ("sum", "<u4"), ("height", "<u4"), ("width", "<u4"), ("guessed", "<u4"), ("channels", "<u4")]
)
DIGEST = 32  # bytes


@dataclass(frozen=True, eq=False, slots=True)
class Segment:
    """An opened file, of which nothing but the records is in memory."""

    path: Path
    _records: NDArray[np.void]
    _offsets: NDArray[np.int64]
    _size: tuple[int, int]
    _notes: dict[int, tuple[Phrase, ...]]
    _mapped: mmap.mmap

    @classmethod
    def open(cls, path: Path, size: tuple[int, int]) -> Segment:
        """Open a file of pictures of `size` (H, W); their pixels are not looked at yet.

        Raises ValueError where it is damaged, truncated or of another kind, OSError where it cannot be read.
        """
        with open_plain(path) as file:
            mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        if mapped[: len(MAGIC)] != MAGIC or len(mapped) < len(MAGIC) + HEAD.size:
            raise ValueError(path)
        count, height, width, note_bytes = HEAD.unpack_from(mapped, len(MAGIC))
        begin = len(MAGIC) + HEAD.size
        end = begin + count * RECORD.itemsize + note_bytes
        fits = count and (height, width) == size and end + DIGEST <= len(mapped)
        if not fits or _sha256(mapped[:end]) != mapped[end : end + DIGEST]:
            raise ValueError(path)
        records = np.frombuffer(mapped, RECORD, count, begin)
        sizes = records["channels"].astype(np.int64) * (height * width)
        ends = np.cumsum(sizes) + end + DIGEST
        if int(ends[-1]) != len(mapped):
            raise ValueError(path)
        try:
            said = json.loads(mapped[end - note_bytes : end])
            notes = {int(row): tuple(map(Phrase.from_json, lines)) for row, lines in said.items()}
        except (InputError, TypeError, AttributeError, RecursionError) as error:  # of another version
            raise ValueError(path) from error
        return cls(path, records, ends - sizes, size, notes, mapped)

    @property
    def keys(self) -> NDArray[np.uint64]:
        """Return the first eight bytes of each picture's digest, in order."""
        return np.ascontiguousarray(self._records["digest"][:, :8]).view("<u8")[:, 0]

    def digest(self, row: int) -> bytes:
        """Return the digest of the picture of a row."""
        return bytes(self._records["digest"][row])

    def picture(self, row: int) -> Decoded | None:
        """Return the picture of a row, its pixels a view of the file; None where they are damaged."""
        record = self._records[row]
        channels, offset = int(record["channels"]), int(self._offsets[row])
        height, width = self._size
        pixels = np.frombuffer(self._mapped, np.uint8, channels * height * width, offset)
        if zlib.crc32(pixels.data) != record["sum"]:
            return None
        own_height, own_width, guessed = int(record["height"]), int(record["width"]), int(record["guessed"])
        notes = self._notes.get(row, ())
        return Decoded(pixels.reshape(channels, height, width), own_height, own_width, guessed, notes)


class Draft:
    """Pictures of one size on their way into a file, as the bytes that they will be there: thousands of objects that
    wait would keep Python's garbage collector busy.
    """

    def __init__(self) -> None:
        self.pixels = bytearray()
        self._records: list[tuple[bytes, int, int, int, int, int]] = []
        self._notes: dict[int, list[object]] = {}
        self._size = 0, 0

    def __len__(self) -> int:
        return len(self._records)

    def add(self, digest: bytes, picture: Decoded) -> None:
        """Add a picture with the digest of what it was decoded from."""
        channels, height, width = picture.pixels.shape
        self._size = height, width
        data = picture.pixels.tobytes()
        if picture.notes:
            self._notes[len(self)] = [note.to_json() for note in picture.notes]
        self._records.append((digest, zlib.crc32(data), picture.height, picture.width, picture.guessed, channels))
        self.pixels += data

    def write(self, path: Path) -> None:
        """Write the pictures, one or more: the file is there whole or not at all. Raises EnvironmentFault or InputError
        where it cannot be written.
        """
        digests, *columns = zip(*self._records, strict=True)
        records = np.empty(len(self), RECORD)
        records["digest"] = np.frombuffer(b"".join(digests), np.uint8).reshape(-1, DIGEST)
        for name, column in zip(("sum", "height", "width", "guessed", "channels"), columns, strict=True):
            records[name] = column
        notes = json.dumps(self._notes).encode()
        index = MAGIC + HEAD.pack(len(self), *self._size, len(notes)) + records.tobytes() + notes
        atomic_write(path, b"".join([index, _sha256(index), self.pixels]), durable=False)


def _sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()
