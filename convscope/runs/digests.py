"""A digest that stands in what it proves whole: the SHA-256 of all bytes, its own 64 characters taken as zeros.

It detects damage, not forgery.
"""

from __future__ import annotations

import hashlib

ZEROS = b"0" * 64  # what stands in the digest's place while it is computed


def filled(data: bytes | bytearray) -> bytes:
    """Return `data`, which holds `ZEROS` once, first, with its digest in their place."""
    at, digest = data.index(ZEROS), hashlib.sha256(data).hexdigest().encode()
    return bytes(data[:at]) + digest + bytes(data[at + 64 :])


def fits(data: bytes, digest: object, begin: int = 0, end: int | None = None) -> bool:
    """Whether `digest`, as it was read from between `begin` and `end`, is that of `data`."""
    if not isinstance(digest, str) or len(digest) != 64 or not digest.isascii():
        return False
    at = data.find(digest.encode(), begin, end)
    return at >= 0 and hashlib.sha256(data[:at] + ZEROS + data[at + 64 :]).hexdigest() == digest
