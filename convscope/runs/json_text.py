"""JSON text, priced before anything is made of it: how many values it holds is counted by its commas and brackets."""

from __future__ import annotations

import json
import math
from typing import Any, NoReturn

from ..errors import InputError, phrase

MOST_CHARACTERS = 16 << 20  # or bytes: one strange character makes each take four bytes
MOST_VALUES = 1_000_000  # that a text may hold: each takes up to 100 bytes of memory


class _NoJson(ValueError):
    """NaN, an infinity, or a number that rounds to one, such as 1e999."""


def parse_json(text: str | bytes, where: str = "") -> Any:
    """Return what JSON stands for, each of its numbers finite. `where` is what errors name.

    Raises InputError for text that is no JSON or nested too deep, of more than 16 MiB or more than a million values,
    and for NaN and infinities, which Python's reader takes though JSON has none.

    >>> parse_json('{"a": [1, 2]}')
    {'a': [1, 2]}
    """
    if len(text) > MOST_CHARACTERS:
        got, most = phrase("value.bytes", n=f"{len(text):,}"), phrase("value.most", n=f"{MOST_CHARACTERS:,}")
        raise InputError("json.long", where=where, got=got, expected=most)
    values = 1 + _count(text, ",") + _count(text, "[") + _count(text, "{") + _count(text, ":")
    if values > MOST_VALUES:
        most = phrase("value.most", n=f"{MOST_VALUES:,}")
        raise InputError("json.many", where=where, got=f"{values:,}", expected=most)
    try:
        return json.loads(text, parse_constant=_refuse, parse_float=_finite)
    except _NoJson as error:
        raise InputError("json.none", where=where, got=str(error)) from error
    except (ValueError, RecursionError) as error:  # whose English words would stand in a Korean line
        raise InputError("json.none", where=where) from error


def _count(text: str | bytes, sign: str) -> int:
    return text.count(sign) if isinstance(text, str) else text.count(sign.encode())


def _refuse(constant: str) -> NoReturn:
    raise _NoJson(constant)


def _finite(digits: str) -> float:
    value = float(digits)
    return value if math.isfinite(value) else _refuse(digits)
