"""JSON is priced before anything is made of it, and whatever is none is one error."""

from __future__ import annotations

import json
import tracemalloc

import pytest

from convscope.errors import InputError
from convscope.runs.json_text import MOST_CHARACTERS, MOST_VALUES, parse_json


def test_json_is_read() -> None:
    value = {"a": [1, 2.5, None, True, "é,[{:"], "b": {}}
    assert parse_json(json.dumps(value)) == parse_json(json.dumps(value).encode()) == value


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("[" + "[]," * (MOST_VALUES // 2) + "[]]", "too many values, got 1,000,003, expected at most 1,000,000"),
        ('{"a":' * 200_000, "is not JSON"),
        ("[" * 100_000, "is not JSON"),
        ("1" * 5000, "is not JSON"),
        ("{", "is not JSON"),
        ("", "is not JSON"),
        (b"\xff\xfe", "is not JSON"),
        ('"' + "x" * MOST_CHARACTERS + '"', "the text is too long, got 16,777,218 bytes"),
    ],
)
def test_what_is_none_or_too_much_is_refused_before_it_takes_memory(text: str | bytes, why: str) -> None:
    tracemalloc.start()
    try:
        with pytest.raises(InputError, match=why) as caught:
            parse_json(text, "a.json")
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert caught.value.where == "a.json"
    assert peak < 5_000_000


def test_as_many_values_as_are_allowed() -> None:
    assert len(parse_json("[" + "1," * (MOST_VALUES - 2) + "1]")) == MOST_VALUES - 1


def test_numbers_that_json_does_not_have() -> None:
    for text in ("[NaN]", "[Infinity]", "[-Infinity]", "[1e999]", "[-1e309]"):
        with pytest.raises(InputError, match="is not JSON"):
            parse_json(text)
    assert parse_json("[1e308, 5e-324, -0.0]") == [1e308, 5e-324, -0.0]
