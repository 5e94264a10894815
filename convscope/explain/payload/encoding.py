"""Records as JSON: their fields by name, arrays as {"dtype", "shape", "data"}. See docs/payload.md."""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Mapping
from dataclasses import Field, dataclass, fields
from typing import Any, ClassVar, Literal, TypeAlias

import numpy as np

from ...errors import InputError

Dtype = Literal["float32", "float16", "uint8", "int32"]
DTYPES = {"float32": "<f4", "float16": "<f2", "uint8": "u1", "int32": "<i4"}
HALVED = 256  # float32 numbers from which on it is worth a look whether half precision holds them all

Array: TypeAlias = np.ndarray[Any, Any]
Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"


class Record:
    """Base of the payload's frozen dataclasses. Their fields hold numbers, text, None, arrays, records, and tuples or
    mappings of these.
    """

    __dataclass_fields__: ClassVar[dict[str, Field[Any]]]

    def to_json(self) -> dict[str, Json]:
        """Return the fields as JSON takes them, in their order."""
        return {field.name: as_json(getattr(self, field.name)) for field in fields(self)}


@dataclass(frozen=True)
class EncodedArray(Record):
    """Numbers as text: little-endian, row by row, in base64."""

    dtype: Dtype
    shape: tuple[int, ...]
    data: str


def encode(array: Array) -> EncodedArray:
    """Return `array` as text. Floats become float32, whole numbers int32, bytes stay bytes. Many float32 that half
    precision holds exactly travel as float16: no number changes.

    >>> encode(np.array([[1, 2]], np.uint8))
    EncodedArray(dtype='uint8', shape=(1, 2), data='AQI=')
    """
    name = _dtype(array)
    data = np.ascontiguousarray(array, dtype=DTYPES[name])
    return EncodedArray(name, array.shape, base64.b64encode(data.tobytes()).decode())


@dataclass(frozen=True)
class ScaledBytes(Record):
    """Numbers in 8 bits as text: −127…127, each times the factor of its index on the first axis, float32."""

    dtype: Literal["int8"]
    shape: tuple[int, ...]
    factors: str
    data: str


def to_bytes(array: Array) -> ScaledBytes:
    """Return `array` rounded to 8 bits: along the first axis the largest magnitude of each item is 127.

    A number changes by half of its factor at most.

    >>> decode(to_bytes(np.array([[1.0, -127.0], [0.0, 0.0]])).to_json())
    array([[   1., -127.],
           [   0.,    0.]], dtype=float32)
    """
    rows = array.reshape(len(array), -1).astype(np.float32)
    factors = np.abs(rows).max(1, initial=0).astype(np.float32) / np.float32(127)
    steps = np.rint(rows / np.where(factors > 0, factors, 1)[:, None]).clip(-127, 127).astype(np.int8)
    texts = (base64.b64encode(data.tobytes()).decode() for data in (factors.astype("<f4"), steps))
    return ScaledBytes("int8", array.shape, *texts)


@dataclass(frozen=True)
class DeflatedBytes(Record):
    """Bytes compressed (zlib, RFC 1950), as text in base64."""

    shape: tuple[int, ...]
    deflated: str


def deflate(array: Array) -> DeflatedBytes:
    """Return the bytes of a uint8 array compressed: for many pictures that are mostly background.

    >>> deflate(np.zeros((2, 3), np.uint8)).shape
    (2, 3)
    """
    return DeflatedBytes(array.shape, base64.b64encode(zlib.compress(array.tobytes())).decode())


def encoded_size(array: Array | ScaledBytes) -> int:
    """Return how many characters the numbers of `array` take.

    >>> encoded_size(np.zeros(3)) == len(encode(np.zeros(3)).data) == 16
    True
    """
    if isinstance(array, ScaledBytes):
        return len(array.factors) + len(array.data)
    return -(-array.size * np.dtype(DTYPES[_dtype(array)]).itemsize // 3) * 4


def _dtype(array: Array) -> Dtype:
    """Return what the numbers of `array` are written as."""
    if array.dtype.kind != "f":
        return "uint8" if array.dtype == np.uint8 else "int32"
    if array.size < HALVED:
        return "float32"
    single = array.astype(np.float32)
    with np.errstate(over="ignore"):
        half = single.astype(np.float16)
    return "float16" if np.array_equal(half, single) else "float32"


def decode(entry: Mapping[str, Any]) -> Array:
    """Return the array that `encode` or `to_bytes` wrote from its JSON, float16 and 8 bits as float32. Raises
    InputError for anything else.
    """
    try:
        if entry["dtype"] == "int8":
            factors, steps = (base64.b64decode(entry[key], validate=True) for key in ("factors", "data"))
            rows = np.frombuffer(steps, np.int8).reshape(len(factors) // 4, -1)
            scaled: Array = (rows * np.frombuffer(factors, "<f4")[:, None]).reshape(entry["shape"])
            return scaled
        data = base64.b64decode(entry["data"], validate=True)
        numbers = np.frombuffer(data, DTYPES[entry["dtype"]]).reshape(entry["shape"])
        return numbers.astype(np.float32) if entry["dtype"] == "float16" else numbers
    except (KeyError, TypeError, ValueError) as error:
        raise InputError("payload.array", got=str(error)) from error


def as_json(value: object) -> Json:
    """Return a field's value as JSON takes it: tuples as lists, arrays and records as objects.

    >>> as_json({"at": (1, 2), "picture": None})
    {'at': [1, 2], 'picture': None}
    """
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, np.ndarray):
        return encode(value).to_json()
    if isinstance(value, Record):
        return value.to_json()
    if isinstance(value, Mapping):
        return {str(name): as_json(entry) for name, entry in value.items()}
    if isinstance(value, (tuple, list)):
        return [as_json(entry) for entry in value]
    raise TypeError(f"a record cannot hold a {type(value).__name__}")


def dumps(record: Record) -> str:
    """Return a record as JSON without white space, in ASCII. Raises ValueError for NaN or infinity."""
    return json.dumps(record.to_json(), separators=(",", ":"), allow_nan=False)
