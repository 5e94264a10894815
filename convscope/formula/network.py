"""A network: a plan written out for pictures of one shape, node by node, with every number that follows from it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from .layers import Layer
from .plan import Plan
from .receptive_field import ReceptiveField

Shape: TypeAlias = tuple[int, int, int]
Pair: TypeAlias = tuple[int, int]
Tensors: TypeAlias = tuple[tuple[str, tuple[int, ...]], ...]


@dataclass(frozen=True, slots=True)
class Add(Layer):
    """The end of a skip: what the body made plus what went into it."""

    def __str__(self) -> str:
        return "add"


@dataclass(frozen=True, slots=True)
class Window:
    """What a convolution or a pooling lays over its input, each as (rows, columns); "same" worked out."""

    kernel: Pair
    stride: Pair
    pad: Pair
    dilation: Pair

    @property
    def extent(self) -> Pair:
        """K_eff = dilation·(kernel − 1) + 1, rows and columns."""
        (kh, kw), (dh, dw) = self.kernel, self.dilation
        return dh * (kh - 1) + 1, dw * (kw - 1) + 1


@dataclass(frozen=True, slots=True)
class Node:
    """One layer put to work on an input of known shape. Shapes are (C, H, W); after a flatten (units, 1, 1)."""

    name: str  # "conv1": the kind and a running number; also the prefix of its tensors' names
    layer: Layer
    source: int  # index of the node it reads, −1 for the picture
    other: int | None  # Add: index of the skip's own input
    input: Shape
    output: Shape
    flat: bool  # the output is (N, units), not (N, C, H, W)
    window: Window | None
    weights: Tensors  # learned: (("weight", shape), ("bias", shape))
    buffers: Tensors  # kept but not learned: BatchNorm's running statistics
    parameters: int
    parameters_how: str
    macs: int  # multiplications that are added up, for one picture
    size_how: str
    dropped: Pair  # rows and columns of the input that no window reads
    field: ReceptiveField


@dataclass(frozen=True, slots=True)
class Network:
    """A plan written out for pictures of one shape and a number of classes."""

    plan: Plan
    input: Shape
    classes: int
    nodes: tuple[Node, ...]

    @property
    def parameters(self) -> int:
        return sum(node.parameters for node in self.nodes)

    @property
    def macs(self) -> int:
        return sum(node.macs for node in self.nodes)
