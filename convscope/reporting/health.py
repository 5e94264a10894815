"""Which units of a network do not work as they should, over the pictures that a report measures."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..evaluation.health import Health, HealthCounter, places
from ..pictures.preprocessing import preprocess_stack
from .part import Part

if TYPE_CHECKING:
    from ..prediction import Model

MOST = 1_000  # pictures: evenly chosen of more
AT_ONCE = 1 << 24  # numbers in what all layers make of the pictures that are looked at together


def health_of(model: Model, part: Part) -> Health:
    """Return the health of a model over the pictures of a part: over all, or over 1,000 of them. Imports torch."""
    import torch

    rows = np.arange(len(part)) if len(part) <= MOST else np.arange(MOST) * len(part) // MOST
    net, counter = model.module(), HealthCounter(places(model.network))
    size = max(1, AT_ONCE // sum(int(np.prod(node.output)) for node in model.network.nodes))
    for at in range(0, len(rows), size):
        read, _ = preprocess_stack(model.spec, part.pictures.images[rows[at : at + size]])
        with torch.no_grad():
            counter.add([y.numpy() for y in net.outputs(torch.from_numpy(np.ascontiguousarray(read)))])
    return counter.health(model.weights)
