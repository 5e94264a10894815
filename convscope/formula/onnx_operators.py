"""ONNX operators as plain values (opset 17): what a layer becomes in a model file."""

from __future__ import annotations

import math
import struct
from collections.abc import Mapping
from typing import NamedTuple, TypeAlias

LARGEST = 3.4028234663852886e38  # that a float32 holds
FLOAT, UINT8, INT8, INT32, INT64, HALF = 1, 2, 3, 6, 7, 10  # TensorProto.DataType
_BYTES = {FLOAT: 4, UINT8: 1, INT8: 1, INT32: 4, INT64: 8, HALF: 2}

Attributes: TypeAlias = dict[str, int | float | tuple[int, ...]]


class Operator(NamedTuple):
    """One ONNX node. Its name is that of its one output."""

    kind: str
    inputs: tuple[str, ...]
    output: str
    attributes: Attributes = {}  # noqa: RUF012 - never changed


class Tensor(NamedTuple):
    """What an initialiser must be: `data` None for learned numbers, else the very bytes, little-endian."""

    type: int
    shape: tuple[int, ...]
    data: bytes | None = None

    @property
    def size(self) -> int:
        """Bytes that its numbers take."""
        return math.prod(self.shape) * _BYTES[self.type]


class Piece(NamedTuple):
    """The operators of one layer in the order they are computed, and the tensors by name that they read."""

    operators: tuple[Operator, ...]
    tensors: Mapping[str, Tensor] = {}


def scalar(value: float) -> Tensor:
    """Return a constant: one float32."""
    return Tensor(FLOAT, (), struct.pack("<f", value))


def wholes(*values: int) -> Tensor:
    """Return a constant row of int64."""
    return Tensor(INT64, (len(values),), struct.pack(f"<{len(values)}q", *values))


def shortest(value: float) -> float:
    """Return the number of the fewest digits that a file holds as `value`, a float32: 0.001 for 0.0010000000474974513.

    >>> shortest(float32(0.001))
    0.001
    """
    texts = (float(f"{value:.{digits}g}") for digits in range(1, 10))
    held = (number for number in texts if abs(number) <= LARGEST)  # rounding up may leave what a file can hold
    return next((number for number in held if float32(number) == value), value)


def float32(value: float) -> float:
    """Return the float32 nearest to `value`, which is what a file holds of it."""
    return float(struct.unpack("<f", struct.pack("<f", value))[0])
