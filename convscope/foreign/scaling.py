"""What a graph does to its pictures before the first layer: a scaling by channel, part of the preprocessing."""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

import numpy as np

from .graph import Graph, Op
from .step import Array


class Scaling(NamedTuple):
    """y = (x − mean) / std for each channel of the picture; `value` is the graph's name of y, `within` those before."""

    value: str
    within: tuple[str, ...]
    mean: Array
    std: Array


def scaling(graph: Graph, channels: int) -> Scaling:
    """Return what the graph does to its picture before anything else reads it."""
    readers: dict[str, list[Op]] = {}
    for op in graph.ops:
        for name in set(op.inputs):
            readers.setdefault(name, []).append(op)
    counts = Counter(name for op in graph.ops for name in op.inputs)
    value, within = graph.picture, list[str]()
    factor, offset = np.ones(channels), np.zeros(channels)
    while counts[value] == 1 and (op := readers[value][0]):
        step = _affine(graph, op, value, channels)
        if step is None or not (step[0] > 0).all():
            break
        factor, offset = factor * step[0], offset * step[0] + step[1]
        within.append(value)
        value = op.output
    return Scaling(value, tuple(within), -offset / factor, 1 / factor)


def _affine(graph: Graph, op: Op, value: str, channels: int) -> tuple[Array, Array] | None:
    """Return the factor and the offset of each channel; None for any other operator."""
    one, zero = np.ones(channels), np.zeros(channels)
    if op.kind == "Cast" or (op.kind == "Transpose" and op.attributes.get("perm") == (0, 3, 1, 2)):
        return one, zero
    if op.kind not in ("Add", "Sub", "Mul", "Div") or len(op.inputs) != 2:
        return None
    other = op.inputs[1] if op.inputs[0] == value else op.inputs[0]
    constant = graph.constants.get(other)
    if constant is None or op.shape != graph.shapes[value] or constant.dtype.kind != "f":
        return None
    numbers = _by_channel(constant, op.shape, channels)
    if numbers is None or (op.kind in ("Mul", "Div") and not numbers.all()):
        return None
    first = op.inputs[0] == value
    if op.kind == "Add":
        return one, numbers
    if op.kind == "Mul":
        return numbers, zero
    if op.kind == "Sub":
        return (one, -numbers) if first else (-one, numbers)
    return (1 / numbers, zero) if first else None


def _by_channel(constant: Array, shape: tuple[int, ...], channels: int) -> Array | None:
    """Return one number a channel where a constant has no more than that."""
    if constant.size == 1:
        return np.full(channels, float(constant.reshape(())))
    axis = 2 if len(shape) == 4 and shape[1] == channels else 0
    given = (1,) * (len(shape) - constant.ndim) + constant.shape
    place = len(shape) - 1 - axis
    fits = all(n == 1 or (i == place and n == channels) for i, n in enumerate(given))
    return constant.astype(np.float64).reshape(channels) if fits and constant.size == channels else None
