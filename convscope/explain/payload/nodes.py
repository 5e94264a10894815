"""The nodes of a network as the page reads them. See docs/payload.md."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from ...formula import Network, Node, ReceptiveField
from .encoding import Array, ScaledBytes
from .records import Field, PageNode, Payload, Window

Tensors = Mapping[str, Array | ScaledBytes]
NOWHERE = Field((0, 0), (0, 0), (0, 0))  # of a box: what its units read of the picture is not known


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


def renamed(payload: Payload, names: Mapping[str, str]) -> Payload:
    """Return the payload with other names of its nodes, where `names` has any."""
    if not names:
        return payload
    proof, channels, maps = payload.proof, payload.channels, payload.maps
    return replace(
        payload,
        nodes=renamed_nodes(payload.nodes, names),
        tensors=renamed_tensors(payload.tensors, names),
        maps=None if maps is None else {names[name]: made for name, made in maps.items()},
        channels=None if channels is None else {names[name]: cards for name, cards in channels.items()},
        proof=None if proof is None else replace(proof, where=names.get(proof.where, proof.where)),
    )


def renamed_nodes(nodes: tuple[PageNode, ...], names: Mapping[str, str]) -> tuple[PageNode, ...]:
    """Return nodes with other names, where `names` has any."""
    return tuple(replace(node, name=names[node.name]) for node in nodes) if names else nodes


def renamed_tensors(tensors: Tensors, names: Mapping[str, str]) -> Tensors:
    """Return the tensors of nodes with other names, where `names` has any."""
    return {_renamed(name, names): tensor for name, tensor in tensors.items()} if names else tensors


def _renamed(tensor: str, names: Mapping[str, str]) -> str:
    node, _, weight = tensor.rpartition(".")
    return f"{names[node]}.{weight}"
