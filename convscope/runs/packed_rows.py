"""Which rows of many are chosen, as text: a bit a row, eight to a byte, the first the highest, in base64."""

from __future__ import annotations

import base64
import binascii

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError

Rows = NDArray[np.int64]


def pack_rows(rows: Rows, n: int) -> str:
    """Return which `rows` (m,) of n are chosen.

    >>> pack_rows(np.array([0, 9]), 10)
    'gEA='
    """
    chosen = np.zeros(n, dtype=bool)
    chosen[rows] = True
    return base64.b64encode(np.packbits(chosen).tobytes()).decode("ascii")


def unpack_rows(text: str, n: int, where: str = "") -> Rows:
    """Return the rows (m,) of n that `pack_rows` wrote, in order. Raises InputError for text of other length or form.

    >>> unpack_rows("gEA=", 10).tolist()
    [0, 9]
    """
    try:
        packed = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        packed = b""
    if len(packed) != (n + 7) // 8:
        raise InputError("rows.packed", where=where, got=text, expected=f"{(n + 7) // 8}")
    chosen = np.unpackbits(np.frombuffer(packed, dtype=np.uint8), count=n)
    return np.flatnonzero(chosen).astype(np.int64)
