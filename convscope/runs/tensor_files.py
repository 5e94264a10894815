"""Tensor files that prove themselves whole: safetensors with a digest over every byte. Checkpoints and snapshots are
such files.

The file's metadata has one entry, "convscope": JSON with `format`, `digest` and whatever facts the writer adds. The
digest is the SHA-256 of the whole file with the digest's own 64 characters taken as zeros. It detects damage, not
forgery. Plain safetensors readers open these files; nothing in them can be executed.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import InputError, system_reason
from ..files import atomic_write, read_plain

ZEROS = b"0" * 64
LONGEST_HEADER = 100_000_000  # what the safetensors format itself allows

Arrays = dict[str, np.ndarray[Any, Any]]


def pack(tensors: Arrays, facts: dict[str, object], format: str) -> bytes:
    """Return the file's bytes. `facts` must be JSON; `format` names kind and version, such as
    "convscope.checkpoint/1"."""
    from safetensors.numpy import save

    entry = json.dumps({"format": format, "digest": ZEROS.decode(), **facts}, sort_keys=True)
    data = bytearray(save({n: np.asarray(t, order="C") for n, t in tensors.items()}, {"convscope": entry}))
    at = data.index(ZEROS)
    data[at : at + 64] = hashlib.sha256(data).hexdigest().encode()
    return bytes(data)


def unpack(data: bytes, format: str, where: str = "") -> tuple[Arrays, dict[str, object]]:
    """Return tensors and facts of what `pack` made. Raises InputError for damage and for another kind or version."""
    from safetensors import SafetensorError
    from safetensors.numpy import load

    damaged = InputError("file.damaged", where=where)
    length = int.from_bytes(data[:8], "little")
    if len(data) < 8 or not 2 <= length <= min(len(data) - 8, LONGEST_HEADER):
        raise damaged
    try:
        facts = json.loads(json.loads(data[8 : 8 + length])["__metadata__"]["convscope"])
        digest = facts.pop("digest").encode()
        at = data.index(digest, 8, 8 + length) if len(digest) == 64 else -1
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise damaged from None
    blank = data[:at] + ZEROS + data[at + 64 :]
    if at < 0 or hashlib.sha256(blank).hexdigest().encode() != digest:
        raise damaged
    if facts.pop("format", None) != format:
        raise InputError("file.kind", where=where, expected=format)
    try:
        return load(data), facts
    except SafetensorError:
        raise damaged from None


def write(path: Path, tensors: Arrays, facts: dict[str, object], format: str, durable: bool = True) -> None:
    """Write the file, complete or not at all; not `durable`, a power cut may tear it, which its digest tells."""
    atomic_write(path, pack(tensors, facts, format), durable)


def read(path: Path, format: str) -> tuple[Arrays, dict[str, object]]:
    """Return tensors and facts of a file that `write` made. Raises InputError for damage."""
    try:
        data = read_plain(path)
    except OSError as error:
        raise InputError("file.unreadable", reason=system_reason(error), where=str(path)) from error
    return unpack(data, format, where=str(path))
