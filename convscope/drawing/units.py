"""What a picture of a network shows as one thing: a layer with what follows it number by number, or a join."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from ..formula import Flatten, Layer, Network, Node
from ..formula.geometry import Shape

Role: TypeAlias = Literal["picture", "convolution", "pooling", "dense", "join", "other", "turn"]


@dataclass(frozen=True, slots=True)
class Unit:
    """One thing of a picture: a node, and the `bands` that follow it without changing the shape (activation,
    normalisation, dropout, flatten). `sources` are units; unit 0 is the picture that the network is given. A "turn" is
    where a row of a picture begins.
    """

    role: Role
    layer: Layer | None  # None of the picture
    bands: tuple[Layer, ...]
    sources: tuple[int, ...]
    input: Shape
    output: Shape  # of the node itself
    flat: bool


def units(network: Network) -> list[Unit]:
    """Return the things that a picture of `network` shows, in the order they are computed; the first is its input."""
    readers = [0] * len(network.nodes)
    for node in network.nodes:
        for source in node.sources:
            if source >= 0:
                readers[source] += 1
    made = [Unit("picture", None, (), (), network.input, network.input, False)]
    place: list[int] = []
    for node in network.nodes:
        (source, *more) = node.sources
        before = place[source] if source >= 0 else 0
        if not more and source >= 0 and readers[source] == 1 and _is_band(node):
            made[before] = replace(made[before], bands=(*made[before].bands, node.layer))
            place.append(before)
            continue
        sources = tuple(place[s] if s >= 0 else 0 for s in node.sources)
        made.append(Unit(_role(node), node.layer, (), sources, node.input, node.output, node.flat))
        place.append(len(made) - 1)
    return made


def _is_band(node: Node) -> bool:
    return (node.layer.reads == "unit" and node.output == node.input) or isinstance(node.layer, Flatten)


def _role(node: Node) -> Role:
    layer = node.layer
    if len(node.sources) > 1:
        return "join"
    if layer.filters:
        return "dense" if layer.takes == "rows" else "convolution"
    return "pooling" if layer.reads in ("window", "cell", "all") else "other"
