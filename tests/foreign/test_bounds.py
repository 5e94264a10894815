"""The price of a file, counted by hand in messages of a few bytes (protobuf's encoding: tag, length, contents)."""

from __future__ import annotations

import pytest

from convscope.errors import InputError
from convscope.foreign import bounds
from convscope.foreign.bounds import Price, price

NUMBER = bytes([1 << 3, 3])  # field 1, a varint
FIXED = (bytes([0xF1, 0x01]) + bytes(8), bytes([0xF5, 0x01]) + bytes(4))  # field 30, eight bytes and four


def within(number: int, contents: bytes) -> bytes:
    """Return a field that has a length: tag, length, contents."""
    tag = number << 3 | 2
    head = bytes([tag]) if tag < 128 else bytes([tag & 127 | 128, tag >> 7])
    return head + bytes([len(contents)]) + contents


NODE = within(1, within(4, b"Relu"))
TENSOR = within(5, NUMBER + within(9, b"1234"))
MODEL = NUMBER + within(7, NODE + TENSOR)


def test_nodes_tensors_numbers_and_fields_are_counted() -> None:
    assert price(MODEL) == Price(nodes=1, tensors=1, numbers=6, fields=7)
    inner = within(1, within(5, within(5, within(4, b"12345678"))))  # a constant's tensor
    assert price(within(7, NODE + inner + inner)) == Price(nodes=3, tensors=2, numbers=20, fields=12 - 1)


@pytest.mark.parametrize("fixed", FIXED)
def test_fields_of_a_fixed_size_are_passed_by(fixed: bytes) -> None:
    assert price(fixed + MODEL) == Price(nodes=1, tensors=1, numbers=6, fields=8)
    assert price(MODEL + fixed).fields == 8
    with pytest.raises(InputError):
        price(MODEL + fixed[:-1])


@pytest.mark.parametrize("cut", range(1, len(MODEL)))
def test_a_part_of_a_file_is_no_file(cut: int) -> None:
    with pytest.raises(InputError):
        price(MODEL[:cut])


def test_bounds_hold_at_their_last_number(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, last in (("MOST_NODES", 1), ("MOST_FIELDS", 7), ("MOST_STRUCTURE", len(MODEL) - 6)):
        with monkeypatch.context() as patched:
            patched.setattr(bounds, name, last)
            assert price(MODEL).nodes == 1
            patched.setattr(bounds, name, last - 1)
            with pytest.raises(InputError):
                price(MODEL)


@pytest.mark.parametrize(
    ("model", "word"),
    [
        (within(20, b""), "train"),
        (within(25, b""), "function"),
        (within(7, within(15, b"")), "sparse"),
        (within(7, within(1, within(5, within(6, b"")))), "If"),
        (within(7, within(1, within(5, within(22, b"")))), "sparse"),
        (within(7, within(5, within(13, b""))), "another file"),
        (NUMBER, "without operators"),
    ],
)
def test_what_is_not_read_is_said(model: bytes, word: str) -> None:
    with pytest.raises(InputError) as said:
        price(model)
    assert word.lower() in str(said.value).lower()
