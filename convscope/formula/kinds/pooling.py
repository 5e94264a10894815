"""Pooling: one number for each window, for each cell of a grid laid over a map, or for each whole map."""

from __future__ import annotations

import math
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from ...errors import PlanError, phrase
from ..geometry import Pair, Patch, Shape, Sides, Size, Source, Window, ends, pair, times
from ..onnx_operators import FLOAT, Operator, Piece, Tensor, wholes
from ..receptive_field import ReceptiveField
from .arguments import AtMostHalf, Extent, Flag
from .base import Given, Layer, Sizes, Windowed, operator

MAX_AVERAGED = 1 << 16  # numbers of the two matrices that average in a model file: 4 bytes each, in every such layer


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

    def _window(self, dilation: Size, ceil: bool) -> Window:
        assert self.stride is not None  # the check has put the kernel's size there
        return Window(pair(self.kernel), pair(self.stride), *ends(self.pad), pair(dilation), ceil)

    def _sizes_onnx(self, shape: Shape) -> dict[str, int | tuple[int, ...]]:
        """Sizes are rounded down there, after more padding: ONNX's ceil_mode was another one before opset 22."""
        w = self.window
        return {"kernel_shape": w.kernel, "strides": w.stride, "pads": w.pads_over(shape[1:])}


@dataclass(frozen=True, slots=True)
class MaxPool(Pool):
    """The largest value of each window; `stride` is `kernel` by default. Padding counts as −∞. With `ceil_mode` sizes
    are rounded up, if the last window begins on the map.
    """

    name = "maxpool"
    example = "maxpool(2)"
    arguments: ClassVar = {**Pool.arguments, "dilation": Extent(phrase("dilation.try")), "ceil_mode": Flag()}

    dilation: Size = 1
    ceil_mode: bool = False

    @property
    def window(self) -> Window:
        return self._window(self.dilation, self.ceil_mode)

    def options(self) -> dict[str, float | bool | list[int]]:
        return {"ceil_mode": self.ceil_mode}

    def sizes(self, given: Given) -> Sizes:
        made = super(MaxPool, self).sizes(given)
        for axis, (length, places) in enumerate(zip(given.shape[1:], made.output[1:], strict=True)):
            if place := self._without(axis, length, places):
                where = phrase("pool.padding.row" if axis == 0 else "pool.padding.column", n=place)
                raise PlanError("pool.padding", got=where, hint="pad=0")
        self._check_reach(given.shape)
        return made

    def _check_reach(self, shape: Shape) -> None:
        """Refuse a last window, there by rounding up, that reaches as far behind the map as the kernel has numbers: it
        can where it is dilated, and ONNX Runtime opens no such file.
        """
        w = self.window
        for reach, kernel in zip(w.pads_over(shape[1:])[2:], w.kernel, strict=True):
            if reach >= kernel:
                expected = phrase("value.most", n=kernel - 1)
                raise PlanError("pool.reach", got=reach, expected=expected, hint="ceil_mode=False")

    def _without(self, axis: int, length: int, places: int) -> int:
        """Return the first place, counted from 1, whose window has nothing of `length` rows or columns; 0 for none."""
        w = self.window
        kernel, stride, pad, dilation = w.kernel[axis], w.stride[axis], w.pad[axis], w.dilation[axis]
        for at in range(min(places, -(-pad // stride))):  # those that begin on the map have their first number there
            first = (at * stride - pad) % dilation  # the first of its places that is not before the map
            if first >= length or (first + pad - at * stride) // dilation >= kernel:
                return at + 1
        return 0

    def onnx(self, name: str, inputs: tuple[str, ...], shape: Shape) -> Piece:
        apart = {"dilations": self.window.dilation} if self.dilation != 1 else {}
        return operator("MaxPool", name, inputs, **self._sizes_onnx(shape), **apart)


@dataclass(frozen=True, slots=True)
class AvgPool(Pool):
    """The mean of each window; `stride` is `kernel` by default. The zeros of the padding count, as in torch, but with
    `count_include_pad=False`. With `ceil_mode` sizes are rounded up, if the last window begins on the map; what it has
    beyond the padding never counts.
    """

    name = "avgpool"
    example = "avgpool(2)"
    arguments: ClassVar = {**Pool.arguments, "ceil_mode": Flag(), "count_include_pad": Flag()}

    ceil_mode: bool = False
    count_include_pad: bool = True

    @property
    def window(self) -> Window:
        return self._window(1, self.ceil_mode)

    def options(self) -> dict[str, float | bool | list[int]]:
        return {"ceil_mode": self.ceil_mode, "count_include_pad": self.count_include_pad}

    def onnx(self, name: str, inputs: tuple[str, ...], shape: Shape) -> Piece:
        w, counts = self.window, int(self.count_include_pad)
        sizes = self._sizes_onnx(shape)
        if not w.ceil or not counts:
            return operator("AveragePool", name, inputs, **sizes, count_include_pad=counts)
        padded, sides = f"{name}.padded", f"{name}.sides"  # zeros that count stand there before what does not is added
        top, left, bottom, right = w.pads_over(shape[1:])
        more = (0, 0, max(0, bottom - w.pad_end[0]), max(0, right - w.pad_end[1]))
        begins, ends = (top, left), (min(bottom, w.pad_end[0]), min(right, w.pad_end[1]))
        operators = (
            Operator("Pad", (*inputs, sides), padded),
            Operator("AveragePool", (padded,), name, {**sizes, "pads": more, "count_include_pad": 0}),
        )
        return Piece(operators, {sides: wholes(0, 0, *begins, 0, 0, *ends)})


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

    def read_by(self, patch: Patch, source: Source) -> Patch:
        _, height, width = source.shape
        return Patch(patch.channels, frozenset(range(height)), frozenset(range(width)))

    def onnx(self, name: str, inputs: tuple[str, ...], shape: Shape) -> Piece:
        return operator("GlobalAveragePool", name, inputs)


@dataclass(frozen=True, slots=True)
class AdaptiveAvgPool(Layer):
    """The mean of each cell of a grid of `size` rows and columns, whatever the size of the maps (torch's
    AdaptiveAvgPool2d): cell i of n reads rows ⌊i·H/n⌋ … ⌈(i + 1)·H/n⌉ − 1.
    """

    name = "adaptive_avgpool"
    example = "adaptive_avgpool(4)"
    arguments: ClassVar = {"size": Extent("adaptive_avgpool(4)")}
    takes = "maps"
    reads = "cell"
    homogeneous = True
    channelwise = True

    size: Size

    def sizes(self, given: Given) -> Sizes:
        (n, m), (channels, height, width) = pair(self.size), given.shape
        if n * height + m * width > MAX_AVERAGED:
            raise PlanError(
                "adaptive.large",
                got=f"{n}×{height} + {m}×{width} = {n * height + m * width:,}",
                expected=phrase("value.most", n=f"{MAX_AVERAGED:,}"),
                hint=phrase("adaptive.large.try"),
            )
        most = "" if height % n == width % m == 0 else "at most "
        cells = times((_largest(height, n), _largest(width, m)))
        return Sizes((channels, n, m), False, f"{height}×{width} in cells of {most}{cells}")

    def receptive_field(self, before: Sequence[ReceptiveField], grid: Pair) -> ReceptiveField:
        """Exact where the cells are all alike; else this is the first unit's, with the largest cell's size and the
        nearest whole step. `seen` is exact for every unit.
        """
        axes = tuple(zip(grid, pair(self.size), strict=True))
        rows, columns = (_largest(length, n) for length, n in axes)
        down, across = (max(1, (2 * length + n) // (2 * n)) for length, n in axes)
        return before[0].through((rows, columns), (down, across), (0, 0))

    def read_by(self, patch: Patch, source: Source) -> Patch:
        (n, m), (_, height, width) = pair(self.size), source.shape
        rows = frozenset(y for i in patch.rows for y in cell(i, n, height))
        return Patch(patch.channels, rows, frozenset(x for i in patch.columns for x in cell(i, m, width)))

    def onnx(self, name: str, inputs: tuple[str, ...], shape: Shape) -> Piece:
        """Rows are averaged first, or columns: what makes fewer numbers in between, never more than the larger end."""
        (n, m), (_, height, width) = pair(self.size), shape
        made, between = inputs[0], f"{name}.between"
        operators = []
        for axis, output in zip("rc" if n * width <= height * m else "cr", (between, name), strict=True):
            factors = (f"{name}.rows", made) if axis == "r" else (made, f"{name}.columns")
            operators.append(Operator("MatMul", factors, output))
            made = between
        turned = [list(column) for column in zip(*_averaging(m, width), strict=True)]
        tensors = {f"{name}.rows": _matrix(_averaging(n, height)), f"{name}.columns": _matrix(turned)}
        return Piece(tuple(operators), tensors)


def cell(i: int, n: int, length: int) -> range:
    """Return the places, of `length`, that cell `i` of `n` reads.

    >>> [cell(i, 3, 7) for i in range(3)]
    [range(0, 3), range(2, 5), range(4, 7)]
    """
    return range(i * length // n, -(-(i + 1) * length // n))


def _largest(length: int, n: int) -> int:
    """Return how many places the largest of `n` cells reads.

    With both divided by what they share, cells begin at every fraction of a place, so one begins just before a place.
    """
    shared = math.gcd(length, n)
    return -(-(length + n - shared) // n)


def _averaging(n: int, length: int) -> list[list[float]]:
    """Return the (n, length) matrix that makes the means of `n` cells."""
    cells = [cell(i, n, length) for i in range(n)]
    return [[1 / len(places) if at in places else 0.0 for at in range(length)] for places in cells]


def _matrix(rows: list[list[float]]) -> Tensor:
    numbers = [number for row in rows for number in row]
    return Tensor(FLOAT, (len(rows), len(rows[0])), struct.pack(f"<{len(numbers)}f", *numbers))
