"""What is wrong with a network's units and weights, counted over pictures at hand. The page counts by the same
definitions (docs/payload.md, "Health").
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal, NamedTuple

import numpy as np

from ..formula import Clip, Layer, Network

Fault = Literal["notfinite", "saturated", "dead", "constant", "duplicate"]
State = Fault | Literal["linear"]
FAULTS: tuple[Fault, ...] = ("notfinite", "saturated", "dead", "constant", "duplicate")
STATES: tuple[State, ...] = (*FAULTS, "linear")  # the last is no fault: a unit whose ReLU never closes
NEAR = 0.01  # of an end of sigmoid or tanh: there the slope is below 0.01 (sigmoid) or 0.02 (tanh)
MOST = 0.99  # of its values there: saturated
EVEN = 1e-6  # of the largest magnitude: constant
ALIKE = 1e-5  # of the largest magnitude, picture by picture: duplicate
Array = np.ndarray[Any, np.dtype[Any]]
Counts = np.ndarray[Any, np.dtype[np.int64]]
Values = np.ndarray[Any, np.dtype[np.float64]]

REMEDIES: dict[State, str] = {
    "notfinite": "train again from before it broke, with a smaller learning rate or clipped gradients",
    "saturated": "relu in place of sigmoid or tanh, bn before the activation, or smaller first weights",
    "dead": "a smaller learning rate, bn before the activation, or leaky_relu in place of relu",
    "constant": "leave the unit out: what it adds is a bias; or look for weights that are all 0",
    "duplicate": "fewer filters do the same; weights that began alike stay alike, so begin with random ones",
    "linear": "nothing, if there are few: their activation never bends, so that they only add up what they read",
}


@dataclass(frozen=True)
class LayerHealth:
    """A layer's units: for each channel its fault, "linear" where its ReLU never closes, or None; of a duplicate `like`
    is the first channel that is the same, else −1. `after` is the node whose numbers were looked at."""

    name: str
    after: str
    units: tuple[State | None, ...]
    like: tuple[int, ...]

    def count(self, state: State) -> int:
        """Return how many units are so."""
        return self.units.count(state)

    def to_json(self) -> dict[str, object]:
        """Return how many units there are, and which are how: of duplicates also what they are like."""
        states: dict[str, object] = {
            state: [c for c, unit in enumerate(self.units) if unit == state] for state in STATES
        }
        like = {str(c): first for c, first in enumerate(self.like) if first >= 0}
        return {"name": self.name, "after": self.after, "units": len(self.units), **states, "like": like}


@dataclass(frozen=True)
class BadWeights:
    """How many numbers of a tensor are NaN, and how many infinite."""

    tensor: str
    nan: int
    infinite: int


@dataclass(frozen=True)
class Health:
    """The faults of all layers with filters, counted over `pictures` pictures, and the weights that are no numbers.

    Of a single picture nobody can tell whether a unit is dead, saturated, constant or a duplicate: `tells` is false.
    """

    pictures: int
    layers: tuple[LayerHealth, ...]
    weights: tuple[BadWeights, ...]

    @property
    def tells(self) -> bool:
        """Whether there were pictures enough to tell anything of the units."""
        return self.pictures > 1

    def count(self, state: State) -> int:
        """Return how many units of all layers are so."""
        return sum(layer.count(state) for layer in self.layers)

    def to_json(self) -> dict[str, object]:
        """Return everything as JSON has it; without pictures enough the faults of units are left out."""
        return {
            "pictures": self.pictures,
            "layers": [layer.to_json() for layer in self.layers] if self.tells else None,
            "weights": [asdict(weight) for weight in self.weights],
        }


class Place(NamedTuple):
    """A node of any network: its layer, None where the formula has none, and the nodes that it reads."""

    name: str
    layer: Layer | None
    sources: tuple[int, ...]


def places(network: Network) -> list[Place]:
    """Return the nodes of a network of the formula."""
    return [Place(node.name, node.layer, node.sources) for node in network.nodes]


def activation_after(nodes: Sequence[Place], index: int) -> int:
    """Return the node where the channels of node `index` give their answer: the activation after it, else itself.

    BatchNorm, pooling and dropout in between keep a channel to itself and are passed; a skip's sum or anything else is
    not.
    """
    for at in range(index + 1, len(nodes)):
        layer = nodes[at].layer
        if nodes[at].sources != (at - 1,) or layer is None:
            break
        if layer.activation:
            return at
        if not layer.channelwise:
            break
    return index


def by_channel(outputs: Array) -> Array:
    """Return what a node made of N pictures, (N, F, h, w) or (N, F), as (N, F, values)."""
    return outputs.reshape(*outputs.shape[:2], -1)


def count_near(values: Array, ends: Sequence[float]) -> Counts:
    """Return how many of each channel's values, (N, F, values), lie near an end of its activation, (F,)."""
    found = np.zeros(values.shape[1], np.int64)
    for end in ends:
        found += (np.abs(values - end) <= NEAR).sum((0, 2))
    return found


