"""Receptive fields of single units: which pixels of a picture a number can depend on. Thin over convscope.formula."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..errors import InputError, did_you_mean, phrase
from ..formula import Network, seen

Box = tuple[int, int, int, int]


def node_index(network: Network, name: str) -> int:
    """Return the index of the node called `name`; raises InputError if there is none."""
    names = [node.name for node in network.nodes]
    if name not in names:
        raise InputError("explain.layer", got=name, expected=did_you_mean(name, names))
    return names.index(name)


def receptive_box(network: Network, name: str, unit: tuple[int, int] = (0, 0)) -> Box | None:
    """Return (top, left, bottom, right), inclusive, of the pixels that `unit` (row, column) of node `name` sees.

    Exact: padding, strides, dropped rows and dilation are followed back, and the picture's borders clip it. None where
    the unit reads padding alone. Raises InputError for a unit outside the node's maps.

    >>> receptive_box(trace(parse("conv(2, 3) + maxpool(2) + fc"), (1, 8, 8)), "maxpool1", (1, 2))
    (2, 4, 5, 7)
    """
    index = node_index(network, name)
    node = network.nodes[index]
    rows, columns = (node.output[0], 1) if node.flat else node.output[1:]
    if not (0 <= unit[0] < rows and 0 <= unit[1] < columns):
        raise InputError(
            "explain.unit", where=name, got=unit, expected=phrase("explain.unit.expected", rows=rows, columns=columns)
        )
    return seen(network, index, unit)


def crop(picture: np.ndarray[Any, Any], at: Box) -> np.ndarray[Any, Any]:
    """Return the part of a picture (C, H, W) within the box, borders included, as a view."""
    top, left, bottom, right = at
    return picture[:, top : bottom + 1, left : right + 1]
