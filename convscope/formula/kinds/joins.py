"""Layers that read several sources: add, which ends a skip connection."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Self

from ...errors import PlanError
from ..geometry import Pair, Patch, Shape, times
from ..onnx_operators import Operator, Piece
from ..receptive_field import ReceptiveField
from .base import Given, Layer, Sizes


@dataclass(frozen=True, slots=True)
class Add(Layer):
    """The sum of its sources, place by place; the end of a skip: what its body made plus what went into it."""

    name = "add"
    reads = "units"

    def sizes(self, given: Given) -> Sizes:
        if len(given.shapes) < 2 or len(set(given.shapes)) > 1:
            raise PlanError("add.shapes", got=" and ".join(map(times, given.shapes)))
        return Sizes(given.shape, given.flat)

    def receptive_field(self, before: Sequence[ReceptiveField], grid: Pair) -> ReceptiveField:
        return reduce(ReceptiveField.joined, before)

    def read_by(self, patch: Patch, shape: Shape, flat: bool) -> Patch:
        return patch

    def onnx(self, name: str, inputs: tuple[str, ...], shape: Shape) -> Piece:
        kind = "Add" if len(inputs) == 2 else "Sum"  # ONNX's Add takes two
        return Piece((Operator(kind, inputs, name),))

    @classmethod
    def read_onnx(cls, piece: Piece, shape: Shape) -> Self | None:
        return cls()
