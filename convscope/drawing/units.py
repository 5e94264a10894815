"""What a picture of a network shows as one thing: a layer with what follows it number by number, or a join."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple, TypeAlias

from ..formula import Flatten, Layer, Network
from ..formula.geometry import Shape
from ..formula.network import PICTURE

Role: TypeAlias = Literal["picture", "convolution", "pooling", "dense", "join", "other", "turn"]


class Part(NamedTuple):
    """One step of a network: its layer, or the `text` of one that the formula has not; sources by number."""

    layer: Layer | None
    text: str
    sources: tuple[int, ...]
    input: Shape
    output: Shape
    flat: bool


@dataclass(frozen=True, slots=True)
class Unit:
    """One thing of a picture: a step, and the `bands` that follow it without changing the shape (activation,
    normalisation, dropout, flatten). `sources` are units; unit 0 is the picture that the network is given. A "turn" is
    where a row of a picture begins.
    """

    role: Role
    layer: Layer | None  # None of the picture, and of what is no layer of the formula
    text: str
    bands: tuple[Layer, ...]
    sources: tuple[int, ...]
    input: Shape
    output: Shape  # of the step itself
    flat: bool


def parts_of(network: Network) -> list[Part]:
    """Return the steps of a network of the formula."""
    return [Part(n.layer, str(n.layer), n.sources, n.input, n.output, n.flat) for n in network.nodes]


def units(parts: Sequence[Part], shape: Shape) -> list[Unit]:
    """Return the things that a picture shows of steps that begin with a picture of `shape`, in the order they are
    computed; the first is that picture.
    """
    readers = [0] * len(parts)
    for part in parts:
        for source in part.sources:
            if source != PICTURE:
                readers[source] += 1
    made = [Unit("picture", None, "", (), (), shape, shape, False)]
    place: list[int] = []
    for part in parts:
        sources = tuple(0 if s == PICTURE else place[s] for s in part.sources) or (len(made) - 1,)
        first = part.sources[0] if part.sources else PICTURE
        if len(sources) == 1 and first != PICTURE and readers[first] == 1 and part.layer and _is_band(part):
            made[sources[0]] = replace(made[sources[0]], bands=(*made[sources[0]].bands, part.layer))
            place.append(sources[0])
            continue
        made.append(Unit(_role(part), part.layer, part.text, (), sources, part.input, part.output, part.flat))
        place.append(len(made) - 1)
    return made


def _is_band(part: Part) -> bool:
    layer = part.layer
    return layer is not None and ((layer.reads == "unit" and part.output == part.input) or isinstance(layer, Flatten))


def _role(part: Part) -> Role:
    layer = part.layer
    if layer is None:
        return "other"
    if len(part.sources) > 1:
        return "join"
    if layer.filters:
        return "dense" if layer.takes == "rows" else "convolution"
    return "pooling" if layer.reads in ("window", "cell", "all") else "other"
