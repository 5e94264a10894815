"""What a network makes of pictures inside, as rows of numbers: computed once by ONNX Runtime, then found again on disk.

Rows are kept among the decoded pictures (data/decoded_cache.py), each as a picture of one line of bytes: what holds for
those holds for these. They are found by a picture's pixels and by what the numbers depend on beside them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any, Protocol

import numpy as np

from ..data.decoded_cache import MOST_BYTES, DecodedCache, decoded_folder
from ..errors import Phrase
from ..pictures.decoding import Decoded
from ..pictures.stack import Stack
from ..prediction.runtime import onnx_runtime

Pixels = np.ndarray[Any, np.dtype[np.uint8]]
Rows = np.ndarray[Any, np.dtype[np.float32]]
Progress = Callable[[int, int], None]  # how many pictures are done, of how many

AT_ONCE = 128  # pictures between two looks at whether to stop


class Features(Protocol):
    """What makes a row of `width` numbers of each picture; `identity` changes whenever the numbers may."""

    @property
    def width(self) -> int: ...

    @property
    def identity(self) -> str: ...

    def of(self, pictures: Pixels, /) -> Rows:
        """Return the rows (n, width) of pictures uint8 (n, C, H, W)."""


def features_of(
    pictures: Stack,
    by: Features,
    *,
    cache: bool = True,
    progress: Progress | None = None,
    note: Callable[[Phrase], None] | None = None,
) -> Rows:
    """Return the rows, float32 (N, F), that `by` makes of pictures uint8 (N, C, H, W), in their order.

    Of pictures that are the same one is computed, and none that was computed before, in whichever run: the `cache` on
    disk has the very bits. `progress` is called after every 128 pictures, from the first on that are computed; whatever
    it raises ends the work, and what was written until then is found again. `note` hears that nothing can be kept,
    should that be so.
    """
    rows, computes = np.empty((len(pictures), by.width), np.float32), not cache
    with ExitStack() as stack:
        kept = stack.enter_context(_kept(by, len(pictures))) if cache else None
        for start in range(0, len(pictures), AT_ONCE):
            some = np.ascontiguousarray(pictures[start : start + AT_ONCE])
            if kept is None:
                rows[start : start + len(some)] = by.of(some)
            else:
                rows[start : start + len(some)], made = _found_or_made(some, by, kept)
                computes = computes or made > 0
            if progress is not None and computes:
                progress(start + len(some), len(pictures))
    if kept is not None and kept.fault is not None and note is not None:
        note(kept.fault)
    return rows


def _kept(by: Features, pictures: int) -> DecodedCache:
    """Return the part of the user's cache that has the rows of `by`; so many pictures are going to be looked up."""
    what = f"features {by.identity} {by.width} {onnx_runtime().__version__}"
    folder = decoded_folder() / hashlib.sha256(what.encode()).hexdigest()[:16]
    return DecodedCache(folder, (1, 4 * by.width), worth_keeping=4 * pictures * by.width <= MOST_BYTES)


def _found_or_made(pictures: Pixels, by: Features, kept: DecodedCache) -> tuple[Rows, int]:
    """Return the rows of some pictures, from the cache where they are there; it is given the others. And how many
    had to be computed.
    """
    digests = [hashlib.sha256(picture.data).digest() for picture in pictures]
    rows = np.empty((len(pictures), by.width), np.float32)
    missing: dict[bytes, int] = {}
    for at, digest in enumerate(digests):
        found = kept.find(digest)
        if found is None:
            missing.setdefault(digest, at)
        else:
            rows[at] = found.pixels.reshape(-1).view("<f4")
    if missing:
        made = dict(zip(missing, by.of(pictures[[*missing.values()]]), strict=True))
        for digest, row in made.items():
            kept.keep(digest, Decoded(row.astype("<f4").view(np.uint8).reshape(1, 1, -1), 1, 1))
        for at, digest in enumerate(digests):
            if digest in made:
                rows[at] = made[digest]
    return rows, len(missing)
