"""JSON text, priced before anything is made of it: how many values it holds is counted by its commas and brackets."""

from __future__ import annotations

import json
from typing import Any

from ..errors import InputError, phrase

MOST_CHARACTERS = 16 << 20  # or bytes: one strange character makes each take four bytes
MOST_VALUES = 1_000_000  # that a text may hold: each takes up to 100 bytes of memory


class _NoJson(ValueError):
    """NaN or an infinity."""


def parse_json(text: str | bytes, where: str = "", *, numbers: bool = False) -> Any:
    """Return what JSON stands for. `where` is what errors name; with `numbers`, NaN and infinities are refused.

    Raises InputError for text that is no JSON or nested too deep, of more than 16 MiB or more than a million values.

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
        return json.loads(text, parse_constant=_refuse if numbers else None)
    except _NoJson as error:
        raise InputError("json.none", where=where, got=str(error)) from error
    except (ValueError, RecursionError) as error:  # whose English words would stand in a Korean line
        raise InputError("json.none", where=where) from error


def _count(text: str | bytes, sign: str) -> int:
    return text.count(sign) if isinstance(text, str) else text.count(sign.encode())


def _refuse(constant: str) -> object:
    raise _NoJson(constant)
