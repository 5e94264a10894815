"""ONNX operators that pad, resize or normalise maps, as layers of the formula."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from ..formula import kinds as k
from ..formula.onnx_operators import shortest
from .graph import Graph, Op
from .known import Known, number

HALF_PIXELS = 11  # the opset from which on a resize says how rows are placed


def _pad(graph: Graph, op: Op) -> Known | None:
    modes = {"constant": "zeros", "reflect": "reflect", "edge": "replicate", "wrap": "circular"}
    mode = modes[op.attributes.get("mode", "constant")]
    given = op.attributes.get("pads") or graph.constants[op.inputs[1]].tolist()
    value = op.attributes.get("value", 0.0)
    if len(op.inputs) > 2 and op.inputs[2]:
        value = float(graph.constants[op.inputs[2]].reshape(()))
    if len(op.inputs) > 3 and op.inputs[3]:  # which axes are meant, from opset 18 on
        axes = [axis % len(op.shape) for axis in graph.constants[op.inputs[3]].tolist()]
        whole = dict(zip([*axes, *(axis + 4 for axis in axes)], given, strict=True))
        given = [whole.get(i, 0) for i in range(8)]
    if len(op.shape) != 4 or len(given) != 8 or any(given[i] for i in (0, 1, 4, 5)):
        return None
    around = shortest(value) if mode == "zeros" else 0.0
    return Known(k.Pad((given[2], given[3], given[6], given[7]), mode, around), op.inputs[:1], {})


def _resize(graph: Graph, op: Op) -> Known | None:
    """Of the many ways to place the new rows those that place them as the formula's kind does."""
    before, mode = graph.shapes[op.inputs[0]], op.attributes.get("mode", "nearest")
    whole = len(before) == 4 and before[:2] == op.shape[:2] and not any(map(int.__mod__, op.shape[2:], before[2:]))
    if op.inputs[0] in graph.constants or not whole:
        return None
    scale = op.shape[2] // before[2], op.shape[3] // before[3]
    kind = {"nearest": "nearest", "linear": "bilinear", "bilinear": "bilinear"}[mode]
    older = "asymmetric" if op.kind == "Upsample" or graph.opened.opset < HALF_PIXELS else "half_pixel"
    placed = op.attributes.get("coordinate_transformation_mode", older)
    rounded = op.attributes.get("nearest_mode", "floor" if older == "asymmetric" else "round_prefer_floor")
    if kind == "nearest" and any(
        _nearest(at, times, length, placed, rounded) != at // times
        for times, length in zip(scale, before[2:], strict=True)
        for at in range(times * length)
    ):
        return None
    if kind == "bilinear" and max(scale) > 1 and placed not in ("half_pixel", "pytorch_half_pixel"):
        return None
    return Known(k.Upsample(scale, kind), op.inputs[:1], {})


def _nearest(at: int, times: int, length: int, placed: str, rounded: str) -> int:
    """Return the place of the input that place `at` of the output is (ONNX, operator Resize)."""
    place = {
        "asymmetric": at / times,
        "half_pixel": (at + 0.5) / times - 0.5,
        "half_pixel_symmetric": (at + 0.5) / times - 0.5,
        "pytorch_half_pixel": (at + 0.5) / times - 0.5 if times * length > 1 else 0.0,
        "tf_half_pixel_for_nn": (at + 0.5) / times,
        "align_corners": at * (length - 1) / (times * length - 1) if times * length > 1 else 0.0,
    }[placed]
    whole = {
        "floor": math.floor(place),
        "ceil": math.ceil(place),
        "round_prefer_floor": math.ceil(place - 0.5),
        "round_prefer_ceil": math.floor(place + 0.5),
    }[rounded]
    return min(max(whole, 0), length - 1)


def _instance_norm(graph: Graph, op: Op) -> Known | None:
    weight, bias = (graph.constants[name] for name in op.inputs[1:3])
    layer = k.GroupNorm(len(weight), number(op, "epsilon", 1e-5))
    return Known(layer, op.inputs[:1], {"weight": weight, "bias": bias}, op.inputs[1:3])


def _group_norm(graph: Graph, op: Op) -> Known | None:
    groups, channels = op.attributes["num_groups"], op.shape[1]
    weight, bias = (graph.constants[name] for name in op.inputs[1:3])
    if len(weight) == groups != channels:  # of opset 18: a number a group
        weight, bias = (np.repeat(tensor, channels // groups) for tensor in (weight, bias))
    layer = k.GroupNorm(groups, number(op, "epsilon", 1e-5))
    return Known(layer, op.inputs[:1], {"weight": weight, "bias": bias}, op.inputs[1:3])


def _layer_norm(graph: Graph, op: Op) -> Known | None:
    """Over the channels: of maps, whose axes are told before, the one that is the last in the file (laying.py)."""
    if op.attributes.get("axis", -1) not in ((1, -1) if len(op.shape) == 2 else (1,)):
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
