"""The digest: a model file's last 64 characters are the SHA-256 of everything before them.

They are the value of one last metadata record, so the file stays an ordinary ONNX file, and a reader can compare them
on the raw bytes before it parses anything. It detects damage, not forgery.
"""

from __future__ import annotations

import hashlib

KEY = b"convscope.digest"
_ENTRY = b"\x0a" + bytes([len(KEY)]) + KEY + b"\x12\x40"  # StringStringEntryProto: key = 1, value = 2 of 64 bytes
HEAD = b"\x72" + bytes([len(_ENTRY) + 64]) + _ENTRY  # ModelProto.metadata_props = 14
RECORD = len(HEAD) + 64  # bytes


def seal(data: bytes) -> bytes:
    """Return a serialised model with its digest record appended."""
    data += HEAD
    return data + hashlib.sha256(data).hexdigest().encode()


def sealed(data: bytes | memoryview) -> bool:
    """Tell whether `data` ends in a digest record that matches it."""
    view = memoryview(data)
    return ends_in_record(view) and view[-64:] == hashlib.sha256(view[:-64]).hexdigest().encode()


def ends_in_record(data: bytes | memoryview) -> bool:
    """Tell whether `data`, a file or its last `RECORD` bytes, ends in a digest record, whichever digest it says."""
    return data[max(0, len(data) - RECORD) : max(0, len(data) - 64)] == HEAD
