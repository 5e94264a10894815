"""ONNX operators that spread maps out or share numbers among channels, as layers of the formula."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..formula import kinds as k
from ..formula.kinds import Layer
from .graph import Graph, Op
from .known import Known
from .laying import ONE_AXIS


def _transposed(graph: Graph, op: Op) -> Known | None:
    weight = graph.constants[op.inputs[1]]
    if weight.ndim != 4:
        return None
    stride, dilation = (tuple(op.attributes.get(name, (1, 1))) for name in ("strides", "dilations"))
    added, groups = tuple(op.attributes.get("output_padding", (0, 0))), op.attributes.get("group", 1)
    pads, given = tuple(op.attributes.get("pads", (0, 0, 0, 0))), op.attributes.get("auto_pad", "NOTSET")
    if "output_shape" in op.attributes or given not in ("NOTSET", "", "VALID"):
        sides = []
        for i, length in enumerate(graph.shapes[op.inputs[0]][2:]):
            whole = stride[i] * (length - 1) + added[i] + dilation[i] * (weight.shape[2 + i] - 1) + 1
            total = whole - op.shape[2 + i]
            less, more = total // 2, total - total // 2
            sides.append((less, more) if given == "SAME_UPPER" else (more, less))
        pads = (sides[0][0], sides[1][0], sides[0][1], sides[1][1])
    held = len(op.inputs) > 2 and op.inputs[2]
    sizes = (weight.shape[2:], stride, pads, added, dilation)
    layer = k.ConvTranspose(weight.shape[1] * groups, *sizes, groups, bool(held))
    tensors = {"weight": weight, "bias": graph.constants[op.inputs[2]]} if held else {"weight": weight}
    return Known(layer, op.inputs[:1], tensors, tuple(name for name in op.inputs[1:] if name))


def _shares(layer: Layer) -> Callable[[Graph, Op], Known | None]:
    def read(graph: Graph, op: Op) -> Known | None:
        single = graph.opened.opset >= ONE_AXIS
        rank = len(op.shape)
        axis = op.attributes.get("axis", -1 if single else 1) % rank
        whole = single or all(n == 1 for n in op.shape[2:])
        known = rank in (2, 4) and axis == 1 and whole and op.inputs[0] not in graph.constants
        return Known(layer, op.inputs[:1], {}) if known else None

    return read


def _largest(graph: Graph, op: Op) -> Known | None:
    """One window over the whole map."""
    before = graph.shapes[op.inputs[0]]
    return Known(k.MaxPool((before[2], before[3])), op.inputs[:1], {}) if len(before) == len(op.shape) == 4 else None


def _maximum(graph: Graph, op: Op) -> Known | None:
    """The largest number of each map."""
    axes = op.attributes.get("axes")
    if axes is None and len(op.inputs) > 1 and op.inputs[1]:
        axes = graph.constants[op.inputs[1]].tolist()
    before = graph.shapes[op.inputs[0]]
    whole = len(before) == 4 and axes is not None and {axis % 4 for axis in axes} == {2, 3}
    return Known(k.MaxPool((before[2], before[3])), op.inputs[:1], {}) if whole else None


def _sliced(graph: Graph, op: Op) -> Known | None:
    """Some of the channels, or of the rows and columns, all of every other axis."""
    before = graph.shapes[op.inputs[0]]
    given: list[Any] = [op.attributes.get(name) for name in ("starts", "ends", "axes")]
    for i, name in enumerate(op.inputs[1:4]):
        given[i] = graph.constants[name].reshape(-1).tolist()
    starts, ends, axes = given
    steps = graph.constants[op.inputs[4]].reshape(-1).tolist() if len(op.inputs) > 4 and op.inputs[4] else [1]
    axes = [axis % len(before) for axis in (range(len(starts)) if axes is None else axes)]
    if len(before) != 4 or set(steps) != {1} or op.shape[0] != before[0]:
        return None
    if 1 not in axes:
        kept = [(0, n) for n in before]
        for start, end, axis in zip(starts, ends, axes, strict=True):
            kept[axis] = slice(start, end).indices(before[axis])[:2]
        (top, bottom), (left, right) = ((kept[axis][0], before[axis] - kept[axis][1]) for axis in (2, 3))
        return Known(k.Pad((-top, -left, -bottom, -right)), op.inputs[:1], {}) if 0 not in axes else None
    if op.shape[2:] != before[2:]:
        return None
    first, end, _ = slice(starts[axes.index(1)], ends[axes.index(1)]).indices(before[1])
    return Known(k.ChannelSlice(first, end), op.inputs[:1], {})


def _part(graph: Graph, op: Op) -> Known | None:
    """One part of what is split along the channels."""
    if len(op.shape) != 4 or op.attributes.get("axis", 0) % 4 != 1:
        return None
    parts = op.beside or (op.output,)
    first = sum(graph.shapes[name][1] for name in parts[: parts.index(op.output)])
    return Known(k.ChannelSlice(first, first + op.shape[1]), op.inputs[:1], {})


TABLE: dict[str, Callable[[Graph, Op], Known | None]] = {
    "ConvTranspose": _transposed,
    "Softmax": _shares(k.Softmax()),
    "LogSoftmax": _shares(k.LogSoftmax()),
    "GlobalMaxPool": _largest,
    "ReduceMax": _maximum,
    "Slice": _sliced,
    "Split": _part,
}
