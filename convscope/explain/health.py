"""What is wrong with a network's units and weights, counted over pictures at hand. The page counts by the same
definitions (docs/payload.md, "Health").
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np

from ..formula import Clip, Layer
from .activity import MOST, NEAR, activation_after, to_cpu
from .batching import batches
from .features import layer_outputs
from .imported.opened import OpenedNet, opened

Fault = Literal["notfinite", "saturated", "dead", "constant", "duplicate"]
FAULTS: tuple[Fault, ...] = ("notfinite", "saturated", "dead", "constant", "duplicate")
EVEN = 1e-6  # of the largest magnitude: constant
ALIKE = 1e-5  # of the largest magnitude, picture by picture: duplicate
Values = np.ndarray[Any, np.dtype[np.float64]]

REMEDIES: dict[Fault, str] = {
    "notfinite": "train again from before it broke, with a smaller learning rate or clipped gradients",
    "saturated": "relu in place of sigmoid or tanh, bn before the activation, or smaller first weights",
    "dead": "a smaller learning rate, bn before the activation, or leaky_relu in place of relu",
    "constant": "leave the unit out: what it adds is a bias; or look for weights that are all 0",
    "duplicate": "fewer filters do the same; weights that began alike stay alike, so begin with random ones",
}


@dataclass(frozen=True)
class LayerHealth:
    """A layer's units: for each channel its fault, or None; of a duplicate `like` is the first channel that is the
    same, else −1. `after` is the node whose numbers were looked at."""

    name: str
    after: str
    units: tuple[Fault | None, ...]
    like: tuple[int, ...]

    def count(self, fault: Fault) -> int:
        """Return how many units have this fault."""
        return self.units.count(fault)

    def to_json(self) -> dict[str, object]:
        """Return how many units there are, and which have which fault: of duplicates also what they are like."""
        faults: dict[str, object] = {
            fault: [c for c, unit in enumerate(self.units) if unit == fault] for fault in FAULTS
        }
        like = {str(c): first for c, first in enumerate(self.like) if first >= 0}
        return {"name": self.name, "after": self.after, "units": len(self.units), **faults, "like": like}


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

    def count(self, fault: Fault) -> int:
        """Return how many units of all layers have this fault."""
        return sum(layer.count(fault) for layer in self.layers)

    def to_json(self) -> dict[str, object]:
        """Return everything as JSON has it; without pictures enough the faults of units are left out."""
        return {
            "pictures": self.pictures,
            "layers": [layer.to_json() for layer in self.layers] if self.tells else None,
            "weights": [asdict(weight) for weight in self.weights],
        }


def health(network: Any, pictures: np.ndarray[Any, Any]) -> Health:
    """Return what is wrong with a network, over pictures (N, C, H, W); both are as of `relevance`.

    A unit is looked at behind its activation. It is "notfinite" where a number of it is NaN or infinite, "saturated"
    where 99 % of its numbers lie within 0.01 of an end of the activation, "dead" where a ReLU's is never above 0,
    "constant" where it is the same everywhere in all pictures, and a "duplicate" where an earlier channel is the same
    in all of them; the first of these that holds. What `opened` returned is taken too. The network is left as it was;
    memory is that of one batch. Raises InputError for a network that no formula can say.

    >>> found = health(model, pictures)                                                           # doctest: +SKIP
    >>> found.count("dead"), REMEDIES["dead"]                                                   # doctest: +SKIP
    """
    found = opened(network, pictures)
    net, nodes = found.net, found.net.network.nodes
    counters = [
        _Units(node.name, i, activation_after(net.network, i), nodes[activation_after(net.network, i)].layer)
        for i, node in enumerate(nodes)
        if node.layer.filters
    ]
    for _, batch in batches(net, pictures):
        outputs = [to_cpu(y).double().numpy() for y in layer_outputs(net, batch).values()]
        for counter in counters:
            counter.add(outputs[counter.after])
    layers = tuple(counter.result(nodes[counter.after].name, found) for counter in counters)
    return Health(len(pictures), layers, tuple(_bad_weights(found)))


def _bad_weights(found: OpenedNet) -> Iterator[BadWeights]:
    for name, values in found.net.weights().items():
        nan, infinite = int(np.isnan(values).sum()), int(np.isinf(values).sum())
        if nan or infinite:
            node, _, weight = name.rpartition(".")
            yield BadWeights(f"{found.called(node)}.{weight}", nan, infinite)


class _Units:
    """Counts one layer's units batch by batch."""

    def __init__(self, name: str, index: int, after: int, layer: Layer) -> None:
        self.name, self.index, self.after = name, index, after
        clipped = isinstance(layer, Clip) and layer.low == 0
        self.zero_below = layer.zero_below or clipped
        self.ends = [end for end in layer.ends if not (clipped and end == 0)]
        self.least: Values | None = None
        self.seen = 0

    def add(self, outputs: Values) -> None:
        """Count a batch, (N, F, h, w) or (N, F)."""
        flat = outputs.reshape(*outputs.shape[:2], -1)  # (N, F, values)
        if self.least is None:
            channels = flat.shape[1]
            self.least, self.most = np.full(channels, np.inf), np.full(channels, -np.inf)
            self.near, self.bad = np.zeros(channels, np.int64), np.zeros(channels, bool)
            self.first = np.zeros(channels, np.int64)  # the channel that each has been like so far
        self.least = np.fmin(self.least, np.fmin.reduce(flat, (0, 2)))
        self.most = np.fmax(self.most, np.fmax.reduce(flat, (0, 2)))
        self.bad |= ~np.isfinite(flat).all((0, 2))
        self.seen += flat.shape[0] * flat.shape[2]
        for end in self.ends:
            self.near += (np.abs(flat - end) <= NEAR).sum((0, 2))
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

    def result(self, after: str, network: OpenedNet) -> LayerHealth:
        """Return what was found over all batches."""
        names = network.called(self.name), network.called(after)
        if self.least is None:
            return LayerHealth(*names, (), ())
        units = [self._fault(c) for c in range(len(self.least))]
        like = [int(self.first[c]) if fault is None and self.first[c] != c else -1 for c, fault in enumerate(units)]
        found = ("duplicate" if other >= 0 else fault for fault, other in zip(units, like, strict=True))
        return LayerHealth(*names, tuple(found), tuple(like))

    def _fault(self, c: int) -> Fault | None:
        assert self.least is not None
        least, most = float(self.least[c]), float(self.most[c])
        if self.bad[c]:
            return "notfinite"
        if self.ends and self.near[c] >= MOST * self.seen:
            return "saturated"
        if self.zero_below and most <= 0:
            return "dead"
        return "constant" if most - least <= EVEN * max(abs(least), abs(most)) else None


def _alike(one: Values, other: Values, apart: float) -> bool:
    return bool((np.abs(one - other) <= apart).all())
