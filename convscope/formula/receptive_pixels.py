"""The exact pixels one unit sees: its windows followed back to the picture, clipped at every border on the way.

The recurrence in fields.py holds away from the borders. Near them each layer's own padding, its dropped rows and the
holes of a dilation count, so this walks the nodes backwards with the set of rows and of columns that are read.
"""

from __future__ import annotations

from typing import TypeAlias

from .layers import FC, Crop, Flatten, GlobalAvgPool, pair
from .network import Network, Node, Pair

# Rows × columns of units, as index sets. What a unit reads is always such a product, or a union of them after a skip.
Patch: TypeAlias = tuple[frozenset[int], frozenset[int]]
Box: TypeAlias = tuple[int, int, int, int]


def seen(network: Network, index: int, unit: Pair = (0, 0)) -> Box | None:
    """Return (top, left, bottom, right), inclusive, around the pixels that a unit of node `index` can depend on.

    `unit` is (row, column) on the node's maps; for a flat node (number, 0). None if its windows lie in padding alone.
    Activations, normalisation and weights are taken not to stop anything.
    """
    wanted: dict[int, set[Patch]] = {index: {(frozenset([unit[0]]), frozenset([unit[1]]))}}
    for i in range(index, -1, -1):
        node = network.nodes[i]
        for patch in _apart(wanted.pop(i, set())):
            back = _back(node, patch, flat=node.source >= 0 and network.nodes[node.source].flat)
            if all(back):
                wanted.setdefault(node.source, set()).add(back)
            if node.other is not None:
                wanted.setdefault(node.other, set()).add(patch)
    patches = wanted.get(-1, set())
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


def _back(node: Node, patch: Patch, flat: bool) -> Patch:
    """Return the units of its input that the units `patch` of `node` read; `flat` says whether those are in a row
    already.
    """
    _, height, width = node.input
    layer, window = node.layer, node.window
    if window is not None:
        return _read(patch[0], height, node, 0), _read(patch[1], width, node, 1)
    if isinstance(layer, Crop):
        h, w = pair(layer.size)
        top, left = (height - h) // 2, (width - w) // 2
        return frozenset(y + top for y in patch[0]), frozenset(x + left for x in patch[1])
    if isinstance(layer, Flatten) and not flat:
        cells = [divmod(number % (height * width), width) for number in patch[0]]
        return frozenset(y for y, _ in cells), frozenset(x for _, x in cells)
    if isinstance(layer, FC):
        return frozenset(range(node.input[0])), frozenset([0])
    if isinstance(layer, GlobalAvgPool):
        return frozenset(range(height)), frozenset(range(width))
    return patch


def _read(units: frozenset[int], size: int, node: Node, axis: int) -> frozenset[int]:
    assert node.window is not None
    k, s, p, d = (getattr(node.window, name)[axis] for name in ("kernel", "stride", "pad", "dilation"))
    return frozenset(x for u in units for t in range(k) if 0 <= (x := u * s - p + t * d) < size)
