"""What is wrong with any network's units and weights, over pictures at hand."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..evaluation.health import Health, HealthCounter
from .activity import to_cpu
from .batching import batches
from .features import layer_outputs
from .imported.opened import opened


def health(network: Any, pictures: np.ndarray[Any, Any]) -> Health:
    """Return what is wrong with a network, over pictures (N, C, H, W); both are as of `relevance`.

    A unit is looked at behind its activation. It is "notfinite" where a number of it is NaN or infinite, "saturated"
    where 99 % of its numbers lie within 0.01 of an end of the activation, "dead" where a ReLU's is never above 0,
    "constant" where it is the same everywhere in all pictures, and a "duplicate" where an earlier channel is the same
    in all of them; the first of these that holds. Without a fault it is "linear" where its ReLU never closes. What
    `opened` returned is taken too. The network is left as it was; memory is that of one batch. Raises InputError for a
    network that no formula can say.

    >>> found = health(model, pictures)                                                           # doctest: +SKIP
    >>> found.count("dead"), REMEDIES["dead"]                                                   # doctest: +SKIP
    """
    found = opened(network, pictures)
    counter = HealthCounter(found.net.network, found.called)
    for _, batch in batches(found.net, pictures):
        counter.add([to_cpu(y).numpy() for y in layer_outputs(found.net, batch).values()])
    return counter.health(found.net.weights())
