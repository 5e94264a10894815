"""Which of a network's features the rejection compares: what its last layer with weights reads, in groups averaged."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Self

from ..formula import Network

WIDEST = 512  # numbers of a picture that are compared; more features are averaged in groups
RANK = 128  # directions in which they are
MEANS = 131_072  # numbers of all classes' means together, at most: half a megabyte


@dataclass(frozen=True, slots=True)
class Features:
    """The output of node `node`, or the scaled picture for −1, called `name` in the graph: `size` numbers a picture.
    Each `group` of them, one after the other, is averaged into one of `width`; a rest is left out. They are compared in
    `rank` directions with the means of so many `classes`. Before them comes the layer `reader`, None where none is
    learned.
    """

    node: int
    name: str
    reader: str | None
    size: int
    classes: int

    @classmethod
    def of(cls, network: Network) -> Self:
        """Return the features of a network."""
        learned = [node for node in network.nodes if node.weights]
        at = learned[-1].sources[0] if learned else -1
        shape, name = (
            (network.input, "pictures.scaled") if at < 0 else (network.nodes[at].output, network.nodes[at].name)
        )
        return cls(at, name, learned[-1].name if learned else None, math.prod(shape), network.classes)

    @property
    def group(self) -> int:
        return -(-self.size // WIDEST)

    @property
    def width(self) -> int:
        return self.size // self.group

    @property
    def rank(self) -> int:
        return max(1, min(RANK, self.width, MEANS // self.classes))
