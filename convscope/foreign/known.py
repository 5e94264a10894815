"""What a reader of operators finds: a layer of the formula, with its weights."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from ..formula.kinds import Layer
from ..formula.onnx_operators import shortest
from .graph import Op
from .step import Array


class Known(NamedTuple):
    """A layer, the values that it reads, its tensors, and the constants that it learned; no layer where several
    operators are one thing that the formula has not, and `label` says what. `rounded`: the steps to whose multiples the
    file rounds what the layer makes, and the layer does not; 0 where nothing is rounded.
    """

    layer: Layer | None
    sources: tuple[str, ...]
    tensors: Mapping[str, Array]
    learned: tuple[str, ...] = ()
    rounded: float = 0.0
    label: str = ""  # where it is not the operator's


def number(op: Op, name: str, default: float) -> float:
    """Return an attribute, as short as a file holds it."""
    return shortest(float(op.attributes.get(name, default)))
