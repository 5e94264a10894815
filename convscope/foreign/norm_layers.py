"""ONNX operators that pad, resize or normalise maps, as layers of the formula."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ..formula import kinds as k
from .graph import Graph, Op
from .known import Known, number


def _pad(graph: Graph, op: Op) -> Known | None:
    mode = {"constant": "zeros", "reflect": "reflect", "edge": "replicate"}[op.attributes.get("mode", "constant")]
    given = op.attributes.get("pads") or graph.constants[op.inputs[1]].tolist()
    value = op.attributes.get("value", 0.0)
    if len(op.inputs) > 2 and op.inputs[2]:
        value = float(graph.constants[op.inputs[2]].reshape(()))
    if len(given) != 8 or any(given[i] for i in (0, 1, 4, 5)) or (mode == "zeros" and value) or op.inputs[3:]:
        return None
    return Known(k.Pad((given[2], given[3], given[6], given[7]), mode), op.inputs[:1], {})


def _resize(graph: Graph, op: Op) -> Known | None:
    """Numbers are compared afterwards: of the many ways to place the new rows, those that differ stay boxes."""
    before, mode = graph.shapes[op.inputs[0]], op.attributes.get("mode", "nearest")
    if len(before) != 4 or before[:2] != op.shape[:2] or op.shape[2] % before[2] or op.shape[3] % before[3]:
        return None
    scale = op.shape[2] // before[2], op.shape[3] // before[3]
    kind = {"nearest": "nearest", "linear": "bilinear", "bilinear": "bilinear"}[mode]
    return Known(k.Upsample(scale, kind), op.inputs[:1], {})


def _instance_norm(graph: Graph, op: Op) -> Known | None:
    weight, bias = (graph.constants[name] for name in op.inputs[1:3])
    layer = k.GroupNorm(len(weight), number(op, "epsilon", 1e-5))
    return Known(layer, op.inputs[:1], {"weight": weight, "bias": bias}, op.inputs[1:3])


def _group_norm(graph: Graph, op: Op) -> Known | None:
    groups, channels = op.attributes["num_groups"], op.shape[1]
    weight, bias = (graph.constants[name] for name in op.inputs[1:3])
    if len(weight) == groups != channels:  # of opset 18: a number a group
        return None
    layer = k.GroupNorm(groups, number(op, "epsilon", 1e-5))
    return Known(layer, op.inputs[:1], {"weight": weight, "bias": bias}, op.inputs[1:3])


def _layer_norm(graph: Graph, op: Op) -> Known | None:
    if len(op.shape) != 2 or op.attributes.get("axis", -1) not in (1, -1):
        return None
    weight = graph.constants[op.inputs[1]]
    bias = graph.constants[op.inputs[2]] if len(op.inputs) > 2 and op.inputs[2] else np.zeros_like(weight)
    layer = k.LayerNorm(number(op, "epsilon", 1e-5))
    return Known(layer, op.inputs[:1], {"weight": weight, "bias": bias}, tuple(name for name in op.inputs[1:] if name))


TABLE: dict[str, Callable[[Graph, Op], Known | None]] = {
    "Pad": _pad,
    **dict.fromkeys(("Resize", "Upsample"), _resize),
    "InstanceNormalization": _instance_norm,
    "GroupNormalization": _group_norm,
    "LayerNormalization": _layer_norm,
}
