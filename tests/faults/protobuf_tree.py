"""Protocol Buffers as a tree that can be changed anywhere and written again, also into what no writer would write."""

from __future__ import annotations

import copy
import struct
from dataclasses import dataclass
from random import Random

from tests.faults.hostile_json import NUMBERS, TEXTS

# Which fields of which message of onnx.proto are messages themselves.
MESSAGES = {
    "Model": {7: "Graph", 8: "Opset", 14: "Entry"},
    "Graph": {1: "Node", 5: "Tensor", 11: "Value", 12: "Value"},
    "Node": {5: "Attribute"},
    "Value": {2: "Type"},
    "Type": {1: "TensorType"},
    "TensorType": {2: "Shape"},
    "Shape": {1: "Dim"},
}
VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5


@dataclass
class Field:
    """One field: its number, how it is written (0, 1, 2, 5), and a whole number, bytes, or the fields of a message."""

    number: int
    wire: int
    value: int | bytes | list[Field]
    kind: str = ""  # the message's name


def parsed(data: bytes, kind: str = "Model") -> list[Field]:
    """Return the fields of a sound message."""
    fields, at = [], 0
    while at < len(data):
        tag, at = _read_varint(data, at)
        number, wire = tag >> 3, tag & 7
        if wire == VARINT:
            value, at = _read_varint(data, at)
            fields.append(Field(number, wire, value))
            continue
        size, at = _read_varint(data, at) if wire == BYTES else (4, at)
        inner, at = data[at : at + size], at + size
        below = MESSAGES.get(kind, {}).get(number)
        fields.append(Field(number, wire, parsed(inner, below) if below else inner, below or ""))
    return fields


def written(fields: list[Field]) -> bytes:
    """Return the bytes of a message, whatever it holds."""
    made = bytearray()
    for field in fields:
        made += varint(field.number << 3 | field.wire)
        value = field.value
        if isinstance(value, int):
            made += varint(value) if field.wire == VARINT else struct.pack("<Q", value % 2**64)
            continue
        inner = value if isinstance(value, bytes) else written(value)
        made += (varint(len(inner)) if field.wire == BYTES else b"") + inner
    return bytes(made)


def varint(value: int) -> bytes:
    """Return a whole number as Protocol Buffers write it, a negative one as its 64 bits."""
    value, made = value % 2**64 if value < 0 else value, bytearray()
    while value > 0x7F:
        made.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*made, value])


def mutate(root: list[Field], random: Random, times: int) -> None:
    """Change some fields of a tree in place."""
    for _ in range(times):
        messages = [root]
        for message in messages:
            messages += [field.value for field in message if isinstance(field.value, list)]
        message = random.choice(messages)
        if not message:
            message.append(Field(random.randrange(1, 30), VARINT, random.choice((0, 1, 2**63))))
            continue
        place = random.randrange(len(message))
        field, kind = message[place], random.randrange(12)
        if kind < 5:
            field.value = _other_value(field, messages, random)
        elif kind == 5:
            del message[place]
        elif kind == 6:  # doubled, perhaps very often
            message[place:place] = [copy.deepcopy(field) for _ in range(_times(field, random))]
        elif kind == 7:
            message.insert(random.randrange(len(message) + 1), message.pop(place))
        elif kind == 8:  # what stands elsewhere
            message[place] = copy.deepcopy(random.choice(random.choice([m for m in messages if m])))
        elif kind == 9:
            field.number = random.choice((0, 1, 2, 4, 6, 7, 10, 13, 14, 20, 25, 2**20, 2**29))
        elif kind == 10:
            field.wire = random.choice((0, 1, 2, 3, 4, 5, 6, 7))
        else:
            message.insert(place, Field(random.randrange(1, 31), BYTES, [copy.deepcopy(field)]))


def _times(field: Field, random: Random) -> int:
    return random.choice((1, 1, 2, 600)) if len(written([field])) < 200 else 1


def _other_value(field: Field, messages: list[list[Field]], random: Random) -> int | bytes | list[Field]:
    if isinstance(field.value, int):
        numbers = [n for n in NUMBERS if isinstance(n, int) and abs(n) < 2**66]
        return random.choice((random.choice(numbers), field.value + random.choice((-1, 1)), random.randrange(-3, 12)))
    if isinstance(field.value, list):
        inner = copy.deepcopy(random.choice(messages)[:3])  # as it is it might hold itself
        return random.choice(([], b"", written(field.value)[:-1], inner))
    if len(field.value) % 4 == 0 and field.value and random.random() < 0.4:  # numbers
        at, number = 4 * random.randrange(len(field.value) // 4), random.choice(NUMBERS)
        number = float(number) if abs(number) < 1e38 or number != number else float("inf")
        return field.value[:at] + struct.pack("<f", number) + field.value[at + 4 :]
    texts = [f.value for message in messages for f in message if isinstance(f.value, bytes) and len(f.value) < 60]
    cut = field.value[: random.randrange(len(field.value) + 1)]
    strange = random.choice(TEXTS).encode("utf-8", "surrogatepass")
    return random.choice((random.choice(texts or [b""]), strange, cut, field.value + b"\0", b"\xff\xfe", b""))


def _read_varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[at]
        value |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            return value, at
