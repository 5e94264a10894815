"""What each axis of a value is, a letter an axis, so that maps are maps however their axes stand.

"n": the pictures, "c": the channels, "h" and "w": rows and columns, "l": places in one row. Maps stand as (N, C, H, W);
a sequence of tokens (N, L, D) is D maps of L rows and one column, as is (N, D, L) and (L, N, D). What works along the
channels, such as a linear layer over the last axis, is then what it is of maps: a convolution of 1×1.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from .step import Array

PLAIN = {2: "nc", 3: "ncl", 4: "nchw"}  # as the formula's layers have them, by their rank
GUESSED = {2: "nc", 3: "nlc", 4: "nchw"}  # where nothing says more


def order(axes: str) -> tuple[int, ...]:
    """Return in which order the axes are taken so that pictures come first, channels second, the others as they stand.

    >>> order("nhwc"), order("lnc")
    ((0, 3, 1, 2), (1, 2, 0))
    """
    return (axes.index("n"), axes.index("c"), *(i for i, letter in enumerate(axes) if letter not in "nc"))


def maps_shape(shape: Sequence[int], axes: str) -> tuple[int, ...]:
    """Return the shape of a value as maps (N, C, H, W), or as rows of numbers (N, units)."""
    laid = tuple(shape[i] for i in order(axes))
    return (*laid, 1) if len(laid) == 3 else laid


def as_maps(value: Array, axes: str) -> Array:
    """Return a value as maps (N, C, H, W), or as rows of numbers (N, units)."""
    return value.transpose(order(axes)).reshape(maps_shape(value.shape, axes))


def turned(axes: str, order: Sequence[int]) -> str:
    """Return the axes after they were turned."""
    return "".join(axes[i] for i in order)


def same_maps(axes: str, other: str) -> bool:
    """Whether rows and columns stand in one order."""
    return [a for a in axes if a not in "nc"] == [a for a in other if a not in "nc"]


def axis_of(axes: str, axis: int) -> tuple[int, ...]:
    """Return which axes of the maps an axis is: of places in one row both the rows and the only column."""
    at = order(axes).index(axis % len(axes))
    return (2, 3) if len(axes) == 3 and at == 2 else (at,)


def column(shape: Sequence[int], axes: str, made: Sequence[int]) -> str:
    """Return the axes of a result whose rows and columns became places in one row, row after row; "" for another."""
    n, rest = shape[0], [shape[i] for i in order(axes)[1:]]
    if len(rest) != 3:
        return ""
    channels, places = rest[0], math.prod(rest[1:])
    if axes[1] == "c" and tuple(made) == (n, channels, places):
        return "ncl"
    return "nlc" if axes[3] == "c" and tuple(made) == (n, places, channels) else ""


def row(shape: Sequence[int], axes: str, made: Sequence[int]) -> bool:
    """Whether a result is the maps as one row of numbers, channel by channel."""
    apart = axes[1] == "c" or math.prod(shape[1:]) in (shape[axes.index("c")], 1)
    return axes[0] == "n" and apart and tuple(made) == (shape[0], math.prod(shape[1:]))
