"""Operators that together normalise by the picture's own numbers: a layer normalisation written out in pieces, or one
between two turns of the axes.
"""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

import numpy as np

from ..formula import kinds as k
from ..formula.onnx_operators import shortest
from .graph import Graph, Op
from .known import Known
from .step import Array

LAST, FIRST = (0, 2, 3, 1), (0, 3, 1, 2)  # how axes are turned so that channels stand last, and back


class _Even(NamedTuple):
    """What is brought to mean 0 and variance 1: the value that is, the channels' axis, and the values in between."""

    source: str
    axis: int
    eps: float
    within: frozenset[str]


def normalised(graph: Graph, makers: dict[str, Op], readers: Counter[str]) -> dict[str, Known | None]:
    """Return, by the value that each makes, the layer normalisations; None for the values within them."""
    found: dict[str, Known | None] = {}
    for op in graph.ops:
        even = _even(graph, makers, op)
        if even is None:
            continue
        end, within, numbers, learned = op.output, set(even.within), dict[str, Array](), list[str]()
        for kind, name, usual in (("Mul", "weight", 1.0), ("Add", "bias", 0.0)):
            after = _only_reader(graph, readers, end)
            constant = None if after is None or after.kind != kind else _constant_of(graph, after)
            numbers[name] = np.full(graph.shapes[even.source][even.axis], usual, np.float32)
            if after is not None and constant is not None and _fits(graph, constant, even):
                numbers[name] = np.broadcast_to(graph.constants[constant].reshape(-1), numbers[name].shape)
                learned.append(constant)
                within.add(end)
                end = after.output
        layer = Known(k.LayerNorm(even.eps), (even.source,), numbers, tuple(learned))
        _add(graph, makers, readers, found, end, layer, within, even.axis)
    for op in graph.ops:
        if op.kind == "LayerNormalization" and len(op.shape) == 4 and op.attributes.get("axis", -1) in (-1, 3):
            known = _one_operator(graph, op)
            if known is not None:
                _add(graph, makers, readers, found, op.output, known, set(), 3)
    return found


def _add(
    graph: Graph,
    makers: dict[str, Op],
    readers: Counter[str],
    found: dict[str, Known | None],
    end: str,
    layer: Known,
    within: set[str],
    axis: int,
) -> None:
    """Add a layer over the channels, with the turns of the axes around it where they stand last; nothing where a value
    within it is read from outside.
    """
    (source,) = layer.sources
    if len(graph.shapes[source]) == 4 and axis == 3:
        turned, back = makers.get(source), _only_reader(graph, readers, end)
        if turned is None or back is None or (turned.kind, back.kind) != ("Transpose", "Transpose"):
            return
        if turned.attributes.get("perm") != LAST or back.attributes.get("perm") != FIRST:
            return
        within |= {source, end}
        layer, end = layer._replace(sources=turned.inputs[:1]), back.output
    inside = {*within, end}
    read = Counter(name for op in graph.ops if op.output in inside for name in op.inputs)
    if all(readers[name] == read[name] for name in within):
        found[end] = layer
        found |= dict.fromkeys(within)


def _even(graph: Graph, makers: dict[str, Op], op: Op) -> _Even | None:
    """Return what `op` ends if it is (x − mean) / √(variance + ε), over one axis."""
    if op.kind != "Div":
        return None
    top, root = (makers.get(name) for name in op.inputs)
    inner = _input(makers, root, "Sqrt")
    if top is None or root is None or inner is None or inner.kind != "Add":
        return None
    eps = _constant_of(graph, inner)
    variance = makers.get(next((name for name in inner.inputs if name != eps), ""))
    square = _input(makers, variance, "ReduceMean")
    apart = _centred(graph, makers, top)
    if eps is None or variance is None or square is None or apart is None or graph.constants[eps].size != 1:
        return None
    source, axis, mean = apart
    squared = makers.get(square.inputs[0])
    twice = square.kind == "Mul" and square.inputs[0] == square.inputs[1]
    if not twice and not (square.kind == "Pow" and _number(graph, square.inputs[1]) == 2):
        return None
    again = None if squared is None else _centred(graph, makers, squared)
    if squared is None or again is None or again[:2] != (source, axis) or _axis(graph, variance) != axis:
        return None
    within = {top.output, root.output, inner.output, variance.output, square.output, squared.output, mean, again[2]}
    number = shortest(float(graph.constants[eps].reshape(())))
    return _Even(source, axis, number, frozenset(within)) if 0 <= number <= 1 else None


def _centred(graph: Graph, makers: dict[str, Op], op: Op) -> tuple[str, int, str] | None:
    """Return (x, axis, the mean's value) of x − mean of x along one axis, the channels'."""
    mean = makers.get(op.inputs[1]) if op.kind == "Sub" else None
    if mean is None or mean.kind != "ReduceMean" or mean.inputs[0] != op.inputs[0]:
        return None
    axis = _axis(graph, mean)
    rank = len(graph.shapes[op.inputs[0]])
    known = axis is not None and mean.attributes.get("keepdims", 1) and (rank, axis) in ((2, 1), (4, 1), (4, 3))
    return (op.inputs[0], axis, mean.output) if known and axis is not None else None


def _axis(graph: Graph, op: Op) -> int | None:
    """Return the one axis that a mean is taken along."""
    axes = op.attributes.get("axes")
    if axes is None and len(op.inputs) > 1 and op.inputs[1] in graph.constants:
        axes = graph.constants[op.inputs[1]].reshape(-1).tolist()
    rank = len(graph.shapes[op.inputs[0]])
    return axes[0] % rank if axes is not None and len(axes) == 1 else None


def _input(makers: dict[str, Op], op: Op | None, kind: str) -> Op | None:
    return makers.get(op.inputs[0]) if op is not None and op.kind == kind else None


def _constant_of(graph: Graph, op: Op) -> str | None:
    return next((name for name in op.inputs if name in graph.constants), None)


def _number(graph: Graph, name: str) -> float | None:
    constant = graph.constants.get(name)
    return float(constant.reshape(())) if constant is not None and constant.size == 1 else None


def _fits(graph: Graph, name: str, even: _Even) -> bool:
    """Whether a constant is one number, or one a channel along the axis that is normalised."""
    constant, shape = graph.constants[name], graph.shapes[even.source]
    laid = (1,) * (len(shape) - constant.ndim) + constant.shape
    wanted = tuple(n if axis == even.axis else 1 for axis, n in enumerate(shape))
    return constant.size == 1 or laid == wanted


def _only_reader(graph: Graph, readers: Counter[str], value: str) -> Op | None:
    reading = [op for op in graph.ops if value in op.inputs]
    return reading[0] if len(reading) == 1 and readers[value] == 1 else None


def _one_operator(graph: Graph, op: Op) -> Known | None:
    weight = graph.constants.get(op.inputs[1])
    held = len(op.inputs) > 2 and op.inputs[2]
    if weight is None or op.inputs[0] in graph.constants or (held and op.inputs[2] not in graph.constants):
        return None
    bias = graph.constants[op.inputs[2]] if held else np.zeros_like(weight)
    layer = k.LayerNorm(shortest(float(op.attributes.get("epsilon", 1e-5))))
    return Known(layer, op.inputs[:1], {"weight": weight, "bias": bias}, tuple(name for name in op.inputs[1:] if name))
