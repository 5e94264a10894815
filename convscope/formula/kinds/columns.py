"""What layers have in common that make each number of all channels at its place, or of its whole row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..geometry import Pair, Patch, Shape, Source
from ..receptive_field import ReceptiveField
from .base import Given, Layer, Sizes


@dataclass(frozen=True, slots=True)
class Columnwise(Layer):
    """A layer whose every number reads the column of channels at its place; after a flatten the whole row."""

    reads = "column"

    def sizes(self, given: Given) -> Sizes:
        return Sizes(given.shape, given.flat)

    def receptive_field(self, before: Sequence[ReceptiveField], grid: Pair) -> ReceptiveField:
        return before[0]

    def reach(
        self, before: Sequence[tuple[ReceptiveField, Pair]], output: Shape, flat: bool
    ) -> tuple[ReceptiveField, Pair]:
        """A row of numbers that stand for places sees, together, what all of them see."""
        if flat:
            ((field, grid),) = before
            return field.through(grid, grid, (0, 0)), (1, 1)
        return super(Columnwise, self).reach(before, output, flat)

    def read_by(self, patch: Patch, source: Source) -> Patch:
        return patch._replace(channels=range(source.shape[0]))
