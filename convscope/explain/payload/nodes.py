"""The nodes of a network as the page reads them: plain dictionaries, one a node. See docs/payload.md."""

from __future__ import annotations

from typing import Any

from ...formula import Network, Node


def to_json(network: Network) -> list[dict[str, Any]]:
    """Return every node of `network` in the order they are computed."""
    return [node_json(node) for node in network.nodes]


def node_json(node: Node) -> dict[str, Any]:
    """Return one node: its kind as the formula writes it, sizes, window, options and figures."""
    window = node.window
    return {
        "name": node.name,
        "kind": node.layer.name,
        "text": str(node.layer),
        "sources": list(node.sources),
        "inputs": [list(shape) for shape in node.inputs],
        "output": list(node.output),
        "flat": node.flat,
        "window": window and {name: list(getattr(window, name)) for name in ("kernel", "stride", "pad", "dilation")},
        "options": node.layer.options(),
        "parameters": node.parameters,
        "parameters_how": node.parameters_how,
        "macs": node.macs,
        "size_how": node.size_how,
        "dropped": list(node.dropped),
        "field": {name: list(getattr(node.field, name)) for name in ("size", "jump", "start")},
    }
