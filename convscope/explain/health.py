"""What is wrong with any network's units and weights, over pictures at hand."""

from __future__ import annotations

from typing import Any

import numpy as np
from torch import nn

from ..errors import InputError
from ..evaluation.health import Health, HealthCounter, Place, places
from ..foreign.reading import Foreign
from ..foreign.telling import ForeignFile
from ..nn import Net
from .activity import to_array
from .batching import batches
from .features import layer_outputs
from .imported import opaque
from .imported.network import Imported, imported, network_of
from .imported.opened import OpenedNet, opened


def health(network: Any, pictures: np.ndarray[Any, Any]) -> Health:
    """Return what is wrong with a network, over pictures (N, C, H, W); both are as of `relevance`.

    A unit is looked at behind its activation. It is "notfinite" where a number of it is NaN or infinite, "saturated"
    where 99 % of its numbers lie within 0.01 of an end of the activation, "dead" where a ReLU's is never above 0,
    "constant" where it is the same everywhere in all pictures, and a "duplicate" where an earlier channel is the same
    in all of them; the first of these that holds. Without a fault it is "linear" where its ReLU never closes. What
    `opened` returned is taken too. The network is left as it was; memory is that of one batch. Of a
    network that no formula can say, units of the layers that the formula has are counted.

    >>> found = health(model, pictures)                                                           # doctest: +SKIP
    >>> found.count("dead"), REMEDIES["dead"]                                                   # doctest: +SKIP
    """
    asked = network if isinstance(network, (Imported, OpenedNet)) else network_of(network)
    if isinstance(asked, (nn.Module, ForeignFile, Foreign)) and not isinstance(asked, Net):
        asked = imported(asked, pictures)
    try:
        found = opened(asked, pictures)
    except InputError as error:
        if error.key != "explain.unsaid" or not isinstance(asked, Imported):
            raise
        return _by_steps(asked, pictures)
    counter = HealthCounter(places(found.net.network), found.called)
    for _, batch in batches(found.net, pictures):
        counter.add([to_array(y) for y in layer_outputs(found.net, batch).values()])
    return counter.health(found.net.weights())


def _by_steps(network: Imported, pictures: np.ndarray[Any, Any]) -> Health:
    """Return the health of what no formula can say, by what its own runtime made of the pictures: of the steps that are
    layers of the formula.
    """
    counter: HealthCounter | None = None
    for found, x in network.parts(pictures):
        shown = opaque.look(found, network.spec, x)
        counter = counter or HealthCounter(
            [Place(node.name, shown.layers.get(node.name), node.sources) for node in shown.nodes]
        )
        counter.add([shown.outputs[node.name] for node in shown.nodes])
    assert counter is not None
    return counter.health(shown.tensors)
