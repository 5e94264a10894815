"""Layers that rearrange or cut: flatten, channel_shuffle and crop."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from ...errors import PlanError, phrase
from ..geometry import Pair, Patch, Shape, Size, Source, pair
from ..onnx_operators import Operator, Piece, wholes
from ..receptive_field import ReceptiveField
from .arguments import Below, Extent, Whole
from .base import Given, Layer, Sizes, operator, require_groups


@dataclass(frozen=True, slots=True)
class Flatten(Layer):
    """C×H×W maps as one row of numbers, channel by channel, row by row."""

    name = "flatten"
    reads = "number"
    homogeneous = True

    def sizes(self, given: Given) -> Sizes:
        channels, height, width = given.shape
        count = channels * height * width
        return Sizes((count, 1, 1), True, f"{channels}×{height}×{width} = {count}")

    def receptive_field(self, before: Sequence[ReceptiveField], grid: Pair) -> ReceptiveField:
        return before[0]

    def read_by(self, patch: Patch, source: Source) -> Patch:
        if source.flat:
            return patch
        _, height, width = source.shape
        area, numbers = height * width, patch.channels
        channels = range(numbers.start // area, (numbers.stop - 1) // area + 1)
        cells = [divmod(number % area, width) for number in numbers[:area]]  # as many numbers have every place
        return Patch(channels, frozenset(y for y, _ in cells), frozenset(x for _, x in cells))

    def onnx(self, name: str, inputs: tuple[str, ...], shape: Shape) -> Piece:
        return operator("Flatten", name, inputs, axis=1)


@dataclass(frozen=True, slots=True)
class ChannelShuffle(Layer):
    """The channels of `groups` groups in turn (Zhang et al. 2018, "ShuffleNet"): the first of each, the second of each
    …, so that the next convolution's groups read of every one.
    """

    name = "channel_shuffle"
    example = "channel_shuffle(2)"
    arguments: ClassVar = {"groups": Whole("channel_shuffle(2)")}
    takes = "maps"
    reads = "channel"
    homogeneous = True

    groups: int

    def options(self) -> dict[str, float | bool | list[int]]:
        return {"groups": self.groups}

    def sizes(self, given: Given) -> Sizes:
        require_groups(self.groups, given)
        return Sizes(given.shape, given.flat)

    def receptive_field(self, before: Sequence[ReceptiveField], grid: Pair) -> ReceptiveField:
        return before[0]

    def read_by(self, patch: Patch, source: Source) -> Patch:
        each = source.shape[0] // self.groups
        read = [at % self.groups * each + at // self.groups for at in patch.channels]
        return patch._replace(channels=range(min(read, default=0), max(read, default=-1) + 1))

    def onnx(self, name: str, inputs: tuple[str, ...], shape: Shape) -> Piece:
        channels, height, width = shape
        apart, swapped, split, joined = (f"{name}.{part}" for part in ("apart", "swapped", "split", "joined"))
        operators = (
            Operator("Reshape", (*inputs, split), apart),
            Operator("Transpose", (apart,), swapped, {"perm": (0, 2, 1, 3, 4)}),
            Operator("Reshape", (swapped, joined), name),
        )
        sizes = {split: (0, self.groups, channels // self.groups, height, width), joined: (0, channels, height, width)}
        return Piece(operators, {part: wholes(*size) for part, size in sizes.items()})


@dataclass(frozen=True, slots=True)
class ChannelSlice(Layer):
    """The channels of maps from number `first` to before number `end`, counted from 0: what a split hands to one of its
    branches (Ma et al. 2018, "ShuffleNet V2").
    """

    name = "channel_slice"
    example = "channel_slice(0, 1)"
    arguments: ClassVar = {
        "first": Whole("channel_slice(0, 1)", least=0),
        "end": Whole("channel_slice(0, 1)"),
    }
    relations = (Below("first", "end"),)
    takes = "maps"
    reads = "slice"
    homogeneous = True

    first: int
    end: int

    def options(self) -> dict[str, float | bool | list[int]]:
        return {"first": self.first}

    def sizes(self, given: Given) -> Sizes:
        channels, height, width = given.shape
        if self.end > channels:
            raise PlanError("slice.large", got=self.end, expected=phrase("value.most", n=channels))
        kept = self.end - self.first
        return Sizes((kept, height, width), False, f"{self.end} − {self.first} = {kept}")

    def receptive_field(self, before: Sequence[ReceptiveField], grid: Pair) -> ReceptiveField:
        return before[0]

    def read_by(self, patch: Patch, source: Source) -> Patch:
        return patch._replace(channels=range(patch.channels.start + self.first, patch.channels.stop + self.first))

    def onnx(self, name: str, inputs: tuple[str, ...], shape: Shape) -> Piece:
        made = operator("Slice", name, inputs, "starts", "ends", "axes")
        tensors = {"starts": wholes(self.first), "ends": wholes(self.end), "axes": wholes(1)}
        return Piece(made.operators, {f"{name}.{part}": tensor for part, tensor in tensors.items()})


@dataclass(frozen=True, slots=True)
class Crop(Layer):
    """The picture's middle `size`; while training, a random place for each picture. Only as the first layer."""

    name = "crop"
    example = "crop(24)"
    arguments: ClassVar = {"size": Extent("crop(24)")}
    takes = "maps"
    reads = "part"
    homogeneous = True
    channelwise = True

    size: Size

    def place(self, shape: Shape) -> tuple[int, int, int, int]:
        """Return (top, left, bottom, right) of the middle of `shape`, the ends not included."""
        (h, w), (_, height, width) = pair(self.size), shape
        top, left = (height - h) // 2, (width - w) // 2
        return top, left, top + h, left + w

    def options(self) -> dict[str, float | bool | list[int]]:
        return {"size": list(pair(self.size))}

    def sizes(self, given: Given) -> Sizes:
        (h, w), (channels, height, width) = pair(self.size), given.shape
        if h > height or w > width:
            raise PlanError("crop.large", got=f"{h}×{w}", expected=phrase("value.most", n=f"{height}×{width}"))
        return Sizes((channels, h, w), False, f"the middle {h}×{w} of {height}×{width}", (height - h, width - w))

    def receptive_field(self, before: Sequence[ReceptiveField], grid: Pair) -> ReceptiveField:
        top, left, _, _ = self.place((1, *grid))
        return before[0].shifted((top, left))

    def read_by(self, patch: Patch, source: Source) -> Patch:
        top, left, _, _ = self.place(source.shape)
        rows, columns = (frozenset(at + by for at in axis) for axis, by in ((patch.rows, top), (patch.columns, left)))
        return Patch(patch.channels, rows, columns)

    def onnx(self, name: str, inputs: tuple[str, ...], shape: Shape) -> Piece:
        top, left, bottom, right = self.place(shape)
        made = operator("Slice", name, inputs, "starts", "ends", "axes")
        tensors = {"starts": wholes(top, left), "ends": wholes(bottom, right), "axes": wholes(2, 3)}
        return Piece(made.operators, {f"{name}.{part}": tensor for part, tensor in tensors.items()})
