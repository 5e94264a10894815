"""Every channel's card in one pass over a data set: what excites it most and least, how often it answers, in what state
it is.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from ...formula import Network, Node
from ...nn import Net
from .. import patches
from ..activity import Activity, to_array
from ..batching import batches
from ..dead_units import channel_counters
from ..features import layer_outputs
from ..patches import Finder
from ..subject.examples import Examples
from .records import ChannelCard, CountedOn, Patch

PICTURES = 2000  # evenly spaced, that the cards are made from
KEEP = 9
ALL_PATCHES = 60_000_000  # characters of all patches: beyond it those of the first layers only, before any is cut out
PATCH, CARD, SHARE = 140, 110, 9  # characters of JSON about a patch, a card, a class's share

Labels = NDArray[np.int64]
Patches = list[patches.Patch]


def channel_cards(
    net: Net, examples: Examples, keep: int = KEEP, most: int = PICTURES, room: int = ALL_PATCHES
) -> tuple[Mapping[str, tuple[ChannelCard, ...]], CountedOn]:
    """Return a card for each channel of a Net's convolutions and fully connected nodes, and what they were counted on.

    Of the data's pictures at most `most` are looked at. The net is left as it was; memory is that of one batch and the
    patches.
    """
    n = len(examples.pictures)
    chosen = np.unique(np.linspace(0, n - 1, min(n, most)).astype(np.int64))
    pictures = examples.pictures.images[chosen]
    labels = None if examples.labels is None else examples.labels[chosen]
    counters = channel_counters(net)
    kept = patches_kept(net.network, keep, room)
    finders = {
        node.name: Finder(net.network, i, kept[node.name])
        for i, node in enumerate(net.network.nodes)
        if node.name in counters
    }
    for at, batch in batches(net, pictures):
        made = list(layer_outputs(net, batch).values())
        known = np.zeros(len(batch), np.int64) if labels is None else labels[at : at + len(batch)]
        for name, counter in counters.items():
            counter.add(to_array(made[counter.index]), known)
            finders[name].add(made[finders[name].index], at)
    cards = {
        name: _cards(counter.result(), *finders[name].patches(pictures), labels) for name, counter in counters.items()
    }
    return cards, CountedOn(len(pictures), examples.split)


def patches_kept(network: Network, keep: int, room: int) -> dict[str, int]:
    """Return how many patches each convolution and fully connected node keeps at both ends of a channel.

    `keep` of all where they take 60 million characters or less. A network of ten thousand channels that each see most
    of a picture would take gigabytes: there the first layers, which see little, get theirs as long as `room` lasts,
    and fewer before none. Priced by shapes alone; a card and its class shares come first.

    >>> network = trace(parse("conv(4, 3) + conv(1000, 3, stride=2) + gap + fc"), (3, 96, 96))
    >>> patches_kept(network, 9, 4_000_000), patches_kept(network, 900, 4_000_000)
    ({'conv1': 9, 'conv2': 9, 'fc1': 9}, {'conv1': 6, 'conv2': 6, 'fc1': 0})
    """
    nodes = [node for node in network.nodes if node.layer.filters]

    def price(node: Node, count: int) -> int:
        sides = (min(*both) for both in zip(node.field.size, network.input[1:], strict=True))
        pixels = network.input[0] * math.prod(sides)
        return node.output[0] * 2 * count * (PATCH + -(-pixels // 3) * 4)

    if sum(price(node, keep) for node in nodes) <= ALL_PATCHES:
        return dict.fromkeys((node.name for node in nodes), keep)
    left = room - sum(node.output[0] * (CARD + SHARE * network.classes) for node in nodes)
    kept = {}
    for node in nodes:
        kept[node.name] = next((count for count in (6, 4, 2) if price(node, count) <= left), 0)
        left -= price(node, kept[node.name])
    return kept


def _cards(
    activity: Activity, top: list[Patches], bottom: list[Patches], labels: Labels | None
) -> tuple[ChannelCard, ...]:
    return tuple(
        ChannelCard(
            top=tuple(_patch(p, labels) for p in high),
            bottom=tuple(_patch(p, labels) for p in low),
            active=round(float(activity.active[channel]), 4),
            by_class=None if labels is None else tuple(map(_share, activity.by_class[channel].tolist())),
            state=activity.state[channel],
        )
        for channel, (high, low) in enumerate(zip(top, bottom, strict=True))
    )


def _share(value: float) -> float | None:
    """Return a class's share; None where it has no pictures."""
    return None if np.isnan(value) else round(value, 4)


def _patch(patch: patches.Patch, labels: Labels | None) -> Patch:
    label = None if labels is None else int(labels[patch.index])
    return Patch(patch.picture, float(f"{patch.value:.5g}"), label, patch.at)
