"""ONNX operators as layers of the formula, where it has exactly these, with their weights as the formula names them."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from ..errors import PlanError
from ..formula import kinds as k
from ..formula.kinds import Layer
from ..formula.kinds.activations import LARGEST_FLOAT
from ..formula.onnx_operators import shortest
from . import map_layers, norm_layers, unit_layers
from .graph import Graph, Op
from .known import Known as Known
from .known import number
from .step import Array


def known(graph: Graph, op: Op) -> Known | None:
    """Return the layer that one operator is, None if there is none."""
    read = None if op.output in graph.apart else READ.get(op.kind)
    try:
        return None if read is None else read(graph, op)
    except (PlanError, LookupError, ValueError, TypeError):  # an option beyond what the formula allows
        return None


# Operators that are one kind as they stand, its arguments being attributes with what they are where they are left out.
# The page's reader goes by the same table (table.py).
PLAIN: dict[str, tuple[type[Layer], tuple[tuple[str, float], ...]]] = {
    "GlobalAveragePool": (k.GlobalAvgPool, ()),
    "Softplus": (k.Softplus, ()),
    "Relu": (k.ReLU, ()),
    "LeakyRelu": (k.LeakyReLU, (("alpha", 0.01),)),
    "Elu": (k.ELU, (("alpha", 1.0),)),
    "Sigmoid": (k.Sigmoid, ()),
    "HardSwish": (k.HardSwish, ()),
    "Tanh": (k.Tanh, ()),
}


def _plain(name: str) -> Callable[[Graph, Op], Known | None]:
    kind, arguments = PLAIN[name]

    def read(graph: Graph, op: Op) -> Known | None:
        layer = kind(*(number(op, *argument) for argument in arguments))
        return Known(layer, op.inputs[:1], {}) if op.inputs[0] not in graph.constants else None

    return read


def _pads(graph: Graph, op: Op, kernel: tuple[int, int], dilation: tuple[int, int]) -> tuple[int, int, int, int]:
    """Return what stands around the maps: (top, left, bottom, right)."""
    given = op.attributes.get("auto_pad", "NOTSET")
    if given in ("NOTSET", ""):
        top, left, bottom, right = op.attributes.get("pads", (0, 0, 0, 0))
        return top, left, bottom, right
    if given == "VALID":
        return 0, 0, 0, 0
    stride = op.attributes.get("strides", (1, 1))
    pairs = []
    for i, length in enumerate(graph.shapes[op.inputs[0]][2:]):
        extent = dilation[i] * (kernel[i] - 1) + 1
        total = max(0, (-(-length // stride[i]) - 1) * stride[i] + extent - length)
        pairs.append((total // 2, total - total // 2) if given == "SAME_UPPER" else (total - total // 2, total // 2))
    return pairs[0][0], pairs[1][0], pairs[0][1], pairs[1][1]


def _conv(graph: Graph, op: Op) -> Known | None:
    weight = graph.constants[op.inputs[1]]
    if weight.ndim != 4:
        return None
    bias = graph.constants[op.inputs[2]] if len(op.inputs) > 2 and op.inputs[2] else None
    kernel, dilation = weight.shape[2:], tuple(op.attributes.get("dilations", (1, 1)))
    layer = k.Conv(
        weight.shape[0],
        kernel,
        tuple(op.attributes.get("strides", (1, 1))),
        _pads(graph, op, kernel, dilation),
        dilation,
        op.attributes.get("group", 1),
        bias is not None,
    )
    tensors = {"weight": weight} if bias is None else {"weight": weight, "bias": bias}
    return Known(layer, op.inputs[:1], tensors, tuple(name for name in op.inputs[1:] if name))


def _gemm(graph: Graph, op: Op) -> Known | None:
    if op.attributes.get("transA", 0) or op.inputs[1] not in graph.constants:
        return None
    weight = graph.constants[op.inputs[1]] * np.float32(op.attributes.get("alpha", 1.0))
    weight = weight if op.attributes.get("transB", 0) else weight.T
    held = len(op.inputs) > 2 and op.inputs[2]
    bias = graph.constants[op.inputs[2]] * np.float32(op.attributes.get("beta", 1.0)) if held else np.zeros(1)
    return _dense(weight, bias, op.inputs[:1], tuple(name for name in op.inputs[1:] if name))


def _matmul(graph: Graph, op: Op) -> Known | None:
    weight = graph.constants[op.inputs[1]]
    rows = len(graph.shapes[op.inputs[0]]) == 2 and weight.ndim == 2
    return _dense(weight.T, np.zeros(1), op.inputs[:1], op.inputs[1:]) if rows else None


def _dense(weight: Array, bias: Array, sources: tuple[str, ...], learned: tuple[str, ...]) -> Known:
    units = weight.shape[0]
    return Known(k.FC(units), sources, {"weight": weight, "bias": np.broadcast_to(bias.reshape(-1), (units,))}, learned)


def _batch_norm(graph: Graph, op: Op) -> Known | None:
    names = ("weight", "bias", "running_mean", "running_var")
    tensors = {name: graph.constants[value] for name, value in zip(names, op.inputs[1:5], strict=True)}
    if op.attributes.get("training_mode", 0):
        return None
    return Known(k.BatchNorm(number(op, "epsilon", 1e-5)), op.inputs[:1], tensors, op.inputs[1:3])


def _pool(kind: type[k.MaxPool] | type[k.AvgPool]) -> Callable[[Graph, Op], Known | None]:
    def read(graph: Graph, op: Op) -> Known | None:
        kernel = tuple(op.attributes["kernel_shape"])
        dilation = tuple(op.attributes.get("dilations", (1,) * len(kernel)))
        if len(kernel) != 2:
            return None
        pads, ceil = _pads(graph, op, kernel, dilation), bool(op.attributes.get("ceil_mode", 0))
        sizes = kernel, tuple(op.attributes.get("strides", (1, 1))), pads
        if kind is k.MaxPool:
            return Known(k.MaxPool(*sizes, dilation, ceil), op.inputs[:1], {})
        if any(n != 1 for n in dilation):
            return None
        counts = bool(op.attributes.get("count_include_pad", 0)) or not (any(pads) or ceil)
        return Known(k.AvgPool(*sizes, ceil, counts), op.inputs[:1], {})

    return read


def _flatten(graph: Graph, op: Op) -> Known | None:
    before, after = graph.shapes[op.inputs[0]], op.shape
    flat = len(before) == 4 and after == (before[0], math.prod(before[1:]))
    return Known(k.Flatten(), op.inputs[:1], {}) if flat else None


def _mean(graph: Graph, op: Op) -> Known | None:
    before = graph.shapes[op.inputs[0]]
    axes = op.attributes.get("axes")
    if axes is None and len(op.inputs) > 1 and op.inputs[1]:
        axes = graph.constants[op.inputs[1]].tolist()
    whole = len(before) == 4 and axes is not None and {axis % 4 for axis in axes} == {2, 3}
    return Known(k.GlobalAvgPool(), op.inputs[:1], {}) if whole else None


def _join(layer: Layer) -> Callable[[Graph, Op], Known | None]:
    """Return what reads a sum or a product of values, those first that have the result's shape; others may have a
    single channel, row or column where the result has more.
    """

    def read(graph: Graph, op: Op) -> Known | None:
        if len(op.inputs) < 2 or any(name in graph.constants for name in op.inputs):
            return None
        sources = tuple(sorted(op.inputs, key=lambda name: -math.prod(graph.shapes[name])))
        fits = all(len(graph.shapes[name]) == len(op.shape) for name in sources)
        return Known(layer, sources, {}) if fits and graph.shapes[sources[0]] == op.shape else None

    return read


def _concat(graph: Graph, op: Op) -> Known | None:
    axis = op.attributes["axis"] % len(op.shape)
    held = [name for name in op.inputs if name in graph.constants]
    if axis == 2 and held:
        return unit_layers.learned_places(graph, op, held)
    return Known(k.Concat(), op.inputs, {}) if axis == 1 and not held and len(op.inputs) > 1 else None


def _clip(graph: Graph, op: Op) -> Known | None:
    ends = [op.attributes.get("min", -math.inf), op.attributes.get("max", math.inf)]
    for i, name in enumerate(op.inputs[1:3]):
        if name:
            ends[i] = float(graph.constants[name].reshape(()))
    low, high = (shortest(float(np.float32(end))) for end in np.clip(ends, -LARGEST_FLOAT, LARGEST_FLOAT))
    if (low, high) == (0, 6):
        return Known(k.ReLU6(), op.inputs[:1], {})
    layer = k.ReLU() if low == 0 and high >= LARGEST_FLOAT else k.Clip(low, high)
    return Known(layer, op.inputs[:1], {})


def _prelu(graph: Graph, op: Op) -> Known | None:
    slope = graph.constants[op.inputs[1]]
    if slope.size == 1:
        return Known(k.PReLU(), op.inputs[:1], {"weight": slope.reshape(1)}, op.inputs[1:])
    slopes = by_channel(slope, op.shape)
    if slopes is None or op.inputs[0] in graph.constants:
        return None
    return Known(k.PReLU(True), op.inputs[:1], {"weight": slopes[:, None, None]}, op.inputs[1:])


def _hard_sigmoid(graph: Graph, op: Op) -> Known | None:
    torch = abs(op.attributes.get("alpha", 0.2) - 1 / 6) < 1e-6 and op.attributes.get("beta", 0.5) == 0.5
    return Known(k.HardSigmoid(), op.inputs[:1], {}) if torch else None


def _gelu(graph: Graph, op: Op) -> Known | None:
    exact = op.attributes.get("approximate", "none") == "none"
    return Known(k.GELU() if exact else k.GELUTanh(), op.inputs[:1], {})


def _lrn(graph: Graph, op: Op) -> Known | None:
    numbers = number(op, "alpha", 1e-4), number(op, "beta", 0.75), number(op, "bias", 1.0)
    return Known(k.LRN(op.attributes["size"], *numbers), op.inputs[:1], {})


def _scaled(kind: str) -> Callable[[Graph, Op], Known | None]:
    """Return what reads a product, quotient, sum or difference with one number, or one a channel."""

    def read(graph: Graph, op: Op) -> Known | None:
        first, second = op.inputs[:2]
        constant = graph.constants.get(second) if second in graph.constants else graph.constants.get(first)
        source = first if second in graph.constants else second
        if constant is None or len(op.inputs) != 2 or graph.shapes[source] != op.shape:
            return None
        numbers = by_channel(constant, op.shape)
        turned = source == second and kind in ("Sub", "Div")
        if numbers is None or (turned and kind == "Div"):
            return None
        one = np.ones_like(numbers)
        weight = numbers if kind == "Mul" else 1 / numbers if kind == "Div" else -one if turned else one
        bias = -numbers if kind == "Sub" and not turned else numbers
        learned = tuple(name for name in op.inputs if name in graph.constants)
        if kind in ("Mul", "Div"):
            return Known(k.Scale(False), (source,), {"weight": weight[:, None, None]}, learned)
        return Known(k.Scale(), (source,), {"weight": weight[:, None, None], "bias": bias[:, None, None]}, learned)

    return read


def by_channel(constant: Array, shape: tuple[int, ...]) -> Array | None:
    """Return one number a channel where a constant has no more than that, laid along values of `shape`, (1, C, H, W)
    or (1, units).
    """
    if len(shape) not in (2, 4) or constant.ndim > len(shape) or constant.dtype.kind != "f":
        return None
    if constant.size == 1:
        return np.full(shape[1], float(constant.reshape(())))
    laid = (1,) * (len(shape) - constant.ndim) + constant.shape
    return constant.reshape(-1) if laid == (1, shape[1]) + (1,) * (len(shape) - 2) else None


def _either(*reads: Callable[[Graph, Op], Known | None]) -> Callable[[Graph, Op], Known | None]:
    return lambda graph, op: next((found for read in reads if (found := read(graph, op))), None)


READ: dict[str, Callable[[Graph, Op], Known | None]] = {
    **{name: _plain(name) for name in PLAIN},
    "Conv": _conv,
    "Gemm": _gemm,
    "MatMul": _matmul,
    "BatchNormalization": _batch_norm,
    "MaxPool": _pool(k.MaxPool),
    "AveragePool": _pool(k.AvgPool),
    "ReduceMean": _mean,
    **dict.fromkeys(("Flatten", "Reshape", "Squeeze"), _flatten),
    **dict.fromkeys(("Add", "Sum"), _either(_join(k.Add()), _scaled("Add"), unit_layers.placed)),
    "Mul": _either(_join(k.Mul()), _scaled("Mul")),
    "Sub": _scaled("Sub"),
    "Div": _scaled("Div"),
    "LRN": _lrn,
    **norm_layers.TABLE,
    **map_layers.TABLE,
    **unit_layers.TABLE,
    "Concat": _concat,
    "Clip": _clip,
    "PRelu": _prelu,
    "HardSigmoid": _hard_sigmoid,
    "Gelu": _gelu,
}


def attributes_said(op: Op) -> str:
    """Return an operator as a line: its kind, with its numbers."""
    numbers: list[str] = []
    for name, value in op.attributes.items():
        if isinstance(value, (int, float, str)) or (isinstance(value, tuple) and len(value) <= 8):
            numbers.append(f"{name}={_said(value)}")
    return f"{op.kind}({', '.join(numbers[:4])})" if numbers else op.kind


def _said(value: Any) -> str:
    return (
        f"({', '.join(map(str, value))})"
        if isinstance(value, tuple)
        else f"{value:g}"
        if isinstance(value, float)
        else str(value)
    )
