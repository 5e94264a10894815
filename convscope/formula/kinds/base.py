"""What a layer kind says of itself. Each is written once, here in Python; the page has one file a kind as well.

A kind is a frozen dataclass. Its class attributes are its name, its arguments and its traits; its methods say what it
does to shapes, weights and receptive fields, and which ONNX operators it is. What has no default must be written:
Python refuses to make a kind that leaves it out. torch's side stands in `convscope.nn.table`.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, dataclass, fields
from typing import ClassVar, Literal, NamedTuple, TypeAlias

from ...errors import PlanError, Said, phrase
from ..geometry import Pair, Patch, Shape, Source, Window, times
from ..onnx_operators import Operator, Piece, wholes
from ..plan import Plan
from ..receptive_field import ReceptiveField
from .arguments import Argument, Extent, Relation

Reads: TypeAlias = (
    Literal["unit", "window", "cell", "all", "part", "number", "units", "source"]
    | Literal["channels", "channel", "group", "column", "along", "spread", "slice", "places"]
)
Tensors: TypeAlias = tuple[tuple[str, tuple[int, ...]], ...]  # (("weight", shape), ("bias", shape))


class Given(NamedTuple):
    """What reaches a layer: the shape of each source, whether they are rows of numbers (N, units), and the classes."""

    shapes: tuple[Shape, ...]
    flat: bool
    classes: int
    last: bool = True  # no layer after it takes rows of numbers

    @property
    def shape(self) -> Shape:
        """The first source's shape."""
        return self.shapes[0]


class Sizes(NamedTuple):
    """What a layer makes: the shape, the sum that gives it, and the rows and columns of its input left unread."""

    output: Shape
    flat: bool
    how: str = "as before"
    dropped: Pair = (0, 0)


def require_groups(groups: int, given: Given) -> None:
    """Raise PlanError where the channels of what is given cannot be split into so many groups of one size."""
    if given.shape[0] % groups:
        raise PlanError("groups.divide.input", got=phrase("groups.divide.got", groups=groups, channels=given.shape[0]))


@dataclass(frozen=True, slots=True)
class Layer(Plan, ABC):
    """One layer. Its text is its name in the formula with the options that differ from their defaults."""

    name: ClassVar[str]  # in the formula
    arguments: ClassVar[Mapping[str, Argument]] = {}
    relations: ClassVar[tuple[Relation, ...]] = ()
    example: ClassVar[Said] = ""  # what an error shows where arguments are missing; its name if they never are

    takes: ClassVar[Literal["any", "maps", "rows"]] = "any"  # "rows": maps are flattened before it
    reads: ClassVar[Reads]  # for one number
    activation: ClassVar[bool] = False
    homogeneous: ClassVar[bool] = False  # f(a·x) = a·f(x) for a > 0, whatever its arguments
    channelwise: ClassVar[bool] = False  # a channel of the output depends on that channel of the input alone
    filters: ClassVar[bool] = False  # a channel of the output is the sum over a learned filter
    learned_per_channel: ClassVar[int] = 0  # learned numbers of each channel of the input, filters apart
    learned_per_layer: ClassVar[int] = 0  # learned numbers that the whole layer uses
    learned_per_unit: ClassVar[bool] = False  # each unit has a learned number of its own
    zero_below: ClassVar[bool] = False  # exactly 0, without a slope, for every x of 0 or less
    active_above: ClassVar[float] = 0.0  # a value above it counts as an answer

    def __post_init__(self) -> None:
        for name, argument in self.arguments.items():
            value = getattr(self, name)
            if value is None and isinstance(argument, Extent) and argument.follows:
                value = getattr(self, argument.follows)
            object.__setattr__(self, name, argument.checked(name, value))
        for relation in self.relations:
            relation.check(self)

    def __str__(self) -> str:
        words: list[str] = []
        for i, field in enumerate(fields(self)):
            value, argument = getattr(self, field.name), self.arguments[field.name]
            follows = argument.follows if isinstance(argument, Extent) else ""
            if field.default is MISSING:
                words.append(_text(value))
            elif value != (getattr(self, follows) if follows else field.default):
                words.append(_text(value) if i == 0 else f"{field.name}={_text(value)}")
        return self.name + (f"({', '.join(words)})" if words else "")

    @property
    def called(self) -> str:
        """Under which kind's name pictures speak of it: its own, unless its numbers make it another."""
        return self.name

    @property
    def window(self) -> Window | None:
        """The window that it lays over its input, if it does."""
        return None

    @property
    def ends(self) -> tuple[float, ...]:
        """The values near which the slope is nearly 0: where a unit saturates."""
        return ()

    def options(self) -> dict[str, float | bool | list[int]]:
        """Return the numbers that the page needs besides the window and the weights."""
        return {}

    @property
    def scales_along(self) -> bool:
        """Whether f(a·x) = a·f(x) for a > 0, with the arguments that it has."""
        return self.homogeneous

    @abstractmethod
    def sizes(self, given: Given) -> Sizes:
        """Return what it makes; raise PlanError where it cannot take what it is given."""

    def weights(self, shape: Shape, output: Shape) -> Tensors:
        """Return the (name, shape) of what is learned."""
        return ()

    def buffers(self, shape: Shape) -> Tensors:
        """Return the (name, shape) of what is kept but not learned."""
        return ()

    def parameters_how(self, shape: Shape, output: Shape) -> str:
        """Return the sum that gives the number of learned values: "16 × (1×5×5 + 1) = 416"; "" for none."""
        if self.learned_per_channel:
            return f"{self.learned_per_channel} × {shape[0]} = {self.learned_per_channel * shape[0]:,}"
        return str(self.learned_per_layer) if self.learned_per_layer else ""

    def macs(self, shape: Shape, output: Shape) -> int:
        """Return the multiplications that are added up for one picture."""
        return 0

    @abstractmethod
    def receptive_field(self, before: Sequence[ReceptiveField], grid: Pair) -> ReceptiveField:
        """Return the field of its units from those of its sources, whose units cover `grid` rows and columns."""

    def reach(
        self, before: Sequence[tuple[ReceptiveField, Pair]], output: Shape, flat: bool
    ) -> tuple[ReceptiveField, Pair]:
        """Return the receptive field of its units, and the rows and columns that they stand for, from those of its
        sources.
        """
        grid = before[0][1]
        field = self.receptive_field([one for one, _ in before], grid)
        return field, (1, 1) if self.reads == "all" else grid if flat else output[1:]

    @abstractmethod
    def read_by(self, patch: Patch, source: Source) -> Patch:
        """Return the units of one of its sources that the units `patch` read."""

    @abstractmethod
    def onnx(self, name: str, inputs: tuple[str, ...], shape: Shape) -> Piece:
        """Return the operators that compute it from the values `inputs`, the first of `shape`; the last makes `name`.

        Weights are called "<name>.<weight>"; so are values in between and constants.
        """

    def onnx_of_rows(self, name: str, inputs: tuple[str, ...], shape: Shape) -> Piece:
        """Return likewise the operators for rows of numbers (N, units); the same where that is the same to them."""
        return self.onnx(name, inputs, shape)


