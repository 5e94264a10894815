"""The cache of decoded pictures: what was decoded once is not decoded again, whichever command asks and wherever the
file lies now.

A picture is found by the SHA-256 of its file's bytes, in a folder for each size and way of decoding (`decoding_rule`).
Files there (cache_segment.py) are written whole and never changed, so that several processes need no locks. The cache
is never needed: whatever is damaged or cannot be written makes it forget, and the picture is decoded.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import itertools
import os
import secrets
import shutil
import time
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np

from ..errors import ConvscopeError, Phrase, phrase
from ..files import TEMPORARY
from ..machine.cache import cache_folder
from ..pictures.decoding import Decoded
from ..pictures.resizing import RESIZE_RULE
from ..version import __version__
from .cache_segment import Draft, Segment

MOST_BYTES = 2 << 30  # of all that is kept: the longest unused goes first
AT_ONCE = 32 << 20  # bytes of pixels that wait in memory until they are written as one file
ENDING = ".pictures"
ABANDONED = 3600.0  # seconds after which an unfinished file is of a process that is gone


class DecodedCache:
    """Pictures of one size, decoded one way. Several threads may `find`; one may `keep`, within a `with`.

    `worth_keeping` is False where all pictures of a source together would not fit: then nothing is written.
    """

    def __init__(self, folder: Path, size: tuple[int, int], worth_keeping: bool = True) -> None:
        self.folder, self.size, self.worth_keeping = folder, size, worth_keeping
        self.fault: Phrase | None = None
        self._used: set[Path] = set()
        self._gone: set[Path] = set()
        self._draft = Draft()
        self._segments: list[Segment] = []
        for path in _oldest_first(folder):
            try:
                self._segments.append(Segment.open(path, size))
            except ValueError:
                _remove(path)
            except OSError:  # not for now: it may be whole
                continue
        self._keys, self._places, self._starts = _sorted_keys(self._segments)

    @classmethod
    def of(cls, size: tuple[int, int], channels: int | None, pictures: int, rule: str = RESIZE_RULE) -> DecodedCache:
        """Return the user's cache for pictures decoded to `size` (H, W) by a rule of resizing.RULES and to `channels`,
        None for their own; so many are going to be read.
        """
        way = f"{size} {channels} {decoding_rule()}{'' if rule == RESIZE_RULE else f' {rule}'}"
        folder = decoded_folder() / hashlib.sha256(way.encode()).hexdigest()[:16]
        return cls(folder, size, pictures * size[0] * size[1] * (channels or 3) <= MOST_BYTES)

    def find(self, digest: bytes) -> Decoded | None:
        """Return the picture that was decoded from bytes of this SHA-256, its pixels read-only; None if it is not
        there.
        """
        key = int.from_bytes(digest[:8], "little")
        at = bisect_right(self._keys, key)
        while at and self._keys[at - 1] == key:
            at -= 1
            number = bisect_right(self._starts, place := self._places[at]) - 1
            segment, row = self._segments[number], place - self._starts[number]
            if segment.path in self._gone or segment.digest(row) != digest:
                continue
            if (picture := segment.picture(row)) is not None:
                self._touch(segment.path)
                return picture
            self._gone.add(segment.path)
            _remove(segment.path)
        return None

    def _touch(self, path: Path) -> None:
        """Mark a file as used now, once."""
        if path not in self._used:
            self._used.add(path)
            with contextlib.suppress(OSError):
                os.utime(path)

    def keep(self, digest: bytes, picture: Decoded) -> None:
        """Remember a picture; it is written with others."""
        if self.worth_keeping and self.fault is None:
            self._draft.add(digest, picture)
            if len(self._draft.pixels) >= AT_ONCE:
                self._write()

    def _write(self) -> None:
        """Write what waits, if the disk takes it; `fault` says if not."""
        draft, self._draft = self._draft, Draft()
        if not len(draft):
            return
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            draft.write(self.folder / f"{secrets.token_hex(8)}{ENDING}")
            make_room(self.folder.parent)
        except (OSError, ConvscopeError) as error:
            reason = error.brief() if isinstance(error, ConvscopeError) else str(error)
            self.fault = phrase("note.cache", reason=reason, folder=self.folder.parent)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Write the rest, unless an error or Ctrl-C ends the reading."""
        if kind is None:
            self._write()


@dataclass(frozen=True, slots=True)
class Usage:
    """Where the cache is, how many bytes it has, and how many it may have."""

    folder: Path
    size: int
    most: int


def usage() -> Usage:
    """Return what the cache of decoded pictures takes."""
    folder = decoded_folder()
    return Usage(folder, sum(_size(path) for path in _all(folder)), MOST_BYTES)


def clear() -> Usage:
    """Remove all decoded pictures; return what they took. What was measured of the machine stays."""
    before = usage()
    shutil.rmtree(before.folder, ignore_errors=True)
    return before


def decoded_folder() -> Path:
    """Return the folder that all decoded pictures are kept in."""
    return cache_folder() / "decoded"


@functools.cache
def decoding_rule() -> str:
    """Return what a picture's pixels depend on beside its bytes, its size and its channels: the code that decodes and
    resizes, and Pillow with its decoders. Another version of either finds nothing of what this one kept.
    """
    import PIL
    from PIL import features

    from .. import pictures

    digest = hashlib.sha256()
    for source in sorted(Path(next(iter(pictures.__path__))).glob("*.py")):
        digest.update(source.read_bytes())
    decoders = " ".join(str(features.version(name)) for name in ("jpg", "libjpeg_turbo", "zlib", "webp", "libtiff"))
    return f"{__version__} {digest.hexdigest()} {PIL.__version__} {decoders}"


def make_room(folder: Path, most: int | None = None) -> None:
    """Remove what was used longest ago until what is kept in the folders in `folder` has at most `most` bytes, by
    default MOST_BYTES; and unfinished files of processes that are gone.
    """
    most = MOST_BYTES if most is None else most
    for leftover in _matching(folder, f"*/{TEMPORARY}*"):
        if time.time() - _last_use(leftover) > ABANDONED:
            _remove(leftover)
    paths = sorted(_all(folder), key=_last_use)
    total = sum(map(_size, paths))
    for path in paths:
        if total <= most:
            return
        total -= _size(path)
        _remove(path)


def _sorted_keys(segments: Sequence[Segment]) -> tuple[memoryview, memoryview, list[int]]:
    """Return the keys of all pictures in order, of equal ones the newest last; for each its place, counted through all
    files; and the place at which each file begins. A million pictures are 16 MB, where a dict would have 200.
    """
    keys = np.concatenate([np.empty(0, np.uint64), *(segment.keys for segment in segments)])
    order = np.argsort(keys, kind="stable")
    starts = [0, *itertools.accumulate(len(segment.keys) for segment in segments)]
    return keys[order].data, order.data, starts[:-1] or [0]


def _all(folder: Path) -> list[Path]:
    """Return the files of all folders in `folder`."""
    return _matching(folder, f"*/*{ENDING}")


def _oldest_first(folder: Path) -> list[Path]:
    """Return the files of one folder, so that of two with the same picture the newer one counts."""
    return sorted(_matching(folder, f"*{ENDING}"), key=_last_use)


def _matching(folder: Path, pattern: str) -> list[Path]:
    """Return the files of a pattern; none where the folder has a name that the system refuses, or is no folder."""
    try:
        return list(folder.glob(pattern))
    except OSError:
        return []


def _last_use(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:  # another process has removed it
        return 0.0


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _remove(path: Path) -> None:
    with contextlib.suppress(OSError):
        path.unlink()
