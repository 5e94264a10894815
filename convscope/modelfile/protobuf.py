"""Reading Protocol Buffers off the wire: as much as a model file needs, without importing onnx (0.2 s).

Strict on purpose: a message may hold only the fields it is asked for, and single ones only once, so that no other
reader can find in a file something that was not checked here. Source: protobuf.dev/programming-guides/encoding.
"""

from __future__ import annotations

import struct
from functools import cache
from typing import NamedTuple

from ..errors import InputError

MAX_FIELDS = 20_000  # in one message


class Fixed32(NamedTuple):
    """Four bytes that stand without their length: a float, and never a text, whatever they spell."""

    data: memoryview


Fields = dict[int, "list[int | memoryview | Fixed32]"]


class MalformedError(InputError):
    """Bytes that are not the message they should be."""


def message(data: memoryview, name: str, *, known: str) -> Fields:
    """Return the fields of one message by number, each with its values in order.

    `name` is what onnx.proto calls the message.
    `known` lists the numbers that may occur, "*" and how often behind those that may occur again: "1 2 5*8". So what
    messages within messages cost together is bounded by their forms, however many bytes there are. Numbers come as
    unsigned 64-bit integers, texts, bytes and inner messages as slices of `data`, floats as Fixed32: other readers pass
    over a text that is written as a float. Raises MalformedError.
    """
    most = _most(known)
    found: Fields = {}
    at, count = 0, 0
    while at < len(data):
        tag, at = varint(data, at)
        number, kind = tag >> 3, tag & 7
        if number not in most:
            raise MalformedError("protobuf.field", name=name, n=number)
        if kind == 0:
            value, at = varint(data, at)
            found.setdefault(number, []).append(value)
        elif kind in (2, 5):
            size, at = varint(data, at) if kind == 2 else (4, at)
            if size > len(data) - at:
                raise MalformedError("protobuf.short", name=name)
            inside = data[at : at + size]
            found.setdefault(number, []).append(inside if kind == 2 else Fixed32(inside))
            at += size
        else:
            raise MalformedError("protobuf.wire", name=name, n=kind)
        count += 1
        if count > MAX_FIELDS or len(found[number]) > most[number]:
            raise MalformedError("protobuf.fields", name=name)
    return found


@cache
def _most(known: str) -> dict[int, int]:
    """Return how often each field may occur."""
    words = [word.partition("*") for word in known.split()]
    return {int(number): int(count or MAX_FIELDS) if star else 1 for number, star, count in words}


def varint(data: memoryview, at: int) -> tuple[int, int]:
    """Return the number that begins at `at`, and where it ends."""
    value = shift = 0
    while at < len(data) and shift < 70:
        byte = data[at]
        value |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            if value >> 64:
                break
            return value, at
    raise MalformedError("protobuf.varint")


def whole(fields: Fields, number: int, default: int = 0) -> int:
    """Return a single signed integer."""
    value = fields.get(number, [default])[0]
    if not isinstance(value, int):
        raise MalformedError("protobuf.number", n=number)
    return value - 2**64 if value >> 63 else value


def real(fields: Fields, number: int) -> float:
    """Return a single float that is there."""
    value = next(iter(fields.get(number, [])), None)
    if not isinstance(value, Fixed32):
        raise MalformedError("protobuf.number", n=number)
    return float(struct.unpack("<f", value.data)[0])


def wholes(fields: Fields, number: int, most: int = MAX_FIELDS) -> tuple[int, ...]:
    """Return a repeated signed integer, packed or not, of at most so many numbers."""
    values: list[int] = []
    for value in fields.get(number, []):
        if isinstance(value, int):
            values.append(value)
            continue
        if isinstance(value, Fixed32):
            raise MalformedError("protobuf.number", n=number)
        at = 0
        while at < len(value):
            one, at = varint(value, at)
            values.append(one)
            if len(values) > most:
                raise MalformedError("protobuf.numbers", n=number)
    return tuple(v - 2**64 if v >> 63 else v for v in values)


def parts(fields: Fields, number: int) -> list[memoryview]:
    """Return the slices of a repeated text, bytes or message."""
    values = [v for v in fields.get(number, []) if isinstance(v, memoryview)]
    if len(values) != len(fields.get(number, [])):
        raise MalformedError("protobuf.bytes", n=number)
    return values


def part(fields: Fields, number: int) -> memoryview:
    """Return the slice of a single text, bytes or message, empty if it is left out."""
    return next(iter(parts(fields, number)), memoryview(b""))


def text(data: memoryview) -> str:
    """Return a slice as text."""
    try:
        return str(data, "utf-8")
    except UnicodeDecodeError as error:
        raise MalformedError("protobuf.text") from error
