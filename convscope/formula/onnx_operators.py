"""ONNX operators as plain values (opset 17): what a layer becomes in a model file, and what it is read from."""

from __future__ import annotations

import math
import struct
from collections.abc import Mapping
from typing import NamedTuple, TypeAlias

FLOAT, UINT8, INT64, HALF = 1, 2, 7, 10  # TensorProto.DataType

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
        return math.prod(self.shape) * {INT64: 8, HALF: 2}.get(self.type, 4)


class Piece(NamedTuple):
    """The operators of one layer in the order they are computed, and the tensors by name that they read."""

    operators: tuple[Operator, ...]
    tensors: Mapping[str, Tensor] = {}


# What an attribute means that is left out (github.com/onnx/onnx, docs/Operators.md), for the operators that layers use.
_WINDOW: Attributes = {"strides": (1, 1), "pads": (0, 0, 0, 0)}
DEFAULTS: dict[str, Attributes] = {
    "AveragePool": {**_WINDOW, "ceil_mode": 0, "count_include_pad": 0},
    "BatchNormalization": {"epsilon": 1e-5, "momentum": 0.9, "training_mode": 0},
    "Conv": {**_WINDOW, "dilations": (1, 1), "group": 1},
    "ConvTranspose": {**_WINDOW, "dilations": (1, 1), "group": 1, "output_padding": (0, 0)},
    "Elu": {"alpha": 1.0},
    "Flatten": {"axis": 1},
    "Gemm": {"alpha": 1.0, "beta": 1.0, "transA": 0, "transB": 0},
    "Gather": {"axis": 0},
    "HardSigmoid": {"alpha": 0.2, "beta": 0.5},
    "InstanceNormalization": {"epsilon": 1e-5},
    "LRN": {"alpha": 1e-4, "beta": 0.75, "bias": 1.0},
    "LeakyRelu": {"alpha": 0.01},
    "LogSoftmax": {"axis": -1},
    "MaxPool": {**_WINDOW, "ceil_mode": 0, "dilations": (1, 1), "storage_order": 0},
    "Softmax": {"axis": -1},
}


def attributes(operator: Operator) -> Attributes:
    """Return an operator's attributes with those that it leaves out, floats as float32 holds them."""
    full = {**DEFAULTS.get(operator.kind, {}), **operator.attributes}
    return {name: float32(v) if isinstance(v, float) else v for name, v in sorted(full.items())}


def same(a: Piece, b: Piece) -> bool:
    """Tell whether two pieces compute the same, operator by operator, whatever their values are called."""
    return _nameless(a) == _nameless(b)


def _nameless(piece: Piece) -> list[tuple[str, tuple[object, ...], Attributes]]:
    """Return the operators with constants in place of their names, and other values by the order they first occur."""
    numbers: dict[str, int] = {}

    def value(name: str) -> object:
        tensor = piece.tensors.get(name)
        return tensor if tensor and tensor.data is not None else numbers.setdefault(name, len(numbers))

    return [(op.kind, tuple(value(name) for name in (*op.inputs, op.output)), attributes(op)) for op in piece.operators]


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
    return next((number for number in texts if float32(number) == value), value)


def float32(value: float) -> float:
    """Return the float32 nearest to `value`, which is what a file holds of it."""
    return float(struct.unpack("<f", struct.pack("<f", value))[0])
