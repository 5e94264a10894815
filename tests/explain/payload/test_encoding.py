"""Records as JSON, and arrays as text in it."""

from __future__ import annotations

import json
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from convscope.errors import InputError
from convscope.explain.payload.encoding import Array, Record, as_json, decode, dumps, encode, encoded_size

SHAPES = st.lists(st.integers(0, 4), max_size=4).map(tuple)


@given(st.sampled_from(["uint8", "int32", "float32"]).flatmap(lambda name: arrays(name, SHAPES)))
@pytest.mark.medium
def test_what_is_encoded_is_decoded_to_the_bit(array: Array) -> None:
    entry = json.loads(json.dumps(encode(array).to_json()))
    got = decode(entry)
    assert (got.dtype, got.shape, got.tobytes()) == (array.dtype, array.shape, array.tobytes())
    assert encoded_size(array) == len(entry["data"])


def test_what_half_precision_holds_exactly_travels_in_it() -> None:
    halves = np.arange(0x7C00, dtype=np.uint16).view(np.float16).astype(np.float32)  # every one from 0 to 65,504
    whole = np.concatenate([halves, -halves])
    assert encode(whole).dtype == "float16"
    assert encoded_size(whole) == len(encode(whole).data) == -(-2 * whole.size // 3) * 4
    got = decode(encode(whole).to_json())
    assert (got.dtype, got.tobytes()) == (np.dtype(np.float32), whole.tobytes())
    for odd in (1e-8, 0.1, 65_520.0, np.inf - np.inf):
        assert encode(np.append(whole, np.float32(odd))).dtype == "float32"
    assert encode(whole[:255]).dtype == "float32"


def test_numbers_are_little_endian_row_by_row_whatever_the_memory() -> None:
    turned = np.array([[1, 3], [2, 4]], ">i8").T
    assert encode(turned).to_json() == {"dtype": "int32", "shape": [2, 2], "data": "AQAAAAIAAAADAAAABAAAAA=="}
    assert encode(np.array([1.0])).data == "AACAPw=="


@pytest.mark.parametrize(
    "entry",
    [
        {},
        {"dtype": "uint8", "shape": [2], "data": "AQ=="},
        {"dtype": "int64", "shape": [1], "data": "AQ=="},
        {"dtype": "uint8", "shape": [1], "data": "A!Q=="},
        {"dtype": "uint8", "shape": "one", "data": "AQ=="},
    ],
)
def test_anything_else_is_refused(entry: dict[str, object]) -> None:
    with pytest.raises(InputError, match="not an array of a payload"):
        decode(entry)


@dataclass(frozen=True, eq=False)
class Inner(Record):
    at: tuple[int, int]
    picture: Array


@dataclass(frozen=True, eq=False)
class Outer(Record):
    name: str
    parts: tuple[Inner, ...]
    by_name: dict[str, float | None]


def test_records_within_records() -> None:
    outer = Outer("é", (Inner((1, 2), np.array([1], np.uint8)),), {"a": None, "b": 0.5})
    picture = {"dtype": "uint8", "shape": [1], "data": "AQ=="}
    wanted = {"name": "é", "parts": [{"at": [1, 2], "picture": picture}], "by_name": {"a": None, "b": 0.5}}
    assert outer.to_json() == wanted
    text = dumps(outer)
    assert text.isascii()
    assert " " not in text
    assert json.loads(text) == wanted


def test_what_json_cannot_hold() -> None:
    with pytest.raises(TypeError, match="cannot hold a set"):
        as_json({"x": {1}})
    with pytest.raises(ValueError, match="not JSON compliant"):
        dumps(Outer("", (), {"a": float("nan")}))
