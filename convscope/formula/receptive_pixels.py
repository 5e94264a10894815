"""The exact pixels one unit sees: what it reads followed back to the picture, clipped at every border on the way.

The recurrence in receptive_field.py holds away from the borders. Near them each layer's own padding, its dropped rows
and the holes of a dilation count, so this walks the nodes backwards with the channels, rows and columns that are read.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

from .geometry import Pair, Patch, Source
from .network import PICTURE, Network, Node

Box: TypeAlias = tuple[int, int, int, int]


def seen(network: Network, index: int, unit: Pair = (0, 0), channel: int | None = None) -> Box | None:
    """Return (top, left, bottom, right), inclusive, around the pixels that a unit of node `index` can depend on.

    `unit` is (row, column) on the node's maps; for a flat node (number, 0). None if its windows lie in padding alone.
    Without `channel` it is around what that place of all maps sees: only after a concat may they differ. Activations,
    normalisation and weights are taken not to stop anything.
    """
    node, (row, column) = network.nodes[index], unit
    if node.flat:
        row, column, channel = 0, 0, row
    channels = range(node.output[0]) if channel is None else range(channel, channel + 1)
    # What a unit reads is always such a product, or a union of them after a skip or a concat.
    wanted: dict[int, set[Patch]] = {index: {Patch(channels, frozenset([row]), frozenset([column]))}}
    for i in range(index, -1, -1):
        node = network.nodes[i]
        patches = wanted.pop(i, set())
        for patch in _single(patches, node.output[0]) if node.layer.reads == "channel" else _apart(patches):
            for at, source in _sources(network, node):
                back = node.layer.read_by(patch, source)
                if all(back):
                    wanted.setdefault(at, set()).add(back)
    patches = wanted.get(PICTURE, set())
    if not patches:
        return None
    rows, columns = ([at for patch in patches for at in axis(patch)] for axis in (_rows, _columns))
    return min(rows), min(columns), max(rows), max(columns)


def _sources(network: Network, node: Node) -> Iterator[tuple[int, Source]]:
    """Yield the nodes that one reads, each with what its layer must know of it."""
    first = 0
    for at, shape in zip(node.sources, node.inputs, strict=True):
        yield at, Source(shape, at != PICTURE and network.nodes[at].flat, first)
        first += shape[0]


def _apart(patches: set[Patch]) -> set[Patch]:
    """Drop patches that lie within another; join them all where very many overlapping skips would multiply them.

    Joining could only add pixels where a window reads padding alone, next to such skips, or where branches are joined
    that many times.
    """
    if len(patches) > 64:
        channels = range(min(p.channels.start for p in patches), max(p.channels.stop for p in patches))
        return {Patch(channels, frozenset().union(*map(_rows, patches)), frozenset().union(*map(_columns, patches)))}
    return {p for p in patches if not any(p != q and p.within(q) for q in patches)}


def _single(patches: set[Patch], channels: int) -> set[Patch]:
    """Return a patch for each channel, as those next to each other come from ones that are not."""
    made = set[Patch]()
    for patch in _apart(patches):
        one_by_one = {patch._replace(channels=range(at, at + 1)) for at in patch.channels}
        made |= {patch} if len(patch.channels) == channels else one_by_one
    return made


def _rows(patch: Patch) -> frozenset[int]:
    return patch.rows


def _columns(patch: Patch) -> frozenset[int]:
    return patch.columns
