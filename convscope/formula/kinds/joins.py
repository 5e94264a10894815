"""Layers that read several sources: add, which ends a skip connection, and concat, which ends branches."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Self

from ...errors import PlanError, phrase
from ..geometry import Pair, Patch, Shape, Source, times
from ..onnx_operators import Operator, Piece
from ..receptive_field import ReceptiveField
from .base import Given, Layer, Sizes, operator


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

    def read_by(self, patch: Patch, source: Source) -> Patch:
        return patch

    def onnx(self, name: str, inputs: tuple[str, ...], shape: Shape) -> Piece:
        kind = "Add" if len(inputs) == 2 else "Sum"  # ONNX's Add takes two
        return Piece((Operator(kind, inputs, name),))

    @classmethod
    def read_onnx(cls, piece: Piece, shape: Shape) -> Self | None:
        return cls()


@dataclass(frozen=True, slots=True)
class Concat(Layer):
    """The maps of its sources one after another, or their rows of numbers; the end of branches."""

    name = "concat"
    reads = "source"

    def sizes(self, given: Given) -> Sizes:
        if len(given.shapes) < 2 or len({shape[1:] for shape in given.shapes}) > 1:
            rows, columns = min(shape[1:] for shape in given.shapes)
            raise PlanError(
                "concat.sizes",
                got=", ".join(map(times, given.shapes)),
                hint=phrase("concat.sizes.try", rows=rows, columns=columns),
            )
        channels = [shape[0] for shape in given.shapes]
        how = f"{' + '.join(map(str, channels))} = {sum(channels)}"
        return Sizes((sum(channels), *given.shape[1:]), given.flat, how)

    def receptive_field(self, before: Sequence[ReceptiveField], grid: Pair) -> ReceptiveField:
        return reduce(ReceptiveField.joined, before)

    def reach(
        self, before: Sequence[tuple[ReceptiveField, Pair]], output: Shape, flat: bool
    ) -> tuple[ReceptiveField, Pair]:
        """Rows that stand for places of different maps see, together, what all of them see."""
        if flat and len({(field.jump, grid) for field, grid in before}) > 1:
            whole = [field.through(grid, grid, (0, 0)) for field, grid in before]
            return self.receptive_field(whole, (1, 1)), (1, 1)
        return super(Concat, self).reach(before, output, flat)

    def read_by(self, patch: Patch, source: Source) -> Patch:
        ends = patch.channels.start, patch.channels.stop
        first, end = (min(max(at - source.first, 0), source.shape[0]) for at in ends)
        return patch._replace(channels=range(first, end))

    def onnx(self, name: str, inputs: tuple[str, ...], shape: Shape) -> Piece:
        return operator("Concat", name, inputs, axis=1)

    @classmethod
    def read_onnx(cls, piece: Piece, shape: Shape) -> Self | None:
        return cls()
