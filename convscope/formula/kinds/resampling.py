"""Layers whose rows and columns are others of the maps they read, or sums of two: padding by itself, and upsampling."""

from __future__ import annotations

import struct
from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from ...errors import PlanError, phrase
from ..geometry import Pair, Patch, Shape, Sides, Size, Source, ends, pair
from ..onnx_operators import FLOAT, Operator, Piece, Tensor, scalar, wholes
from ..receptive_field import ReceptiveField
from .arguments import LARGEST, Extent, Number, OnlyZeros, Word
from .base import Given, Layer, Sizes
from .pooling import MAX_AVERAGED

MOST_VALUE = 1e30  # of what is put around maps

Weighed = tuple[tuple[int, float], ...]  # places along an axis, each with its weight


@dataclass(frozen=True, slots=True)
class Resampled(Layer):
    """A layer that makes each row of maps from one or two rows of its input, and each column likewise."""

    takes = "maps"
    reads = "along"
    channelwise = True

    @abstractmethod
    def along(self, axis: int, at: int, length: int) -> Weighed:
        """Return the places of `length` rows (axis 0) or columns that place `at` is made from; none for zeros."""

    def _axis(self, axis: int, count: int, length: int) -> list[Weighed]:
        return [self.along(axis, at, length) for at in range(count)]

    def read_by(self, patch: Patch, source: Source) -> Patch:
        rows, columns = (
            frozenset(place for at in places for place, _ in self.along(axis, at, source.shape[axis + 1]))
            for axis, places in enumerate((patch.rows, patch.columns))
        )
        return Patch(patch.channels, rows, columns)

    def _gathered(self, name: str, inputs: tuple[str, ...], shape: Shape, output: Pair) -> Piece:
        between, rows, columns = f"{name}.between", f"{name}.rows", f"{name}.columns"
        operators = (
            Operator("Gather", (*inputs, rows), between, {"axis": 2}),
            Operator("Gather", (between, columns), name, {"axis": 3}),
        )
        places = [[one[0][0] for one in self._axis(axis, output[axis], shape[axis + 1])] for axis in (0, 1)]
        return Piece(operators, {rows: wholes(*places[0]), columns: wholes(*places[1])})


@dataclass(frozen=True, slots=True)
class Pad(Resampled):
    """Rows and columns added around maps: zeros or another `value`, the map mirrored at its border (reflect, the border
    itself once), its border again (replicate), or the map's other end (circular). For zeros a convolution's own `pad`
    is the usual way. A number below 0 takes as many rows or columns away.
    """

    name = "pad"
    example = "pad(1)"
    arguments: ClassVar = {
        "sides": Extent("pad(1)", least=-LARGEST, sides=True),
        "mode": Word('pad(1, mode="reflect")', ("zeros", "reflect", "replicate", "circular")),
        "value": Number("pad(1, value=0.5)", most=MOST_VALUE, least=-MOST_VALUE),
    }
    relations = (OnlyZeros("value", "mode"),)

    sides: Sides
    mode: str = "zeros"
    value: float = 0.0

    @property
    def called(self) -> str:
        added = [number for end in ends(self.sides) for number in end]
        return "crop" if min(added) < 0 and max(added) <= 0 else self.name

    @property
    def scales_along(self) -> bool:
        return self.value == 0

    def options(self) -> dict[str, float | bool | list[int]]:
        before, after = ends(self.sides)
        modes = {"mirrors": "reflect", "repeats": "replicate", "wraps": "circular"}
        return {
            "sides": [*before, *after],
            **{word: self.mode == mode for word, mode in modes.items()},
            "value": self.value,
        }

    def sizes(self, given: Given) -> Sizes:
        channels, height, width = given.shape
        before, after = ends(self.sides)
        if self.mode != "zeros" and min(*before, *after) < 0:
            raise PlanError("pad.away", got=min(*before, *after), expected=phrase("value.least", n=0), hint="pad(-1)")
        for length, added in zip((height, width), zip(before, after, strict=True), strict=True):
            if self.mode == "reflect" and max(added) >= length:
                raise PlanError("pad.reflect", got=f"{max(added)}, {length}", hint='pad(1, mode="replicate")')
            if self.mode == "circular" and max(added) > length:
                raise PlanError("pad.circular", got=f"{max(added)}, {length}", hint='pad(1, mode="replicate")')
        (rows, down), (columns, across) = (self._along(axis, length) for axis, length in enumerate((height, width)))
        return Sizes((channels, rows, columns), False, f"{down}, {across}")

    def _along(self, axis: int, length: int) -> tuple[int, str]:
        """Return how many rows or columns there are, and the sum: "1 + 28 − 2 = 27"."""
        before, after = (end[axis] for end in ends(self.sides))
        made = before + length + after
        how = f"{before} + {length} {'+' if after >= 0 else '−'} {abs(after)} = {made}".replace("-", "−")
        if made < 1:
            words = "rows.none" if axis == 0 else "columns.none"
            raise PlanError(words, how=how, expected=phrase("value.least", n=1), hint="pad=0")
        return made, how

    def along(self, axis: int, at: int, length: int) -> Weighed:
        place = at - ends(self.sides)[0][axis]
        if 0 <= place < length:
            return ((place, 1.0),)
        if self.mode == "zeros":
            return ()
        if self.mode == "circular":
            return ((place % length, 1.0),)
        mirrored = -place if place < 0 else 2 * (length - 1) - place
        return ((mirrored if self.mode == "reflect" else 0 if place < 0 else length - 1, 1.0),)

    def receptive_field(self, before: Sequence[ReceptiveField], grid: Pair) -> ReceptiveField:
        return before[0].through((1, 1), (1, 1), ends(self.sides)[0])

    def onnx(self, name: str, inputs: tuple[str, ...], shape: Shape) -> Piece:
        before, after = ends(self.sides)
        if self.mode == "zeros":
            sides = f"{name}.sides"
            pads = {sides: wholes(0, 0, *before, 0, 0, *after)}
            if self.value:
                pads[f"{name}.value"] = scalar(self.value)
            return Piece((Operator("Pad", (*inputs, *pads), name),), pads)
        output = (before[0] + shape[1] + after[0], before[1] + shape[2] + after[1])
        return self._gathered(name, inputs, shape, output)


