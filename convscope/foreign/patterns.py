"""Operators that together are one layer with a name: hard-swish written as Clip, Mul and Div, GELU by Erf, and such."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import replace
from typing import Any

import numpy as np

from ..formula import kinds as k
from ..formula.kinds import Layer
from ..formula.onnx_operators import shortest
from .graph import Graph, Op
from .layers import Known, by_channel, known
from .norm_patterns import normalised

# A pattern is (operator, argument, …); an argument another pattern, a number, or "x", what the layer reads.
Pattern = tuple[Any, ...]
TURNS = {"Add", "Mul"}  # whose arguments may stand in either order
ROUNDED_TO = ("uint8", "int8", "uint16", "int16")
FAR = 1e30  # from where on a clip's end is none
CLOSE = 1e-5  # of a constant, that float32 or half precision wrote

_GATE6: Pattern = ("Clip", ("Add", "x", 3.0), 0.0, 6.0)
_ERF: Pattern = ("Add", ("Erf", ("Div", "x", math.sqrt(2))), 1.0)
_CUBE: Pattern = ("Mul", ("Mul", "x", "x"), "x")
_TANH: Pattern = ("Add", ("Tanh", ("Mul", ("Add", "x", ("Mul", _CUBE, 0.044715)), math.sqrt(2 / math.pi))), 1.0)
_TANH_POW: Pattern = (
    "Add",
    ("Tanh", ("Mul", ("Add", "x", ("Mul", ("Pow", "x", 3.0), 0.044715)), math.sqrt(2 / math.pi))),
    1.0,
)
_ERF_MUL: Pattern = ("Add", ("Erf", ("Mul", "x", math.sqrt(0.5))), 1.0)
PATTERNS: tuple[tuple[Pattern, Layer], ...] = (
    (("Div", ("Mul", "x", _GATE6), 6.0), k.HardSwish()),
    (("Mul", "x", ("Div", _GATE6, 6.0)), k.HardSwish()),
    (("Mul", ("Mul", "x", _GATE6), 1 / 6), k.HardSwish()),
    (("Mul", "x", ("Mul", _GATE6, 1 / 6)), k.HardSwish()),
    (("Mul", "x", ("HardSigmoid", "x")), k.HardSwish()),
    (("Div", _GATE6, 6.0), k.HardSigmoid()),
    (("Mul", _GATE6, 1 / 6), k.HardSigmoid()),
    (("Mul", "x", ("Sigmoid", "x")), k.SiLU()),
    *(
        (pattern, layer)
        for erf, layer in ((_ERF, k.GELU()), (_ERF_MUL, k.GELU()), (_TANH, k.GELUTanh()), (_TANH_POW, k.GELUTanh()))
        for pattern in (
            ("Mul", ("Mul", "x", erf), 0.5),
            ("Mul", "x", ("Mul", erf, 0.5)),
            ("Mul", ("Mul", "x", 0.5), erf),
        )
    ),
)


def merged(graph: Graph) -> dict[str, Known | None]:
    """Return, by the value that each makes, the layers that several operators are together; None for the values within
    them, which are no steps then.
    """
    makers = {op.output: op for op in graph.ops}
    readers = Counter(name for op in graph.ops for name in op.inputs)
    found = {**_scaled(graph, makers, readers), **_biased(graph, makers, readers), **_shuffled(graph, makers, readers)}
    found |= _rounded(graph, makers, readers) | normalised(graph, makers, readers)
    for op in reversed(graph.ops):
        if op.output in found:
            continue
        for pattern, layer in PATTERNS:
            match = _Match(graph, makers)
            inner = list(match.within[1:]) if match.fits(pattern, op.output) else None
            if inner is not None and all(readers[name] == 1 for name in inner if name != match.x):
                found[op.output] = Known(layer, (match.x,), {})
                found.update(dict.fromkeys(inner))
                break
    return found


class _Match:
    """One attempt: `x` is what the pattern reads, `within` the values of its operators, the last first."""

    def __init__(self, graph: Graph, makers: dict[str, Op]) -> None:
        self.graph, self.makers = graph, makers
        self.x, self.within = "", list[str]()

    def fits(self, pattern: Any, name: str) -> bool:
        """Tell whether the value `name` is what the pattern says."""
        if isinstance(pattern, float):
            return self._is(name, pattern)
        if pattern == "x":
            if name in self.graph.constants or (self.x and self.x != name):
                return False
            self.x = name
            return True
        op = self.makers.get(name)
        kind, *wanted = pattern
        if op is None or op.kind != kind:
            return False
        if kind == "HardSigmoid" and (
            abs(op.attributes.get("alpha", 0.2) - 1 / 6) > CLOSE or op.attributes.get("beta", 0.5) != 0.5
        ):
            return False
        given: list[Any] = [self.graph.value(one) for one in op.inputs]
        if kind == "Clip" and len(given) == 1:
            given += [op.attributes.get("min", -math.inf), op.attributes.get("max", math.inf)]
        orders = [given, given[::-1]] if kind in TURNS else [given]
        for order in orders:
            before = self.x, list(self.within)
            self.within.append(name)
            if len(order) == len(wanted) and all(self._fits_one(w, g) for w, g in zip(wanted, order, strict=True)):
                return True
            self.x, self.within = before
        return False

    def _fits_one(self, wanted: Any, given: Any) -> bool:
        if isinstance(given, (int, float)):
            return isinstance(wanted, float) and abs(given - wanted) <= CLOSE
        return self.fits(wanted, given)

    def _is(self, name: str, number: float) -> bool:
        constant = self.graph.constants.get(name)
        return constant is not None and constant.size == 1 and abs(float(constant.reshape(())) - number) <= CLOSE


def _biased(graph: Graph, makers: dict[str, Op], readers: Counter[str]) -> dict[str, Known | None]:
    """Return likewise the layers whose bias stands apart: MatMul and Add, a convolution and Add."""
    found: dict[str, Known | None] = {}
    for op in graph.ops:
        constants = [name for name in op.inputs if name in graph.constants]
        product = next((makers[name] for name in op.inputs if name in makers), None)
        if op.kind != "Add" or len(constants) != 1 or product is None or product.kind not in ("MatMul", "Conv"):
            continue
        layer, bias = known(graph, product), graph.constants[constants[0]]
        channels = op.shape[1] if len(op.shape) == 4 else op.shape[-1]
        numbers = by_channel(bias, op.shape) if len(op.shape) == 4 else bias.reshape(-1)
        if layer is None or readers[product.output] > 1 or ("bias" in layer.tensors and product.kind == "Conv"):
            continue
        if numbers is None or numbers.size not in (1, channels) or op.shape != product.shape:
            continue
        whole = replace(layer.layer, bias=True) if isinstance(layer.layer, k.Conv) else layer.layer
        tensors = {**layer.tensors, "bias": np.broadcast_to(numbers, (channels,))}
        found[op.output] = Known(whole, layer.sources, tensors, (*layer.learned, *constants))
        found[product.output] = None
    return found


def _shuffled(graph: Graph, makers: dict[str, Op], readers: Counter[str]) -> dict[str, Known | None]:
    """Return likewise the shuffles of channels: a reshape to (1, groups, C/groups, H, W), the two in front swapped, and
    a reshape back.
    """
    found: dict[str, Known | None] = {}
    for op in graph.ops:
        swap = makers.get(op.inputs[0]) if op.kind == "Reshape" else None
        split = makers.get(swap.inputs[0]) if swap is not None and swap.kind == "Transpose" else None
        if swap is None or split is None or split.kind != "Reshape" or len(split.shape) != 5:
            continue
        before = graph.shapes[split.inputs[0]]
        whole = (
            before == op.shape and split.shape[3:] == op.shape[2:] and swap.attributes.get("perm") == (0, 2, 1, 3, 4)
        )
        if whole and readers[swap.output] == readers[split.output] == 1:
            found[op.output] = Known(k.ChannelShuffle(split.shape[1]), split.inputs[:1], {})
            found |= {swap.output: None, split.output: None}
    return found


def _scaled(graph: Graph, makers: dict[str, Op], readers: Counter[str]) -> dict[str, Known | None]:
    """Return likewise the products with a number a channel and the sums after them, which are one layer."""
    found: dict[str, Known | None] = {}
    for op in graph.ops:
        product = next((makers[name] for name in op.inputs if name in makers), None)
        if op.kind != "Add" or product is None or product.kind != "Mul" or readers[product.output] > 1:
            continue
        first, second = known(graph, product), known(graph, op)
        if (
            first is None
            or second is None
            or not isinstance(first.layer, k.Scale)
            or not isinstance(second.layer, k.Scale)
        ):
            continue
        tensors = {"weight": first.tensors["weight"], "bias": second.tensors["bias"]}
        found[op.output] = Known(k.Scale(), first.sources, tensors, (*first.learned, *second.learned))
        found[product.output] = None
    return found


def _rounded(graph: Graph, makers: dict[str, Op], readers: Counter[str]) -> dict[str, Known | None]:
    """Return likewise the pairs that round values to a few bits and bring them back, with one scale for all: what holds
    them between the ends of these bits. The rounding itself is left out, and its step kept.
    """
    found: dict[str, Known | None] = {}
    reading: dict[str, list[Op]] = {}
    for op in graph.ops:
        if op.kind == "DequantizeLinear":
            reading.setdefault(op.inputs[0], []).append(op)
    for value, pairs in reading.items():
        first = makers.get(value)
        if first is None or first.kind != "QuantizeLinear" or readers[value] != len(pairs):
            continue
        clips = [_held_between(graph, first, second) for second in pairs]
        if all(clip is not None for clip in clips):
            found |= {second.output: clip for second, clip in zip(pairs, clips, strict=True)}
            found[value] = None
    return found


def _held_between(graph: Graph, first: Op, second: Op) -> Known | None:
    """Return what a pair is but for its rounding; None for one whose halves differ, or with scales by channel."""
    (scale, zero), (again, back) = (_scale_of(graph, op) for op in (first, second))
    if scale is None or again is None or scale != again or zero != back or first.inputs[0] in graph.constants:
        return None
    ends = np.iinfo(zero.dtype)
    low, high = (shortest(float(np.float32(end - int(zero)) * scale)) for end in (ends.min, ends.max))
    return Known(k.Clip(low, high), first.inputs[:1], {}, (), float(scale)) if -FAR < low < high < FAR else None


def _scale_of(graph: Graph, op: Op) -> tuple[np.float32 | None, Any]:
    """Return the only scale of a half, and where its zero is, a whole number of the type that it rounds to."""
    scale = graph.constants.get(op.inputs[1])
    held = len(op.inputs) > 2 and op.inputs[2]
    usual = None if op.attributes.get("output_dtype") else np.zeros((), np.uint8)
    zero = graph.constants.get(op.inputs[2]) if held else usual
    if scale is None or zero is None or scale.size != 1 or zero.size != 1 or zero.dtype.name not in ROUNDED_TO:
        return None, zero
    return np.float32(scale.reshape(())), zero.reshape(())[()]
