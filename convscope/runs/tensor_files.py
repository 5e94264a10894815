"""Tensor files that prove themselves whole: safetensors with a digest over every byte. Checkpoints and snapshots are
such files.

The file's metadata has one entry, "convscope": JSON with `format`, `digest` (digests.py) and whatever facts the writer
adds. Plain safetensors readers open these files; nothing in them can be executed.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import InputError, system_reason
from ..files import atomic_write, open_plain
from .digests import ZEROS, filled, fits
from .json_text import MOST_CHARACTERS, parse_json

LONGEST_HEADER = MOST_CHARACTERS  # bytes; the format itself allows 100 MB

Arrays = dict[str, np.ndarray[Any, Any]]


def pack(tensors: Arrays, facts: dict[str, object], format: str) -> bytes:
    """Return the file's bytes. `facts` must be JSON; `format` names kind and version, such as
    "convscope.checkpoint/1"."""
    from safetensors.numpy import save

    entry = json.dumps({"format": format, "digest": ZEROS.decode(), **facts}, sort_keys=True, allow_nan=False)
    return filled(save({n: np.asarray(t, order="C") for n, t in tensors.items()}, {"convscope": entry}))


def unpack(data: bytes, format: str, where: str = "") -> tuple[Arrays, dict[str, object]]:
    """Return tensors and facts of what `pack` made. Raises InputError for damage and for another kind or version."""
    from safetensors import SafetensorError
    from safetensors.numpy import load

    damaged = InputError("file.damaged", where=where)
    length = _header_length(data[:8], len(data))
    if length is None:
        raise damaged
    try:
        facts = parse_json(parse_json(data[8 : 8 + length])["__metadata__"]["convscope"])
        digest = facts.pop("digest")
    except (InputError, TypeError, KeyError, AttributeError):
        raise damaged from None
    if not fits(data, digest, 8, 8 + length):
        raise damaged
    if facts.pop("format", None) != format:
        raise InputError("file.kind", where=where, expected=format)
    try:
        return load(data), facts
    except (SafetensorError, KeyError, ValueError):  # also a number type or a shape that numpy does not have
        raise damaged from None


def write(path: Path, tensors: Arrays, facts: dict[str, object], format: str, durable: bool = True) -> None:
    """Write the file, complete or not at all; not `durable`, a power cut may tear it, which its digest tells."""
    atomic_write(path, pack(tensors, facts, format), durable)


def read(path: Path, format: str) -> tuple[Arrays, dict[str, object]]:
    """Return tensors and facts of a file that `write` made. Raises InputError for damage."""
    try:
        with open_plain(path) as file:
            size, first = os.fstat(file.fileno()).st_size, file.read(8)
            header = file.read(_header_length(first, size) or 0)
            if _size(header) != size:  # nothing more is read of a file that says it has a terabyte
                raise InputError("file.damaged", where=str(path))
            data = b"".join((first, header, file.read()))
    except OSError as error:
        raise InputError("file.unreadable", reason=system_reason(error), where=str(path)) from error
    return unpack(data, format, where=str(path))


def _header_length(first: bytes, size: int) -> int | None:
    """Return how long the header is by a file's first 8 bytes, None where a file of `size` bytes has no such header."""
    length = int.from_bytes(first, "little")
    return length if len(first) == 8 and 2 <= length <= min(size - 8, LONGEST_HEADER) else None


def _size(header: bytes) -> int | None:
    """Return how many bytes the file of a header has, None for what is none."""
    try:
        ends = [entry["data_offsets"][1] for name, entry in parse_json(header).items() if name != "__metadata__"]
        return 8 + len(header) + max(ends, default=0)
    except (InputError, TypeError, KeyError, AttributeError, IndexError):
        return None
