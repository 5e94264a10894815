"""JSON and texts made to harm their reader, by structure: a sound value with something changed in it."""

from __future__ import annotations

import copy
import json
import re
from random import Random
from typing import Any

TEXTS = (
    *("", " ", "\n", "a\nb", "\x1b[31mred\x1b[0m", "\x1b]0;title\x07", "\x00", "\x7f", "\x9b31m", "\r\x1b[2K"),
    *("\u202eabc", "\u2028", "\ud800", "\udfff\ud800", "\ufeff", "é", "한글", "</script><script>alert(1)</script>"),
    *("../../etc/passwd", "/dev/zero", "a" * 3000, "\x1b" * 2000, "{0.__class__}", "{what}", "%s%n"),
    *("𝕏", "<!--", "__proto__", "NaN", "-1", "1e999"),
    *("constructor", "True", "None", "http://example.org/", "C:\\x", "run.exists", "error.both"),
)  # fmt: skip
NUMBERS = (
    *(0, 1, -1, 2, 3, 7, 255, 256, 65535, 2**31 - 1, 2**31, 2**32, 2**53, 2**53 + 1, 2**63 - 1, 2**63, 2**64, -(2**63)),
    *(10**30, 10**400, -0.0, 0.5, 1e-9, 1e-320, 1e30, 1e308, -1e308, float("nan"), float("inf"), float("-inf")),
)
RAW = (
    "1e999",
    "-1e999",
    "1" * 5000,
    "[" * 3000,
    "[" * 200_000,
    '{"a":' * 3000,
    "tru",
    "",
    "'x'",
    "0x10",
    "01",
    '"\\ud800"',
)
RAW += ('"\\x"', "[1,]", "NaN", "Infinity", "//", "\x00", "1.", ".5", "+1", '"\t"', "[[[]]]", '{"a":1,"a":2}')


def hostile_value(random: Random) -> Any:
    """Return a value that few readers expect."""
    kind = random.randrange(7)
    if kind == 0:
        return random.choice(TEXTS)
    if kind == 1:
        return random.choice(NUMBERS)
    if kind == 2:
        return random.choice((None, True, False, [], {}, [[]], [{}], {"": None}))
    if kind == 3:
        return [random.choice(NUMBERS) for _ in range(random.choice((1, 2, 3, 4, 1000)))]
    if kind == 4:
        return {random.choice(TEXTS): random.choice(TEXTS) for _ in range(random.choice((1, 2, 30)))}
    if kind == 5:
        return [random.choice(TEXTS) for _ in range(random.choice((1, 2, 3, 300)))]
    return random.choice(NUMBERS) if random.random() < 0.5 else random.randint(-10, 10)


def mutated(value: Any, random: Random, times: int) -> Any:
    """Return a copy of JSON with some values, names or places changed."""
    box = [copy.deepcopy(value)]
    for _ in range(times):
        inner, key = _place(box, random)
        old, kind = inner[key], random.randrange(8)
        if kind < 4 or inner is box:
            inner[key] = hostile_value(random)
        elif kind == 4:
            del inner[key]
        elif kind == 5 and isinstance(inner, dict):
            inner[random.choice(TEXTS)] = old
        elif kind == 6:
            other, place = _place(box, random)
            inner[key] = copy.deepcopy(other[place])
        else:
            inner[key] = [old] if random.random() < 0.5 else {"value": old}
    return box[0]


def hostile_text(value: Any, random: Random) -> str:
    """Return the text of such JSON; now and then of none."""
    changed = mutated(value, random, random.choice((1, 1, 1, 2, 3, 6)))
    text = json.dumps(changed, ensure_ascii=random.random() < 0.7)
    if random.random() < 0.15:  # something that json.dumps does not write, in the place of a value
        spots = [match.span() for match in re.finditer(r'(?<=[\[:,] )[^\s,\[\]{}"]+|"[^"\\]*"', text)]
        if spots:
            begin, end = random.choice(spots)
            text = text[:begin] + random.choice(RAW) + text[end:]
    return text


def _place(box: list[Any], random: Random) -> tuple[Any, Any]:
    """Return a container and a key of it, at any depth."""
    inner: Any = box
    key: Any = 0
    while isinstance(inner[key], (dict, list)) and inner[key] and random.random() < 0.8:
        inner = inner[key]
        key = random.choice(list(inner)) if isinstance(inner, dict) else random.randrange(len(inner))
    return inner, key
