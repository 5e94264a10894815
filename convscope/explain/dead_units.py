"""Dead and saturated units, counted over a data set and described in plain words with a remedy (the lecture's S8)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..errors import InputError, phrase
from ..evaluation.health import REMEDIES
from ..nn import Net
from .activity import Activity, ActivityCounter, to_array
from .batching import batches
from .features import layer_outputs

WORDS = {
    "dead": (
        "always 0 after its ReLU, so no gradient reaches it and it cannot learn any more",
        REMEDIES["dead"],
    ),
    "saturated": (
        "nearly always at an end of its activation, where the slope is almost 0, so it hardly learns",
        REMEDIES["saturated"],
    ),
    "always-on": (
        "never 0 after its ReLU, so its activation does nothing: it only computes a weighted sum",
        "nothing to mend by itself; many of them say that the network is larger than it needs to be",
    ),
}


@dataclass(frozen=True)
class Unit:
    """A channel that does not work as it should: "dead", "saturated" or "always-on", and how often it is active,
    0…1."""

    layer: str
    channel: int
    state: str
    active: float
    pictures: int

    @property
    def words(self) -> str:
        """One sentence that says what is wrong and over how many pictures that was counted."""
        return f"{self.layer}, channel {self.channel}: {WORDS[self.state][0]} (counted over {self.pictures:,} pictures)"

    @property
    def remedy(self) -> str:
        """What to try."""
        return WORDS[self.state][1]


def count_activity(
    net: Net, pictures: np.ndarray[Any, Any], labels: np.ndarray[Any, Any] | None = None
) -> dict[str, Activity]:
    """Return how often the channels of each convolution and fully connected node answer to pictures (N, C, H, W).

    `labels` (N,) in 0…K−1 give the figures by class; without them `by_class` is all NaN but for class 0, which has
    every picture. The net is left as it was; memory is that of one batch.
    """
    counters = channel_counters(net)
    known = np.zeros(len(pictures), np.int64) if labels is None else np.asarray(labels, np.int64)
    if known.shape != (len(pictures),) or (len(known) and not 0 <= known.min() <= known.max() < net.network.classes):
        raise InputError(
            "explain.labels",
            got=known.shape,
            expected=phrase("explain.labels.expected", n=len(pictures), k=net.network.classes),
        )
    for at, batch in batches(net, pictures):
        outputs = list(layer_outputs(net, batch).values())
        for counter in counters.values():
            counter.add(to_array(outputs[counter.index]), known[at : at + len(batch)])
    return {name: counter.result() for name, counter in counters.items()}


def channel_counters(net: Net) -> dict[str, ActivityCounter]:
    """Return a counter for each convolution and fully connected node, by name."""
    nodes = net.network.nodes
    return {
        node.name: ActivityCounter(net.network, i, net.network.classes)
        for i, node in enumerate(nodes)
        if node.layer.filters
    }


def find_units(activity: dict[str, Activity], states: Sequence[str] = ("dead", "saturated")) -> list[Unit]:
    """Return the channels whose state is one of `states`, in the order of the network.

    >>> for unit in find_units(count_activity(net, pictures)):                                  # doctest: +SKIP
    ...     print(unit.words, unit.remedy, sep="; try ")
    """
    return [
        Unit(name, channel, state, float(figures.active[channel]), figures.n)
        for name, figures in activity.items()
        for channel, state in enumerate(figures.state)
        if state in states
    ]
