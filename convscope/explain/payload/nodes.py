"""The nodes of a network as the page reads them. See docs/payload.md."""

from __future__ import annotations

from ...formula import Network, Node, ReceptiveField
from .records import Field, PageNode, Window


def page_nodes(network: Network) -> tuple[PageNode, ...]:
    """Return every node of `network` in the order they are computed."""
    return tuple(map(page_node, network.nodes))


def page_node(node: Node) -> PageNode:
    """Return one node: its kind as the formula writes it, sizes, window, options and figures."""
    w = node.window
    return PageNode(
        name=node.name,
        kind=node.layer.name,
        text=str(node.layer),
        sources=node.sources,
        inputs=node.inputs,
        output=node.output,
        flat=node.flat,
        window=None if w is None else Window(w.kernel, w.stride, w.pad, w.pad_end, w.dilation),
        options=node.layer.options(),
        parameters=node.parameters,
        parameters_how=node.parameters_how,
        macs=node.macs,
        size_how=node.size_how,
        dropped=node.dropped,
        field=page_field(node.field),
    )


def page_field(field: ReceptiveField) -> Field:
    """Return a receptive field as the page reads it."""
    return Field(field.size, field.jump, field.start)
