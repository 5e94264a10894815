"""ONNX operators on units and places: a token that was learned, a number for each unit, a sign, a square."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from ..formula import kinds as k
from .graph import Graph, Op
from .known import Known


def _tokens(graph: Graph, op: Op) -> Known | None:
    """Rows and columns that became places in one row, or a row of numbers that became maps of a pixel (laying.py)."""
    return Known(k.Tokens(), op.inputs, {})


def learned_places(graph: Graph, op: Op, held: Sequence[str]) -> Known | None:
    """Return learned tokens put before others: places in one row, after constants."""
    if len(op.shape) != 4 or op.inputs != (*held, op.inputs[-1]) or len(held) != len(op.inputs) - 1:
        return None
    places = np.concatenate([graph.constants[name][0] for name in held], 1)
    whole = places.dtype.kind == "f" and graph.shapes[op.inputs[-1]][3] == places.shape[2] == 1
    return Known(k.Tokens(places.shape[1]), op.inputs[-1:], {"weight": places}, tuple(held)) if whole else None


def placed(graph: Graph, op: Op) -> Known | None:
    """A sum with a number for each unit."""
    held = [name for name in op.inputs if name in graph.constants]
    source = next((name for name in op.inputs if name not in graph.constants), "")
    if len(op.inputs) != 2 or len(held) != 1 or graph.shapes[source] != op.shape or len(op.shape) not in (2, 4):
        return None
    constant = graph.constants[held[0]]
    laid = (1,) * (len(op.shape) - constant.ndim) + constant.shape
    if laid != op.shape or constant.dtype.kind != "f":
        return None
    units = (*op.shape[1:], 1, 1)[:3]
    return Known(k.Position(), (source,), {"weight": constant.reshape(units)}, tuple(held))


def _negated(graph: Graph, op: Op) -> Known | None:
    one = np.full((op.shape[1], 1, 1), -1, np.float32)
    known = len(op.shape) in (2, 4) and op.inputs[0] not in graph.constants
    return Known(k.Scale(False), op.inputs, {"weight": one}) if known else None


def _squared(graph: Graph, op: Op) -> Known | None:
    """x² is x·x."""
    constant = graph.constants.get(op.inputs[1])
    squared = constant is not None and constant.size == 1 and float(constant.reshape(())) == 2
    return (
        Known(k.Mul(), (op.inputs[0], op.inputs[0]), {}) if squared and graph.shapes[op.inputs[0]] == op.shape else None
    )


TABLE: dict[str, Callable[[Graph, Op], Known | None]] = {
    **dict.fromkeys(("Tokens", "Pixels"), _tokens),
    "Neg": _negated,
    "Pow": _squared,
}
