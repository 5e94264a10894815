"""A network: a plan written out for pictures of one shape, node by node, with every number that follows from it."""

from __future__ import annotations

from dataclasses import dataclass

from .geometry import Pair, Shape, Window
from .kinds.base import Layer, Tensors
from .plan import Plan
from .receptive_field import ReceptiveField

PICTURE = -1  # as a source: what the network is given


@dataclass(frozen=True, slots=True)
class Node:
    """One layer put to work on inputs of known shape. Shapes are (C, H, W); after a flatten (units, 1, 1)."""

    name: str  # "conv1", "relu6_1": the kind and a running number; also the prefix of its tensors' names
    layer: Layer
    sources: tuple[int, ...]  # indices of the nodes it reads, all before it; PICTURE for the picture
    inputs: tuple[Shape, ...]  # what those make
    output: Shape
    flat: bool  # the output is (N, units), not (N, C, H, W)
    weights: Tensors  # learned: (("weight", shape), ("bias", shape))
    buffers: Tensors  # kept but not learned: BatchNorm's running statistics
    parameters: int
    parameters_how: str
    macs: int  # multiplications that are added up, for one picture
    size_how: str
    dropped: Pair  # rows and columns of the input that nothing reads
    field: ReceptiveField
    grid: Pair  # rows and columns of the maps that its numbers stand for, flattened or not

    @property
    def input(self) -> Shape:
        """The shape of what its first source makes."""
        return self.inputs[0]

    @property
    def window(self) -> Window | None:
        """The window of a convolution or a pooling."""
        return self.layer.window


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

    @property
    def last_readers(self) -> dict[int, int]:
        """For each node that is read, and the picture, the last node that reads it: until then its output is needed."""
        return {source: i for i, node in enumerate(self.nodes) for source in node.sources}
