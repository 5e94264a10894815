"""The price of a foreign ONNX file, taken from its bytes before any library unpacks them.

What a library needs for a message is many times its bytes where those are small; numbers take what they are. So the
bytes that are no numbers are bounded, and so are nodes, tensors and what lies within each other.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ..errors import InputError, phrase
from ..modelfile.protobuf import MalformedError, varint

LARGEST = 1_000_000_000  # bytes of a file: VGG-19 has 575 million
MOST_STRUCTURE = 16_000_000  # bytes that are no numbers
MOST_NODES, MOST_FIELDS, MOST_DEPTH = 20_000, 1_000_000, 12  # nodes and tensors, each
NUMBERS = frozenset({4, 5, 7, 9, 10, 11})  # TensorProto: where numbers stand

# What is walked into, by the message's name in onnx.proto: field number → message. The rest is skipped.
INSIDE: dict[str, dict[int, str]] = {
    "ModelProto": {7: "GraphProto"},
    "GraphProto": {1: "NodeProto", 5: "TensorProto"},
    "NodeProto": {5: "AttributeProto"},
    "AttributeProto": {5: "TensorProto", 10: "TensorProto"},
    "TensorProto": {},
}
REFUSED = {
    ("ModelProto", 20): "foreign.training",
    ("ModelProto", 25): "foreign.functions",
    ("GraphProto", 15): "foreign.sparse",
    ("AttributeProto", 6): "foreign.control",
    ("AttributeProto", 11): "foreign.control",
    ("AttributeProto", 21): "foreign.functions",  # a reference to an argument of the function that it is in
    ("AttributeProto", 22): "foreign.sparse",
    ("AttributeProto", 23): "foreign.sparse",
    ("TensorProto", 13): "foreign.external",
}


@dataclass
class Price:
    """What was counted."""

    nodes: int = 0
    tensors: int = 0
    numbers: int = 0  # bytes of them
    fields: int = 0


def price(data: bytes) -> Price:
    """Return what a file's bytes hold; raises InputError for one that is no ONNX model or beyond the bounds."""
    found = Price()
    try:
        _walk(memoryview(data), "ModelProto", found, 0)
    except MalformedError as error:
        raise InputError("foreign.bytes", got=error.brief()) from error
    if not found.nodes:
        raise InputError("foreign.empty")
    if len(data) - found.numbers > MOST_STRUCTURE:
        most = phrase("value.most", n=f"{MOST_STRUCTURE:,}")
        raise InputError("foreign.structure", got=f"{len(data) - found.numbers:,}", expected=most)
    return found


def _walk(data: memoryview, name: str, found: Price, depth: int) -> None:
    if depth > MOST_DEPTH:
        raise MalformedError("protobuf.fields", name=name)
    inside = INSIDE[name]
    for number, size, value in _fields(data, name):
        key = REFUSED.get((name, number))
        if key is not None:
            raise InputError(key)
        found.fields += 1
        if name == "TensorProto" and number in NUMBERS:
            found.numbers += size
        if found.fields > MOST_FIELDS:
            raise MalformedError("protobuf.fields", name=name)
        if value is not None and number in inside:
            found.nodes += inside[number] == "NodeProto"
            found.tensors += inside[number] == "TensorProto"
            if max(found.nodes, found.tensors) > MOST_NODES:
                raise InputError("foreign.many", expected=phrase("value.most", n=f"{MOST_NODES:,}"))
            _walk(value, inside[number], found, depth + 1)


def _fields(data: memoryview, name: str) -> Iterator[tuple[int, int, memoryview | None]]:
    """Yield (number, bytes, the slice where it is one) of each field of a message."""
    at = 0
    while at < len(data):
        begin = at
        tag, at = varint(data, at)
        number, kind = tag >> 3, tag & 7
        value = None
        if kind == 0:
            _, at = varint(data, at)
        elif kind in (1, 2, 5):
            size, at = varint(data, at) if kind == 2 else (8 if kind == 1 else 4, at)
            if size > len(data) - at:
                raise MalformedError("protobuf.short", name=name)
            if kind == 2:
                value = data[at : at + size]
            at += size
        else:
            raise MalformedError("protobuf.wire", name=name, n=kind)
        yield number, at - begin, value
