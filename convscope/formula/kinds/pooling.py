"""Pooling: one number for each window, or for each whole map."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from ...errors import phrase
from ..geometry import Pair, Patch, Shape, Sides, Size, Window, ends, pair
from ..onnx_operators import Piece, attributes
from ..receptive_field import ReceptiveField
from .arguments import AtMostHalf, Extent
from .base import Given, Layer, Sizes, Windowed, operator


@dataclass(frozen=True, slots=True)
class Pool(Windowed):
    """What both poolings have in common."""

    arguments: ClassVar = {
        "kernel": Extent(phrase("pool.kernel.try")),
        "stride": Extent(phrase("pool.stride.try"), follows="kernel"),
        "pad": Extent(phrase("pool.pad.try"), least=0, sides=True),
    }
    relations = (AtMostHalf("pad", "kernel"),)
    homogeneous = True
    channelwise = True

    kernel: Size
    stride: Size | None = None  # None: the kernel's own size
    pad: Sides = 0

    @property
    def window(self) -> Window:
        assert self.stride is not None  # the check has put the kernel's size there
        return Window(pair(self.kernel), pair(self.stride), *ends(self.pad))

    def _sizes_onnx(self) -> dict[str, tuple[int, ...]]:
        w = self.window
        return {"kernel_shape": w.kernel, "strides": w.stride, "pads": w.pads}

    @classmethod
    def read_onnx(cls, piece: Piece, shape: Shape) -> Self | None:
        given: Any = attributes(piece.operators[0])
        return cls(given["kernel_shape"], given["strides"], given["pads"])


@dataclass(frozen=True, slots=True)
class MaxPool(Pool):
    """The largest value of each window; `stride` is `kernel` by default. Padding counts as −∞."""

    name = "maxpool"
    example = "maxpool(2)"

    def onnx(self, name: str, inputs: tuple[str, ...], shape: Shape) -> Piece:
        return operator("MaxPool", name, inputs, **self._sizes_onnx())


@dataclass(frozen=True, slots=True)
class AvgPool(Pool):
    """The mean of each window; `stride` is `kernel` by default. The zeros of the padding count, as in torch."""

    name = "avgpool"
    example = "avgpool(2)"

    def onnx(self, name: str, inputs: tuple[str, ...], shape: Shape) -> Piece:
        return operator("AveragePool", name, inputs, **self._sizes_onnx(), count_include_pad=1)


@dataclass(frozen=True, slots=True)
class GlobalAvgPool(Layer):
    """The mean of each whole map (Lin et al. 2013, section 3.2)."""

    name = "gap"
    takes = "maps"
    reads = "all"
    homogeneous = True
    channelwise = True

    def sizes(self, given: Given) -> Sizes:
        channels, height, width = given.shape
        return Sizes((channels, 1, 1), False, f"the mean of {height}×{width}")

    def receptive_field(self, before: Sequence[ReceptiveField], grid: Pair) -> ReceptiveField:
        return before[0].through(grid, grid, (0, 0))  # one window over everything

    def read_by(self, patch: Patch, shape: Shape, flat: bool) -> Patch:
        return frozenset(range(shape[1])), frozenset(range(shape[2]))

    def onnx(self, name: str, inputs: tuple[str, ...], shape: Shape) -> Piece:
        return operator("GlobalAveragePool", name, inputs)

    @classmethod
    def read_onnx(cls, piece: Piece, shape: Shape) -> Self | None:
        return cls()
