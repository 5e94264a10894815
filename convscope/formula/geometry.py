"""Shapes, sizes in two directions, and the window that a convolution or a pooling lays over its input."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

from ..errors import PlanError, phrase
from .unread import unread

Shape: TypeAlias = tuple[int, int, int]  # (C, H, W); of a row of numbers (units, 1, 1)
Pair: TypeAlias = tuple[int, int]  # (rows, columns)
Size: TypeAlias = int | tuple[int, int]  # one number for both directions, or (rows, columns)
Sides: TypeAlias = Size | tuple[int, int, int, int]  # the same at both ends, or (top, left, bottom, right)


class Patch(NamedTuple):
    """Units of a node as channels × rows × columns; of a row of numbers the channels are the numbers."""

    channels: range
    rows: frozenset[int]
    columns: frozenset[int]

    def within(self, other: Patch) -> bool:
        """Tell whether every unit is one of `other`."""
        a, b = self.channels, other.channels
        return b.start <= a.start and a.stop <= b.stop and self.rows <= other.rows and self.columns <= other.columns


class Source(NamedTuple):
    """One of the nodes that a layer reads: its shape, whether that is a row of numbers, and how many channels the
    sources before it have together.
    """

    shape: Shape
    flat: bool
    first: int = 0


def pair(size: Size) -> Pair:
    """Return (rows, columns) of a size."""
    return size if isinstance(size, tuple) else (size, size)


def ends(sides: Sides) -> tuple[Pair, Pair]:
    """Return (top, left) and (bottom, right).

    >>> ends((1, 2)), ends((0, 0, 1, 1))
    (((1, 2), (1, 2)), ((0, 0), (1, 1)))
    """
    if isinstance(sides, tuple) and len(sides) == 4:
        return (sides[0], sides[1]), (sides[2], sides[3])
    return pair(sides), pair(sides)


def times(numbers: tuple[int, ...]) -> str:
    """Return sizes as text: "16×24×24"."""
    return "×".join(map(str, numbers))


@dataclass(frozen=True, slots=True)
class Window:
    """What a convolution or a pooling lays over its input, each as (rows, columns); "same" as numbers.

    `pad` is what is added at the top and left, `pad_end` at the bottom and right. With `ceil` a last window may reach
    beyond that, if it begins on the input or before it.
    """

    kernel: Pair
    stride: Pair
    pad: Pair
    pad_end: Pair
    dilation: Pair = (1, 1)
    ceil: bool = False

    @property
    def pads(self) -> tuple[int, int, int, int]:
        """Top, left, bottom, right."""
        return self.pad + self.pad_end

    @property
    def extent(self) -> Pair:
        """K_eff = dilation·(kernel − 1) + 1, rows and columns."""
        (kh, kw), (dh, dw) = self.kernel, self.dilation
        return dh * (kh - 1) + 1, dw * (kw - 1) + 1

    def over(self, size: Pair) -> tuple[Pair, str, Pair]:
        """Return how many places it has over `size` rows and columns, the sum that says so, and what it leaves unread.

        Raises PlanError where it has none.
        """
        rows, columns = self._along(0, size[0]), self._along(1, size[1])
        how = rows[1] if rows[:2] == columns[:2] else f"rows {rows[1]}, columns {columns[1]}"
        return (rows[0], columns[0]), how, (rows[2], columns[2])

    def pads_over(self, size: Pair) -> tuple[int, int, int, int]:
        """Return top, left, bottom, right over `size` rows and columns; a window that is there by `ceil` alone has
        been given the room that it wants: sizes rounded down are right then.
        """
        if not self.ceil:
            return self.pads
        places, axes = self.over(size)[0], zip(self.stride, self.extent, size, self.pad, strict=True)
        reach = [(n - 1) * s + k - i - p for n, (s, k, i, p) in zip(places, axes, strict=True)]
        return (*self.pad, max(0, reach[0]), max(0, reach[1]))

    def _along(self, axis: int, i: int) -> tuple[int, str, int]:
        k, s, p, q = self.extent[axis], self.stride[axis], self.pad[axis], self.pad_end[axis]
        o = (i - k + p + q) // s + 1
        padded = f"2×{p}" if p == q else f"{p} + {q}"
        how = f"floor(({i} − {k} + {padded})/{s}) + 1 = {o}"
        if i + p + q < k:
            raise PlanError(
                "rows.none" if axis == 0 else "columns.none",
                how=how,
                expected=phrase("value.least", n=1),
                hint=phrase("size.none.try"),
            )
        if self.ceil:
            rounded, begun = -(-(i - k + p + q) // s) + 1, -(-(i + p) // s)
            o = min(rounded, begun)
            how = f"ceil(({i} − {k} + {padded})/{s}) + 1 = {o}" if o == rounded else f"ceil(({i} + {p})/{s}) = {o}"
            q = (o - 1) * s + k - i - p  # as far as the last window reaches
        return o, how, unread(i, self.kernel[axis], s, p, self.dilation[axis], q)

    def read_by(self, patch: Patch, channels: range, size: Pair) -> Patch:
        """Return the units, of `channels` and `size` rows and columns, that the windows of `patch` read."""
        return Patch(channels, self._read(0, patch.rows, size[0]), self._read(1, patch.columns, size[1]))

    def _read(self, axis: int, units: frozenset[int], size: int) -> frozenset[int]:
        k, s, p, d = self.kernel[axis], self.stride[axis], self.pad[axis], self.dilation[axis]
        read: set[int] = set()
        for unit in units:
            first = unit * s - p
            read.update(range(first if first >= 0 else first % d, min(first + k * d, size), d))
            if len(read) == size:  # all there is
                break
        return frozenset(read)
