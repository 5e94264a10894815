"""Operators that together normalise by the picture's own numbers: a layer normalisation written out in pieces, a group
normalisation as operators before opset 18 have it.
"""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

import numpy as np

from ..formula import kinds as k
from ..formula.kinds import Layer
from ..formula.onnx_operators import shortest
from .axes import PLAIN
from .graph import Graph, Op
from .known import Known, number
from .step import Array


class _Even(NamedTuple):
    """What is brought to mean 0 and variance 1: the layer that this is but for what it learned, the value that it
    reads, and the values in between.
    """

    layer: Layer
    source: str
    within: frozenset[str]


def normalised(graph: Graph, makers: dict[str, Op], readers: Counter[str]) -> dict[str, Known | None]:
    """Return, by the value that each makes, the layer and group normalisations; None for the values within them."""
    found: dict[str, Known | None] = {}
    for op in graph.ops:
        even = _even(graph, makers, op) or _grouped(graph, makers, op)
        if even is None:
            continue
        end, within, numbers, learned = op.output, set(even.within), dict[str, Array](), list[str]()
        for kind, name, usual in (("Mul", "weight", 1.0), ("Add", "bias", 0.0)):
            after = _only_reader(graph, readers, end)
            constant = None if after is None or after.kind != kind else _constant_of(graph, after)
            numbers[name] = np.full(graph.shapes[even.source][1], usual, np.float32)
            if after is not None and constant is not None and _fits(graph, constant, even):
                numbers[name] = np.broadcast_to(graph.constants[constant].reshape(-1), numbers[name].shape)
                learned.append(constant)
                within.add(end)
                end = after.output
        inside = {*within, end}
        read = Counter(name for op in graph.ops if op.output in inside for name in op.inputs)
        if all(readers[name] == read[name] for name in within):  # none is read from outside
            found[end] = Known(even.layer, (even.source,), numbers, tuple(learned))
            found |= dict.fromkeys(within)
    return found


def _even(graph: Graph, makers: dict[str, Op], op: Op) -> _Even | None:
    """Return what `op` ends if it is (x − mean) / √(variance + ε), over the channels."""
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
    source, mean = apart
    squared = makers.get(square.inputs[0])
    twice = square.kind == "Mul" and square.inputs[0] == square.inputs[1]
    if not twice and not (square.kind == "Pow" and _number(graph, square.inputs[1]) == 2):
        return None
    again = None if squared is None else _centred(graph, makers, squared)
    if squared is None or again is None or again[0] != source or not _over_channels(graph, variance):
        return None
    within = {top.output, root.output, inner.output, variance.output, square.output, squared.output, mean, again[1]}
    added = shortest(float(graph.constants[eps].reshape(())))
    return _Even(k.LayerNorm(added), source, frozenset(within)) if 0 <= added <= 1 else None


def _grouped(graph: Graph, makers: dict[str, Op], op: Op) -> _Even | None:
    """Return what `op` ends if it shapes maps back whose channels were laid behind one another, group by group, and
    each group normalised as one map: what torch writes for its GroupNorm.
    """
    norm = _input(makers, op, "Reshape")
    split = _input(makers, norm, "InstanceNormalization")
    if norm is None or split is None or split.kind not in ("Reshape", "Tokens"):
        return None
    source, (weight, bias) = split.inputs[0], (graph.constants.get(name) for name in norm.inputs[1:3])
    if weight is None or bias is None or (weight != 1).any() or bias.any():  # a factor for each group
        return None
    groups, eps = weight.size, number(norm, "epsilon", 1e-5)
    laid = graph.axes.get(split.output), graph.axes.get(op.output)
    if laid != (PLAIN[3], PLAIN[4]) or graph.shapes[source] != op.shape or op.shape[1] % groups or not 0 <= eps <= 1:
        return None
    return _Even(k.GroupNorm(groups, eps), source, frozenset({split.output, norm.output}))


def _centred(graph: Graph, makers: dict[str, Op], op: Op) -> tuple[str, str] | None:
    """Return (x, the mean's value) of x − mean of x over the channels."""
    mean = makers.get(op.inputs[1]) if op.kind == "Sub" else None
    if mean is None or mean.kind != "ReduceMean" or mean.inputs[0] != op.inputs[0]:
        return None
    return (op.inputs[0], mean.output) if mean.attributes.get("keepdims", 1) and _over_channels(graph, mean) else None


def _over_channels(graph: Graph, op: Op) -> bool:
    """Whether a mean is taken over the channels alone, of maps or of a row of numbers."""
    axes = op.attributes.get("axes")
    if axes is None and len(op.inputs) > 1 and op.inputs[1] in graph.constants:
        axes = graph.constants[op.inputs[1]].reshape(-1).tolist()
    rank = len(graph.shapes[op.inputs[0]])
    return rank in (2, 4) and axes is not None and [axis % rank for axis in axes] == [1]


def _input(makers: dict[str, Op], op: Op | None, kind: str) -> Op | None:
    return makers.get(op.inputs[0]) if op is not None and op.kind == kind else None


def _constant_of(graph: Graph, op: Op) -> str | None:
    return next((name for name in op.inputs if name in graph.constants), None)


def _number(graph: Graph, name: str) -> float | None:
    constant = graph.constants.get(name)
    return float(constant.reshape(())) if constant is not None and constant.size == 1 else None


def _fits(graph: Graph, name: str, even: _Even) -> bool:
    """Whether a constant is one number, or one a channel."""
    constant, shape = graph.constants[name], graph.shapes[even.source]
    laid = (1,) * (len(shape) - constant.ndim) + constant.shape
    wanted = tuple(n if axis == 1 else 1 for axis, n in enumerate(shape))
    return constant.size == 1 or laid == wanted


def _only_reader(graph: Graph, readers: Counter[str], value: str) -> Op | None:
    reading = [op for op in graph.ops if value in op.inputs]
    return reading[0] if len(reading) == 1 and readers[value] == 1 else None
