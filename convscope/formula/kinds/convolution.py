"""The convolution layer: its shapes, weights, MACs and ONNX operator."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar, Literal

from ...errors import phrase
from ..geometry import Shape, Sides, Size, Source, Window, ends, pair, times
from ..onnx_operators import Piece
from .arguments import Divides, Extent, Flag, SameNeedsOdd, Whole
from .base import Given, Tensors, Windowed, operator, require_groups


@dataclass(frozen=True, slots=True)
class Conv(Windowed):
    """Convolution (cross-correlation, as torch's Conv2d) of C×H×W feature maps to `channels` maps.

    Rows: ⌊(H + 2·pad − K)/stride⌋ + 1 with K = dilation·(kernel − 1) + 1; columns likewise. "same" pads (K − 1)/2 on
    both sides; four numbers are top, left, bottom, right. `groups` splits the channels into that many independent
    convolutions.
    """

    name = "conv"
    example = phrase("conv.try")
    arguments: ClassVar = {
        "channels": Whole(phrase("channels.try")),
        "kernel": Extent(phrase("kernel.try")),
        "stride": Extent(phrase("stride.try")),
        "pad": Extent(phrase("pad.try"), least=0, words=("same",), sides=True),
        "dilation": Extent(phrase("dilation.try")),
        "groups": Whole(phrase("groups.try")),
        "bias": Flag(),
    }
    relations = (Divides("groups", "channels"), SameNeedsOdd("pad", "kernel"))
    filters = True

    channels: int
    kernel: Size
    stride: Size = 1
    pad: Sides | Literal["same"] = 0
    dilation: Size = 1
    groups: int = 1
    bias: bool = True

    @property
    def window(self) -> Window:
        kernel, dilation = pair(self.kernel), pair(self.dilation)
        same = dilation[0] * (kernel[0] - 1) // 2, dilation[1] * (kernel[1] - 1) // 2
        before, after = (same, same) if self.pad == "same" else ends(self.pad)
        return Window(kernel, pair(self.stride), before, after, dilation)

    def options(self) -> dict[str, float | bool | list[int]]:
        return {"groups": self.groups, "bias": self.bias}

    def channels_out(self, given: Given) -> int:
        require_groups(self.groups, given)
        return self.channels

    def channels_read(self, channels: range, source: Source) -> range:
        made, read = self.channels // self.groups, source.shape[0] // self.groups  # of one group
        return range(channels.start // made * read, ((channels.stop - 1) // made + 1) * read)

    def weights(self, shape: Shape, output: Shape) -> Tensors:
        weight = ("weight", (self.channels, *self._filter(shape)))
        return (weight, ("bias", (self.channels,))) if self.bias else (weight,)

    def parameters_how(self, shape: Shape, output: Shape) -> str:
        one = self._filter(shape)
        total = self.channels * (math.prod(one) + self.bias)
        return f"{self.channels} × ({times(one)}{' + 1' if self.bias else ''}) = {total:,}"

    def macs(self, shape: Shape, output: Shape) -> int:
        return math.prod(output) * math.prod(self._filter(shape))

    def _filter(self, shape: Shape) -> tuple[int, int, int]:
        return (shape[0] // self.groups, *pair(self.kernel))

    def onnx(self, name: str, inputs: tuple[str, ...], shape: Shape) -> Piece:
        w, weights = self.window, ("weight", "bias") if self.bias else ("weight",)
        sizes = {"kernel_shape": w.kernel, "strides": w.stride, "pads": w.pads, "dilations": w.dilation}
        return operator("Conv", name, inputs, *weights, **sizes, group=self.groups)
