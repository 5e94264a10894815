"""Softmax and its logarithm within a network: the numbers of each place as shares of one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Self

from ..geometry import Pair, Patch, Shape, Source
from ..onnx_operators import Piece, attributes
from ..receptive_field import ReceptiveField
from .base import Given, Layer, Sizes, operator


@dataclass(frozen=True, slots=True)
class Shares(Layer):
    """A layer that sets each number in proportion to those of the other channels at its place, or of its row."""

    reads = "column"
    operator: ClassVar[str]

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
        return super(Shares, self).reach(before, output, flat)

    def read_by(self, patch: Patch, source: Source) -> Patch:
        return patch._replace(channels=range(source.shape[0]))

    def onnx(self, name: str, inputs: tuple[str, ...], shape: Shape) -> Piece:
        return operator(self.operator, name, inputs, axis=1)

    @classmethod
    def read_onnx(cls, piece: Piece, shape: Shape) -> Self | None:
        op = piece.operators[0]
        return cls() if op.kind == cls.operator and attributes(op)["axis"] == 1 else None


@dataclass(frozen=True, slots=True)
class Softmax(Shares):
    """eˣ over the sum of eˣ: of the channels at each place, or of a row of numbers. Within a network only: at its end
    the loss takes scores.
    """

    name = "softmax"
    operator = "Softmax"


@dataclass(frozen=True, slots=True)
class LogSoftmax(Shares):
    """The logarithm of softmax: x − ln Σ eˣ. Within a network only."""

    name = "log_softmax"
    operator = "LogSoftmax"
