"""What a transformer makes of maps before its first block: places in one column, learned ones before them, and a
learned number for every unit.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from ..geometry import Pair, Patch, Shape, Source
from ..onnx_operators import Operator, Piece, wholes
from ..receptive_field import ReceptiveField
from .arguments import Whole
from .base import Elementwise, Given, Layer, Sizes, Tensors, as_maps


@dataclass(frozen=True, slots=True)
class Tokens(Layer):
    """The places of maps as one column, row after row, and before them `extra` learned ones: the tokens of a vision
    transformer, the first its class token (Dosovitskiy et al. 2021, "An Image is Worth 16x16 Words", section 3.1). A
    row of numbers is one place: maps of one pixel, as a gate on channels is multiplied.
    """

    name = "tokens"
    arguments: ClassVar = {"extra": Whole("tokens(1)", least=0)}
    reads = "places"
    channelwise = True

    extra: int = 0

    @property
    def scales_along(self) -> bool:
        return self.extra == 0

    def options(self) -> dict[str, float | bool | list[int]]:
        return {"extra": self.extra}

    def sizes(self, given: Given) -> Sizes:
        channels, height, width = given.shape
        count = self.extra + height * width
        return Sizes((channels, count, 1), False, f"{self.extra} + {height}×{width} = {count}")

    def weights(self, shape: Shape, output: Shape) -> Tensors:
        return (("weight", (shape[0], self.extra, 1)),) if self.extra else ()

    def parameters_how(self, shape: Shape, output: Shape) -> str:
        return f"{self.extra} × {shape[0]} = {self.extra * shape[0]:,}" if self.extra else ""

    def receptive_field(self, before: Sequence[ReceptiveField], grid: Pair) -> ReceptiveField:
        """The first place's; where its neighbours' lie depends on the rows that the places had."""
        return before[0]

    def read_by(self, patch: Patch, source: Source) -> Patch:
        width = source.shape[2]
        read = [divmod(at - self.extra, width) for at in patch.rows if at >= self.extra]
        return Patch(patch.channels, frozenset(y for y, _ in read), frozenset(x for _, x in read))

    def onnx(self, name: str, inputs: tuple[str, ...], shape: Shape) -> Piece:
        channels, height, width = shape
        column, size = f"{name}.column" if self.extra else name, f"{name}.size"
        operators = [Operator("Reshape", (*inputs, size), column)]
        tensors = {size: wholes(0, channels, height * width, 1)}
        if self.extra:
            batch, ones, each, own = (f"{name}.{part}" for part in ("batch", "ones", "each", "own"))
            tensors[ones] = wholes(1, 1, 1)
            operators += [  # the learned places once for each picture
                Operator("Shape", inputs, batch, {"start": 0, "end": 1}),
                Operator("Concat", (batch, ones), each, {"axis": 0}),
                Operator("Expand", (f"{name}.weight", each), own),
                Operator("Concat", (own, column), name, {"axis": 2}),
            ]
        return Piece(tuple(operators), tensors)


@dataclass(frozen=True, slots=True)
class Position(Elementwise):
    """Every unit plus a learned number of its own: where a token lies, which nothing else tells a transformer
    (Dosovitskiy et al. 2021, section 3.1).
    """

    name = "position"
    learned_per_unit = True

    def weights(self, shape: Shape, output: Shape) -> Tensors:
        return (("weight", shape),)

    def parameters_how(self, shape: Shape, output: Shape) -> str:
        return f"{'×'.join(map(str, shape))} = {math.prod(shape):,}"

    def onnx(self, name: str, inputs: tuple[str, ...], shape: Shape) -> Piece:
        return Piece((Operator("Add", (*inputs, f"{name}.weight"), name),))

    def onnx_of_rows(self, name: str, inputs: tuple[str, ...], shape: Shape) -> Piece:
        return as_maps(self, name, inputs, shape)