@dataclass(frozen=True, slots=True)
class Elementwise(Layer):
    """A layer whose every number is made from the one at its place, in maps and in rows."""

    reads = "unit"
    channelwise = True

    def sizes(self, given: Given) -> Sizes:
        return Sizes(given.shape, given.flat)

    def receptive_field(self, before: Sequence[ReceptiveField], grid: Pair) -> ReceptiveField:
        return before[0]

    def read_by(self, patch: Patch, source: Source) -> Patch:
        return patch


@dataclass(frozen=True, slots=True)
class Windowed(Layer):
    """A layer that lays a window over maps."""

    takes = "maps"
    reads = "window"

    @property
    @abstractmethod
    def window(self) -> Window: ...

    def channels_out(self, given: Given) -> int:
        """Return how many maps it makes."""
        return given.shape[0]

    def sizes(self, given: Given) -> Sizes:
        (rows, columns), how, dropped = self.window.over(given.shape[1:])
        return Sizes((self.channels_out(given), rows, columns), False, how, dropped)

    def receptive_field(self, before: Sequence[ReceptiveField], grid: Pair) -> ReceptiveField:
        return before[0].through(self.window.extent, self.window.stride, self.window.pad)

    def channels_read(self, channels: range, source: Source) -> range:
        """Return the channels of its input that some of its own read."""
        return channels

    def read_by(self, patch: Patch, source: Source) -> Patch:
        return self.window.read_by(patch, self.channels_read(patch.channels, source), source.shape[1:])


def operator(kind: str, name: str, inputs: tuple[str, ...], *weights: str, **attributes: object) -> Piece:
    """Return a layer of one operator, which reads `inputs` and then its own weights."""
    given: dict[str, int | float | tuple[int, ...]] = attributes  # type: ignore[assignment]
    return Piece((Operator(kind, (*inputs, *(f"{name}.{weight}" for weight in weights)), name, given),))


def as_maps(layer: Layer, name: str, inputs: tuple[str, ...], shape: Shape) -> Piece:
    """Return the operators of a layer with one source for rows of numbers, which are laid out as maps of one pixel."""
    column, axes, made = (f"{name}.{part}" for part in ("column", "axes", "made"))
    piece = layer.onnx(name, (column,), shape)
    *before, last = piece.operators
    operators = (
        Operator("Unsqueeze", (*inputs, axes), column),
        *before,
        last._replace(output=made),
        Operator("Flatten", (made,), name, {"axis": 1}),
    )
    return Piece(operators, {**piece.tensors, axes: wholes(2, 3)})


def weighted(tensors: Tensors) -> int:
    """Return how many numbers some tensors hold."""
    return sum(math.prod(shape) for _, shape in tensors)


def _text(value: object) -> str:
    return f'"{value}"' if isinstance(value, str) else repr(value)


__all__ = [
    "Elementwise",
    "Given",
    "Layer",
    "Sizes",
    "Tensors",
    "Windowed",
    "as_maps",
    "operator",
    "times",
    "weighted",
]
