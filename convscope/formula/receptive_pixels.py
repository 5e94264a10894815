"""The exact pixels one unit sees: what it reads followed back to the picture, clipped at every border on the way.

The recurrence in receptive_field.py holds away from the borders. Near them each layer's own padding, its dropped rows
and the holes of a dilation count, so this walks the nodes backwards with the set of rows and of columns that are read.
"""

from __future__ import annotations

from typing import TypeAlias

from .geometry import Pair, Patch
from .network import PICTURE, Network

Box: TypeAlias = tuple[int, int, int, int]


def seen(network: Network, index: int, unit: Pair = (0, 0)) -> Box | None:
    """Return (top, left, bottom, right), inclusive, around the pixels that a unit of node `index` can depend on.

    `unit` is (row, column) on the node's maps; for a flat node (number, 0). None if its windows lie in padding alone.
    Activations, normalisation and weights are taken not to stop anything.
    """
    # Units as rows × columns. What a unit reads is always such a product, or a union of them after a skip.
    wanted: dict[int, set[Patch]] = {index: {(frozenset([unit[0]]), frozenset([unit[1]]))}}
    for i in range(index, -1, -1):
        node = network.nodes[i]
        for patch in _apart(wanted.pop(i, set())):
            for source, shape in zip(node.sources, node.inputs, strict=True):
                back = node.layer.read_by(patch, shape, flat=source != PICTURE and network.nodes[source].flat)
                if all(back):
                    wanted.setdefault(source, set()).add(back)
    patches = wanted.get(PICTURE, set())
    if not patches:
        return None
    rows, columns = ([axis for patch in patches for axis in patch[i]] for i in (0, 1))
    return min(rows), min(columns), max(rows), max(columns)


def _apart(patches: set[Patch]) -> set[Patch]:
    """Drop patches that lie within another; join them all where very many overlapping skips would multiply them.

    Joining could only add pixels where a window reads padding alone, next to such skips.
    """
    if len(patches) > 64:
        return {(frozenset().union(*(p[0] for p in patches)), frozenset().union(*(p[1] for p in patches)))}
    return {p for p in patches if not any(p != q and p[0] <= q[0] and p[1] <= q[1] for q in patches)}
