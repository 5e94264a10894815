"""The transposed convolution: its shapes, weights, MACs and ONNX operator."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from ...errors import PlanError, phrase
from ..geometry import Pair, Patch, Shape, Sides, Size, Source, ends, pair, times
from ..onnx_operators import Piece
from ..receptive_field import ReceptiveField
from .arguments import BelowBoth, Divides, Extent, Flag, Whole
from .base import Given, Layer, Sizes, Tensors, operator, require_groups


@dataclass(frozen=True, slots=True)
class ConvTranspose(Layer):
    """Transposed convolution (torch's ConvTranspose2d): every number times the kernel is added to the places that a
    convolution of the same stride would read; maps grow (Zeiler et al. 2010, "Deconvolutional networks").

    Rows: (H − 1)·stride − 2·pad + K + output_padding with K = dilation·(kernel − 1) + 1; columns likewise. `pad` takes
    rows and columns off, four numbers are top, left, bottom, right; `output_padding` adds some at the end.
    """

    name = "conv_transpose"
    example = "conv_transpose(8, 2, stride=2)"
    arguments: ClassVar = {
        "channels": Whole("conv_transpose(8, 2, stride=2)"),
        "kernel": Extent("conv_transpose(8, 2, stride=2)"),
        "stride": Extent("conv_transpose(8, 2, stride=2)"),
        "pad": Extent("pad=1", least=0, sides=True),
        "output_padding": Extent("output_padding=1", least=0),
        "dilation": Extent(phrase("dilation.try")),
        "groups": Whole(phrase("groups.try")),
        "bias": Flag(),
    }
    relations = (Divides("groups", "channels"), BelowBoth("output_padding", "stride"))
    takes = "maps"
    reads = "spread"
    filters = True

    channels: int
    kernel: Size
    stride: Size = 1
    pad: Sides = 0
    output_padding: Size = 0
    dilation: Size = 1
    groups: int = 1
    bias: bool = True

    @property
    def extent(self) -> Pair:
        """K = dilation·(kernel − 1) + 1, rows and columns."""
        (kh, kw), (dh, dw) = pair(self.kernel), pair(self.dilation)
        return dh * (kh - 1) + 1, dw * (kw - 1) + 1

    def options(self) -> dict[str, float | bool | list[int]]:
        before, after = ends(self.pad)
        sizes = {"kernel": pair(self.kernel), "stride": pair(self.stride), "dilation": pair(self.dilation)}
        numbers = {name: list(size) for name, size in sizes.items()}
        added = list(pair(self.output_padding))
        return {
            **numbers,
            "sides": [*before, *after],
            "output_padding": added,
            "groups": self.groups,
            "bias": self.bias,
        }

    def sizes(self, given: Given) -> Sizes:
        require_groups(self.groups, given)
        rows, columns = (self._along(axis, given.shape[axis + 1]) for axis in (0, 1))
        how = rows[1] if rows[:2] == columns[:2] else f"rows {rows[1]}, columns {columns[1]}"
        return Sizes((self.channels, rows[0], columns[0]), False, how, (rows[2], columns[2]))

    def _along(self, axis: int, i: int) -> tuple[int, str, int]:
        """Return how many places an axis has, the sum that says so, and how many of its input it leaves unread."""
        before, after = (end[axis] for end in ends(self.pad))
        stride, extent, added = pair(self.stride)[axis], self.extent[axis], pair(self.output_padding)[axis]
        o = (i - 1) * stride - before - after + extent + added
        taken = f"2×{before}" if before == after else f"{before} − {after}"
        how = f"({i} − 1)×{stride} − {taken} + {extent} + {added} = {o}"
        if o < 1:
            words = "rows.none" if axis == 0 else "columns.none"
            raise PlanError(words, how=how, expected=phrase("value.least", n=1), hint="pad=0")
        return o, how, self._unread(axis, i, o)

    def _unread(self, axis: int, i: int, o: int) -> int:
        """Return how many places of the input add to nothing that is kept: only where much is taken off."""
        before, stride = ends(self.pad)[0][axis], pair(self.stride)[axis]
        kernel, dilation = pair(self.kernel)[axis], pair(self.dilation)[axis]
        cut = min(i, -(-before // stride))  # those whose first product lies in what is taken off
        inside = min(i, max(cut, -(-(o + before) // stride)))
        kept = 0
        for at in range(cut):
            first = (at * stride - before) % dilation  # the first place that one of its products reaches
            kept += first < o and (first + before - at * stride) // dilation < kernel
        return i - kept - (inside - cut)

    def read_along(self, axis: int, at: int, length: int) -> range:
        """Return the places of `length` rows (axis 0) or columns whose products with the kernel reach place `at`."""
        stride, dilation = pair(self.stride)[axis], pair(self.dilation)[axis]
        reached = at + ends(self.pad)[0][axis]  # = place·stride + tap·dilation
        step = dilation // math.gcd(stride, dilation)
        first = max(0, -(-(reached - self.extent[axis] + 1) // stride))
        last = min(length - 1, reached // stride)
        begin = next(
            (i for i in range(first, min(first + step, last + 1)) if (reached - i * stride) % dilation == 0), 0
        )
        none = last < first or (reached - begin * stride) % dilation or begin < first
        return range(0) if none else range(begin, last + 1, step)

    def read_by(self, patch: Patch, source: Source) -> Patch:
        made, read = self.channels // self.groups, source.shape[0] // self.groups  # of one group
        channels = range(patch.channels.start // made * read, ((patch.channels.stop - 1) // made + 1) * read)
        axes = []
        for axis, places in enumerate((patch.rows, patch.columns)):
            found: set[int] = set()
            for at in places:
                found.update(self.read_along(axis, at, source.shape[axis + 1]))
                if len(found) == source.shape[axis + 1]:  # all there is
                    break
            axes.append(frozenset(found))
        return Patch(channels, *axes)

    def weights(self, shape: Shape, output: Shape) -> Tensors:
        weight = ("weight", (shape[0], self.channels // self.groups, *pair(self.kernel)))
        return (weight, ("bias", (self.channels,))) if self.bias else (weight,)

    def parameters_how(self, shape: Shape, output: Shape) -> str:
        one = (shape[0] // self.groups, *pair(self.kernel))
        total = self.channels * (math.prod(one) + self.bias)
        return f"{self.channels} × ({times(one)}{' + 1' if self.bias else ''}) = {total:,}"

    def macs(self, shape: Shape, output: Shape) -> int:
        return math.prod(shape) * self.channels // self.groups * math.prod(pair(self.kernel))

    def receptive_field(self, before: Sequence[ReceptiveField], grid: Pair) -> ReceptiveField:
        """The size of the units that see most; the jump is the nearest whole number of pixels, 1 at least."""
        (field,), (stride, extent) = before, (pair(self.stride), self.extent)
        wide = [-(-k // s) for k, s in zip(extent, stride, strict=True)]
        taken = [(k - 1 - p) // s for k, p, s in zip(extent, ends(self.pad)[0], stride, strict=True)]
        seen = field.through((wide[0], wide[1]), (1, 1), (taken[0], taken[1]))
        down, across = (max(1, (2 * jump + s) // (2 * s)) for jump, s in zip(field.jump, stride, strict=True))
        return ReceptiveField(seen.size, (down, across), seen.start)

    def onnx(self, name: str, inputs: tuple[str, ...], shape: Shape) -> Piece:
        before, after = ends(self.pad)
        weights = ("weight", "bias") if self.bias else ("weight",)
        sizes = {"kernel_shape": pair(self.kernel), "strides": pair(self.stride), "pads": before + after}
        more = {"dilations": pair(self.dilation), "output_padding": pair(self.output_padding)}
        return operator("ConvTranspose", name, inputs, *weights, **sizes, **more, group=self.groups)