@dataclass(frozen=True, slots=True)
class Upsample(Resampled):
    """Maps `scale` times as large: each number repeated (nearest), or rows and columns between two blended (bilinear,
    the corners not aligned, as torch's nn.Upsample).
    """

    name = "upsample"
    example = "upsample(2)"
    arguments: ClassVar = {
        "scale": Extent("upsample(2)"),
        "mode": Word('upsample(2, mode="bilinear")', ("nearest", "bilinear")),
    }
    homogeneous = True

    scale: Size
    mode: str = "nearest"

    def options(self) -> dict[str, float | bool | list[int]]:
        return {"scale": list(pair(self.scale)), "blends": self.mode == "bilinear"}

    def sizes(self, given: Given) -> Sizes:
        (channels, height, width), (down, across) = given.shape, pair(self.scale)
        rows, columns = down * height, across * width
        if self.mode == "bilinear" and rows * height + columns * width > MAX_AVERAGED:
            raise PlanError(
                "adaptive.large",
                got=f"{rows}×{height} + {columns}×{width} = {rows * height + columns * width:,}",
                expected=phrase("value.most", n=f"{MAX_AVERAGED:,}"),
                hint="upsample(2)",
            )
        how = f"{down}×{height} = {rows}, {across}×{width} = {columns}"
        return Sizes((channels, rows, columns), False, how)

    def along(self, axis: int, at: int, length: int) -> Weighed:
        scale = pair(self.scale)[axis]
        if self.mode == "nearest":
            return ((at // scale, 1.0),)
        place = max(0.0, (at + 0.5) / scale - 0.5)
        first = int(place)
        share = place - first
        if first == length - 1 or share == 0:
            return ((first, 1.0),)
        return (first, 1 - share), (first + 1, share)

    def receptive_field(self, before: Sequence[ReceptiveField], grid: Pair) -> ReceptiveField:
        """The first unit's size and start; the jump is the nearest whole number of pixels, 1 at least."""
        wide = 2 if self.mode == "bilinear" else 1
        (field,), scale = before, pair(self.scale)
        seen = field.through((wide, wide), (1, 1), (0, 0))
        down, across = (max(1, (2 * jump + s) // (2 * s)) for jump, s in zip(field.jump, scale, strict=True))
        return ReceptiveField(seen.size, (down, across), seen.start)

    def onnx(self, name: str, inputs: tuple[str, ...], shape: Shape) -> Piece:
        (down, across), (_, height, width) = pair(self.scale), shape
        output = (down * height, across * width)
        if self.mode == "nearest":
            return self._gathered(name, inputs, shape, output)
        between, rows, columns = f"{name}.between", f"{name}.rows", f"{name}.columns"
        operators = (
            Operator("MatMul", (rows, *inputs), between),
            Operator("MatMul", (between, columns), name),
        )
        weights = [[dict(one) for one in self._axis(axis, output[axis], shape[axis + 1])] for axis in (0, 1)]
        left = [row.get(at, 0.0) for row in weights[0] for at in range(height)]
        right = [column.get(at, 0.0) for at in range(width) for column in weights[1]]
        tables = {rows: ((output[0], height), left), columns: ((width, output[1]), right)}
        return Piece(
            operators,
            {
                table: Tensor(FLOAT, size, struct.pack(f"<{len(numbers)}f", *numbers))
                for table, (size, numbers) in tables.items()
            },
        )
