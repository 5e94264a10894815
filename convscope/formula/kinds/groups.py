"""Normalisation by the picture's own numbers: in groups of channels, or over the channels of each place."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from ...errors import phrase
from ..geometry import Pair, Patch, Shape, Source
from ..onnx_operators import FLOAT, Operator, Piece, Tensor, float32, scalar, wholes
from ..receptive_field import ReceptiveField
from .arguments import Number, Whole
from .base import Given, Layer, Sizes, Tensors, require_groups
from .columns import Columnwise


@dataclass(frozen=True, slots=True)
class OwnNorm(Layer):
    """A normalisation whose mean and variance are those of the picture at hand, while training and after."""

    learned_per_channel = 2

    def weights(self, shape: Shape, output: Shape) -> Tensors:
        return ("weight", (shape[0],)), ("bias", (shape[0],))


@dataclass(frozen=True, slots=True)
class GroupNorm(OwnNorm):
    """The maps of each group of channels to mean 0, variance 1, then each channel scaled and shifted by learned numbers
    (Wu & He 2018). As many groups as channels are instance normalisation. `eps` is added to the variance.
    """

    name = "group_norm"
    example = "group_norm(2)"
    arguments: ClassVar = {"groups": Whole("group_norm(2)"), "eps": Number(phrase("eps.try"), most=1.0)}
    takes = "maps"
    reads = "group"

    groups: int
    eps: float = 1e-5

    def options(self) -> dict[str, float | bool | list[int]]:
        return {"groups": self.groups, "eps": self.eps}

    def sizes(self, given: Given) -> Sizes:
        require_groups(self.groups, given)
        return Sizes(given.shape, given.flat)

    def receptive_field(self, before: Sequence[ReceptiveField], grid: Pair) -> ReceptiveField:
        """Mean and variance see all of the map; from unit to unit only the number itself moves."""
        return replace(before[0].through(grid, grid, (0, 0)), jump=before[0].jump)

    def read_by(self, patch: Patch, source: Source) -> Patch:
        channels, height, width = source.shape
        each, asked = channels // self.groups, patch.channels
        read = range(asked.start // each * each, ((asked.stop - 1) // each + 1) * each)
        return Patch(read, frozenset(range(height)), frozenset(range(width)))

    def onnx(self, name: str, inputs: tuple[str, ...], shape: Shape) -> Piece:
        parts = ("apart", "even", "joined", "factor", "summand", "scaled", "split", "whole", "each", "ones", "zeros")
        apart, even, joined, factor, summand, scaled, split, whole, each, ones, zeros = (f"{name}.{p}" for p in parts)
        operators = (  # opset 17 has no GroupNormalization
            Operator("Reshape", (*inputs, split), apart),
            Operator("InstanceNormalization", (apart, ones, zeros), even, {"epsilon": float32(self.eps)}),
            Operator("Reshape", (even, whole), joined),
            Operator("Reshape", (f"{name}.weight", each), factor),
            Operator("Mul", (joined, factor), scaled),
            Operator("Reshape", (f"{name}.bias", each), summand),
            Operator("Add", (scaled, summand), name),
        )
        tensors = {split: wholes(0, self.groups, -1), whole: wholes(0, *shape), each: wholes(-1, 1, 1)}
        for constant, value in ((ones, 1.0), (zeros, 0.0)):
            tensors[constant] = Tensor(FLOAT, (self.groups,), struct.pack("<f", value) * self.groups)
        return Piece(operators, tensors)


@dataclass(frozen=True, slots=True)
class LayerNorm(Columnwise, OwnNorm):
    """The channels of each place to mean 0, variance 1, then each scaled and shifted by learned numbers (Ba et al.
    2016; of maps as ConvNeXt has it, Liu et al. 2022); after a flatten all numbers. `eps` is added to the variance.
    """

    name = "layer_norm"
    arguments: ClassVar = {"eps": Number(phrase("eps.try"), most=1.0)}

    eps: float = 1e-5

    def options(self) -> dict[str, float | bool | list[int]]:
        return {"eps": self.eps}

    def onnx(self, name: str, inputs: tuple[str, ...], shape: Shape) -> Piece:
        """Axes are turned round, so that the channels are the last but one of maps and of rows alike."""
        parts = ("turned", "mean", "apart", "square", "variance", "safe", "deviation", "even", "factor", "summand")
        turned, mean, apart, square, variance, safe, deviation, even, factor, summand = (f"{name}.{p}" for p in parts)
        scaled, shifted, eps, each = (f"{name}.{part}" for part in ("scaled", "shifted", "eps", "each"))
        operators = (
            Operator("Transpose", inputs, turned),
            Operator("ReduceMean", (turned,), mean, {"axes": (-2,), "keepdims": 1}),
            Operator("Sub", (turned, mean), apart),
            Operator("Mul", (apart, apart), square),
            Operator("ReduceMean", (square,), variance, {"axes": (-2,), "keepdims": 1}),
            Operator("Add", (variance, eps), safe),
            Operator("Sqrt", (safe,), deviation),
            Operator("Div", (apart, deviation), even),
            Operator("Reshape", (f"{name}.weight", each), factor),
            Operator("Mul", (even, factor), scaled),
            Operator("Reshape", (f"{name}.bias", each), summand),
            Operator("Add", (scaled, summand), shifted),
            Operator("Transpose", (shifted,), name),
        )
        return Piece(operators, {eps: scalar(self.eps), each: wholes(-1, 1)})
