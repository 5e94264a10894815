"""From a file's path to its pixels: read, recognised by its bytes, and taken from the cache or decoded."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import NamedTuple

from ..pictures.decoding import Decoded, DecodeOptions, decode_with_facts
from .decoded_cache import DecodedCache
from .listing import Files


class ReadPicture(NamedTuple):
    """A picture, the SHA-256 of its file's bytes, and what it was decoded as if it was not in the cache."""

    digest: bytes
    picture: Decoded
    decoded: Decoded | None


@dataclass(frozen=True, slots=True)
class Decoder:
    """Reads pictures at one size. `caches` are looked into first; new pictures belong into the last of them, as they
    are without a white level from elsewhere.
    """

    files: Files
    options: DecodeOptions
    caches: tuple[DecodedCache, ...] = ()

    def read(self, path: str) -> ReadPicture:
        """Return the picture of a file. Raises InputError where it cannot be read."""
        data = self.files.read(path)
        digest = hashlib.sha256(data).digest()
        picture, decoded = self._find(digest), None
        if picture is None:
            picture = decoded = decode_with_facts(data, self.options._replace(white=0))
        if self.options.white and picture.guessed not in (0, self.options.white):
            picture = decode_with_facts(data, self.options)
        return ReadPicture(digest, picture, decoded)

    def _find(self, digest: bytes) -> Decoded | None:
        for cache in self.caches:
            picture = cache.find(digest)
            if picture is not None and len(picture.pixels) in (1, self.options.channels or 3):
                return picture
        return None
