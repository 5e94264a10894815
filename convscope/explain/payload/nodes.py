"""The nodes of a network as the page reads them: plain dictionaries, one a node. See docs/payload.md."""

from __future__ import annotations

from typing import Any

from ...formula import layers as f
from ...formula.network import Network, Node

BN_EPS = 1e-5


def to_json(network: Network) -> list[dict[str, Any]]:
    """Return every node of `network` in the order they are computed."""
    return [node_json(node) for node in network.nodes]


def node_json(node: Node) -> dict[str, Any]:
    """Return one node: its kind as the formula writes it, sizes, window, options and figures."""
    window = node.window
    return {
        "name": node.name,
        "kind": f.NAMES.get(type(node.layer), "add"),
        "text": str(node.layer),
        "source": node.source,
        "other": node.other,
        "input": list(node.input),
        "output": list(node.output),
        "flat": node.flat,
        "window": window and {name: list(getattr(window, name)) for name in ("kernel", "stride", "pad", "dilation")},
        "options": _options(node.layer),
        "parameters": node.parameters,
        "parameters_how": node.parameters_how,
        "macs": node.macs,
        "size_how": node.size_how,
        "dropped": list(node.dropped),
        "field": {name: list(getattr(node.field, name)) for name in ("size", "jump", "start")},
    }


def _options(layer: f.Layer) -> dict[str, Any]:
    match layer:
        case f.Conv():
            return {"groups": layer.groups, "bias": layer.bias}
        case f.LeakyReLU():
            return {"slope": layer.slope}
        case f.Dropout():
            return {"p": layer.p}
        case f.Crop():
            return {"size": list(f.pair(layer.size))}
        case f.BatchNorm():
            return {"eps": BN_EPS}
    return {}
