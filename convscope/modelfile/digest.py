"""The digest: a model file's last 64 characters are the SHA-256 of everything before them.

They are the value of one last metadata record, so the file stays an ordinary ONNX file, and a reader can compare them
on the raw bytes before it parses anything. It detects damage, not forgery.
"""

from __future__ import annotations

import hashlib

KEY = b"convscope.digest"
_ENTRY = b"\x0a" + bytes([len(KEY)]) + KEY + b"\x12\x40"  # StringStringEntryProto: key = 1, value = 2 of 64 bytes
HEAD = b"\x72" + bytes([len(_ENTRY) + 64]) + _ENTRY  # ModelProto.metadata_props = 14


def seal(data: bytes) -> bytes:
    """Return a serialised model with its digest record appended."""
    data += HEAD
    return data + hashlib.sha256(data).hexdigest().encode()


def sealed(data: bytes | memoryview) -> bool:
    """Tell whether `data` ends in a digest record that matches it."""
    view = memoryview(data)
    end = len(view) - 64
    return (
        view[max(0, end - len(HEAD)) : max(0, end)] == HEAD
        and view[end:] == hashlib.sha256(view[:end]).hexdigest().encode()
    )
