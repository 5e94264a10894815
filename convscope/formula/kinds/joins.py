"""Layers that read several sources: add ends a skip connection, mul a gate, concat branches."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import reduce

from ...errors import PlanError, phrase
from ..geometry import Pair, Patch, Shape, Source, times
from ..onnx_operators import Operator, Piece
from ..receptive_field import ReceptiveField
from .base import Given, Layer, Sizes, operator


@dataclass(frozen=True, slots=True)
class PlaceByPlace(Layer):
    """A layer that makes each of its numbers from the one at its place in every source.

    Its result has its first source's shape. Others may have a single channel, row or column where the first has more:
    that one then counts for all of them (NumPy's broadcasting).
    """

    reads = "units"

    def sizes(self, given: Given) -> Sizes:
        first, *others = given.shapes
        if not others or any(n not in (1, most) for other in others for n, most in zip(other, first, strict=True)):
            raise PlanError("join.shapes", got=", ".join(map(times, given.shapes)), hint=phrase("join.shapes.try"))
        return Sizes(first, given.flat)

    def receptive_field(self, before: Sequence[ReceptiveField], grid: Pair) -> ReceptiveField:
        return reduce(ReceptiveField.joined, before)

    def reach(
        self, before: Sequence[tuple[ReceptiveField, Pair]], output: Shape, flat: bool
    ) -> tuple[ReceptiveField, Pair]:
        """A single row or column that counts for all sees the same for each: from unit to unit it does not jump."""
        if flat:
            return super(PlaceByPlace, self).reach(before, output, flat)
        fields = []
        for field, grid in before:
            moves = [not n == 1 < most for n, most in zip(grid, output[1:], strict=True)]
            fields.append(replace(field, jump=(field.jump[0] * moves[0], field.jump[1] * moves[1])))
        return self.receptive_field(fields, output[1:]), output[1:]

    def read_by(self, patch: Patch, source: Source) -> Patch:
        channels, rows, columns = source.shape
        single = frozenset({0})
        return Patch(
            range(1) if channels == 1 else patch.channels,
            single if rows == 1 else patch.rows,
            single if columns == 1 else patch.columns,
        )


@dataclass(frozen=True, slots=True)
class Add(PlaceByPlace):
    """The sum of its sources, place by place; the end of a skip: what its body made plus what went round it."""

    name = "add"

    def onnx(self, name: str, inputs: tuple[str, ...], shape: Shape) -> Piece:
        kind = "Add" if len(inputs) == 2 else "Sum"  # ONNX's Add takes two
        return Piece((Operator(kind, inputs, name),))


@dataclass(frozen=True, slots=True)
class Mul(PlaceByPlace):
    """The product of its sources, place by place; the end of a gate: what went into it times what its body made."""

    name = "mul"

    def onnx(self, name: str, inputs: tuple[str, ...], shape: Shape) -> Piece:
        product, operators = inputs[0], list[Operator]()
        for i, factor in enumerate(inputs[1:], 1):  # ONNX's Mul takes two
            made = name if i == len(inputs) - 1 else f"{name}.of{i + 1}"
            operators.append(Operator("Mul", (product, factor), made))
            product = made
        return Piece(tuple(operators))


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
