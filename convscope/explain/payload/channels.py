"""Every channel's card in one pass over a data set: what excites it most and least, how often it answers, in what state
it is.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...build import Net
from ..activity import Activity, as_cpu
from ..dead_units import counters_of
from ..features import outputs
from ..patches import Finder, Patch
from ..reading import batches
from ..subject.material import Material
from .encoding import encode

Json = dict[str, Any]
PICTURES = 2000  # evenly spaced, that the cards are made from
KEEP = 9


def cards(net: Net, material: Material, keep: int = KEEP, most: int = PICTURES) -> tuple[dict[str, list[Json]], Json]:
    """Return the payload's `channels` and `channels_of` for a Net: a card for each channel of its convolutions and
    fully connected nodes.

    Of the data's pictures at most `most` are looked at. The net is left as it was; memory is that of one batch and the
    patches.
    """
    n = len(material.pictures)
    chosen = np.unique(np.linspace(0, n - 1, min(n, most)).astype(np.int64))
    pictures = material.pictures.images[chosen]
    labels = None if material.labels is None else material.labels[chosen]
    counters = counters_of(net)
    finders = {name: Finder(net.network, place, keep) for place, name in _places(net, counters)}
    for at, batch in batches(net, pictures):
        made = list(outputs(net, batch).values())
        known = np.zeros(len(batch), np.int64) if labels is None else labels[at : at + len(batch)]
        for name, counter in counters.items():
            counter.add(as_cpu(made[counter.index]), known)
            finders[name].add(made[finders[name].index], at)
    told = {}
    for name, counter in counters.items():
        top, bottom = finders[name].patches(pictures)
        told[name] = _cards(counter.result(), top, bottom, labels)
    return told, {"n": len(pictures), "split": material.split, "name": material.name}


def _places(net: Net, names: Any) -> list[tuple[int, str]]:
    return [(i, node.name) for i, node in enumerate(net.network.nodes) if node.name in names]


def _cards(activity: Activity, top: list[list[Patch]], bottom: list[list[Patch]], labels: Any) -> list[Json]:
    made = []
    for channel, (high, low) in enumerate(zip(top, bottom, strict=True)):
        by_class = (
            None
            if labels is None
            else [None if np.isnan(v) else round(float(v), 4) for v in activity.by_class[channel]]
        )
        made.append(
            {
                "top": [_patch(p, labels) for p in high],
                "bottom": [_patch(p, labels) for p in low],
                "active": round(float(activity.active[channel]), 4),
                "after": activity.after,
                "by_class": by_class,
                "state": activity.state[channel],
            }
        )
    return made


def _patch(patch: Patch, labels: Any) -> Json:
    label = None if labels is None else int(labels[patch.index])
    value = float(f"{patch.value:.5g}")
    return {
        "picture": encode(patch.picture),
        "value": value,
        "label": label,
        "at": list(patch.at),
        "box": list(patch.box),
    }
