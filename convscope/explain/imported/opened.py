"""Any network as a Net of the same numbers, for what is computed in Python layer by layer: relevance."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ...errors import InputError, phrase
from ...foreign.step import Array
from ...nn import Net
from ...prediction import Model
from .network import Imported, imported, network_of
from .rebuilding import rebuilt


@dataclass(frozen=True, eq=False)
class OpenedNet:
    """A Net, and what its nodes are called in the network that it is of, where they have other names there."""

    net: Net
    names: Mapping[str, str] = field(default_factory=dict)

    def called(self, node: str) -> str:
        """Return what a node of the Net is called in the network itself."""
        return self.names.get(node, node)


def opened(network: Any, pictures: Array) -> OpenedNet:
    """Return a network as a Net that reads `pictures` (N, C, H, W) as it does: up to the scores, before any softmax.

    `network`: a Net, a loaded model, a torch module, the path of a model.onnx or of any ONNX file, or one that is
    opened already; of others the pictures are read as `imported.network.imported` says. It is tried on the first
    picture, and must come out the same.

    Raises InputError where a layer is none of the formula's or ways meet that the formula cannot say, UsageError for
    what is no network.
    """
    if isinstance(network, OpenedNet):
        return network
    if isinstance(network, Imported):
        return _rebuilt(network, pictures)
    asked_by = network_of(network)
    if isinstance(asked_by, Net):
        return OpenedNet(asked_by)
    if isinstance(asked_by, Model):
        return OpenedNet(asked_by.module())
    return _rebuilt(imported(asked_by, pictures), pictures)


def _rebuilt(found: Imported, pictures: Array) -> OpenedNet:
    made = rebuilt(found.steps(pictures[:1])[0], found.spec, pictures[:1])
    if made is None:
        raise InputError("explain.unsaid", where=found.name, hint=phrase("explain.unsaid.try"))
    return OpenedNet(made.net, made.names)
