"""Operators that together are one layer with a name: hard-swish written as Clip, Mul and Div, GELU by Erf, and such."""

from __future__ import annotations

import math
from collections import Counter
from typing import Any

import numpy as np

from ..formula import kinds as k
from ..formula.kinds import Layer
from .graph import Graph, Op
from .layers import Known, known

# A pattern is (operator, argument, …); an argument another pattern, a number, or "x", what the layer reads.
Pattern = tuple[Any, ...]
TURNS = {"Add", "Mul"}  # whose arguments may stand in either order
CLOSE = 1e-5  # of a constant, that float32 or half precision wrote

_GATE6: Pattern = ("Clip", ("Add", "x", 3.0), 0.0, 6.0)
_ERF: Pattern = ("Add", ("Erf", ("Div", "x", math.sqrt(2))), 1.0)
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
        (pattern, k.GELU())
        for erf in (_ERF, _ERF_MUL)
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
    found: dict[str, Known | None] = {}
    for op in reversed(graph.ops):
        if op.output in found:
            continue
        for pattern, layer in PATTERNS:
            match = _Match(graph, makers)
            if match.fits(pattern, op.output) and all(
                readers[name] == 1 for name in match.within[1:] if name != match.x
            ):
                found[op.output] = Known(layer, (match.x,), {})
                found.update(dict.fromkeys(match.within[1:]))
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


def biased(graph: Graph) -> dict[str, Known | None]:
    """Return likewise the fully connected layers that are written as MatMul and Add."""
    makers = {op.output: op for op in graph.ops}
    readers = Counter(name for op in graph.ops for name in op.inputs)
    found: dict[str, Known | None] = {}
    for op in graph.ops:
        constants = [name for name in op.inputs if name in graph.constants]
        product = next((makers[name] for name in op.inputs if name in makers), None)
        if op.kind != "Add" or len(constants) != 1 or product is None or product.kind != "MatMul":
            continue
        layer, bias = known(graph, product), graph.constants[constants[0]]
        if layer is None or readers[product.output] > 1 or bias.size not in (1, op.shape[-1]):
            continue
        tensors = {**layer.tensors, "bias": np.broadcast_to(bias.reshape(-1), op.shape[-1:])}
        found[op.output] = Known(layer.layer, layer.sources, tensors, (*layer.learned, *constants))
        found[product.output] = None
    return found
