"""The fully connected layer: its weights, MACs and ONNX operators."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from ...errors import PlanError, phrase
from ..geometry import Pair, Patch, Shape, Source
from ..onnx_operators import Piece
from ..receptive_field import ReceptiveField
from .arguments import Whole
from .base import Given, Layer, Sizes, Tensors, operator


@dataclass(frozen=True, slots=True)
class FC(Layer):
    """Fully connected: every input to each of `units`; None for one unit per class. Maps are flattened before it."""

    name = "fc"
    arguments: ClassVar = {"units": Whole(phrase("units.try"), optional=True)}
    takes = "rows"
    reads = "all"
    filters = True

    units: int | None = None

    def sizes(self, given: Given) -> Sizes:
        if self.units is None and not given.last:
            raise PlanError("units.last", hint=phrase("units.last.try"))
        units = self.units or given.classes
        return Sizes((units, 1, 1), True, f"{units} units")

    def weights(self, shape: Shape, output: Shape) -> Tensors:
        return ("weight", (output[0], shape[0])), ("bias", (output[0],))

    def parameters_how(self, shape: Shape, output: Shape) -> str:
        return f"{output[0]} × ({shape[0]} + 1) = {output[0] * (shape[0] + 1):,}"

    def macs(self, shape: Shape, output: Shape) -> int:
        return output[0] * shape[0]

    def receptive_field(self, before: Sequence[ReceptiveField], grid: Pair) -> ReceptiveField:
        return before[0].through(grid, grid, (0, 0))  # one window over everything

    def read_by(self, patch: Patch, source: Source) -> Patch:
        return patch._replace(channels=range(source.shape[0]))

    def onnx(self, name: str, inputs: tuple[str, ...], shape: Shape) -> Piece:
        return operator("Gemm", name, inputs, "weight", "bias", transB=1)
