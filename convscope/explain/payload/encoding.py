"""Arrays as JSON: {"dtype", "shape", "data"}, the numbers little-endian in base64. See docs/payload.md."""

from __future__ import annotations

import base64
from typing import Any

import numpy as np

from ...errors import InputError

DTYPES = {"float32": "<f4", "uint8": "u1", "int32": "<i4"}

Array = np.ndarray[Any, Any]


def encode(array: Array) -> dict[str, Any]:
    """Return `array` as JSON takes it. Floats become float32, whole numbers int32, bytes stay bytes.

    >>> encode(np.array([[1, 2]], np.uint8))
    {'dtype': 'uint8', 'shape': [1, 2], 'data': 'AQI='}
    """
    name = "uint8" if array.dtype == np.uint8 else "float32" if array.dtype.kind == "f" else "int32"
    data = np.ascontiguousarray(array, dtype=DTYPES[name])
    return {"dtype": name, "shape": list(array.shape), "data": base64.b64encode(data.tobytes()).decode()}


def decode(entry: dict[str, Any]) -> Array:
    """Return the array that `encode` wrote, read-only. Raises InputError for anything else."""
    try:
        data = base64.b64decode(entry["data"], validate=True)
        return np.frombuffer(data, DTYPES[entry["dtype"]]).reshape(entry["shape"])
    except (KeyError, TypeError, ValueError) as error:
        raise InputError("not an array of a payload", got=str(error)) from error