class HealthCounter:
    """Counts the units of every layer with filters, batch by batch; memory is that of one batch. What a node of the
    network is said to be `called` is what it is called in what is found.
    """

    def __init__(self, nodes: Sequence[Place], called: Callable[[str], str] = str) -> None:
        self._nodes, self._called, self._pictures = nodes, called, 0
        self._units = list[_Units]()
        for i, node in enumerate(nodes):
            if node.layer is not None and node.layer.filters:
                after = activation_after(nodes, i)
                self._units.append(_Units(node.name, after, nodes[after].layer or node.layer))

    def add(self, outputs: Sequence[Values]) -> None:
        """Count what every node made of some pictures, (N, F, h, w) or (N, F), in order."""
        self._pictures += len(outputs[-1])
        for units in self._units:
            units.add(outputs[units.after].astype(np.float64))

    def health(self, weights: Mapping[str, np.ndarray[Any, Any]]) -> Health:
        """Return what was found, and which of the network's weights are no numbers."""
        layers = tuple(units.result(self._nodes[units.after].name, self._called) for units in self._units)
        return Health(self._pictures, layers, tuple(_bad_weights(weights, self._called)))


def _bad_weights(weights: Mapping[str, np.ndarray[Any, Any]], called: Callable[[str], str]) -> Iterator[BadWeights]:
    for name, values in weights.items():
        nan, infinite = int(np.isnan(values).sum()), int(np.isinf(values).sum())
        if nan or infinite:
            node, _, weight = name.rpartition(".")
            yield BadWeights(f"{called(node)}.{weight}", nan, infinite)


class _Units:
    """Counts one layer's units batch by batch."""

    def __init__(self, name: str, after: int, layer: Layer) -> None:
        self.name, self.after = name, after
        clipped = isinstance(layer, Clip) and layer.low == 0
        self.zero_below = layer.zero_below or clipped
        self.ends = [end for end in layer.ends if not (clipped and end == 0)]
        self.least: Values | None = None
        self.seen = 0

    def add(self, outputs: Values) -> None:
        """Count a batch, (N, F, h, w) or (N, F)."""
        flat = by_channel(outputs)
        if self.least is None:
            channels = flat.shape[1]
            self.least, self.most = np.full(channels, np.inf), np.full(channels, -np.inf)
            self.near, self.bad = np.zeros(channels, np.int64), np.zeros(channels, bool)
            self.first = np.zeros(channels, np.int64)  # the channel that each has been like so far
        self.least = np.fmin(self.least, np.fmin.reduce(flat, (0, 2)))
        self.most = np.fmax(self.most, np.fmax.reduce(flat, (0, 2)))
        self.bad |= ~np.isfinite(flat).all((0, 2))
        self.seen += flat.shape[0] * flat.shape[2]
        self.near += count_near(flat, self.ends)
        for picture in flat:
            self._regroup(picture)

    def _regroup(self, picture: Values) -> None:
        """Split the groups of channels that were alike so far by what one picture made of them, (F, values)."""
        groups: dict[int, list[int]] = {}
        sizes = np.abs(picture).max(1)
        with np.errstate(invalid="ignore"):  # what is infinite is like nothing
            several = np.bincount(self.first, minlength=len(picture))[self.first] > 1  # who is alone stays so
            for c in np.flatnonzero(several).tolist():
                members = groups.setdefault(int(self.first[c]), [])
                near = np.abs(sizes[members] - sizes[c]) <= ALIKE * sizes[members] if members else []
                likely = (m for m, one in zip(members, near, strict=True) if one)
                same = next((m for m in likely if _alike(picture[m], picture[c], ALIKE * sizes[m])), None)
                if same is None:
                    members.append(c)
                self.first[c] = c if same is None else same

    def result(self, after: str, called: Callable[[str], str]) -> LayerHealth:
        """Return what was found over all batches."""
        names = called(self.name), called(after)
        if self.least is None:
            return LayerHealth(*names, (), ())
        units = [self._state(c) for c in range(len(self.least))]
        sound = (unit not in FAULTS for unit in units)
        like = [int(self.first[c]) if well and self.first[c] != c else -1 for c, well in enumerate(sound)]
        found = ("duplicate" if other >= 0 else unit for unit, other in zip(units, like, strict=True))
        return LayerHealth(*names, tuple(found), tuple(like))

    def _state(self, c: int) -> State | None:
        assert self.least is not None
        least, most = float(self.least[c]), float(self.most[c])
        if self.bad[c]:
            return "notfinite"
        if self.ends and self.near[c] >= MOST * self.seen:
            return "saturated"
        if self.zero_below and most <= 0:
            return "dead"
        if most - least <= EVEN * max(abs(least), abs(most)):
            return "constant"
        bends = not self.zero_below or least <= 0 or any(most >= end for end in self.ends)
        return None if bends else "linear"


def _alike(one: Values, other: Values, apart: float) -> bool:
    return bool((np.abs(one - other) <= apart).all())
