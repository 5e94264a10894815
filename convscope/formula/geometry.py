"""Shapes, sizes in two directions, and the window that a convolution or a pooling lays over its input."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from ..errors import PlanError, phrase
from .unread import unread

Shape: TypeAlias = tuple[int, int, int]  # (C, H, W); of a row of numbers (units, 1, 1)
Pair: TypeAlias = tuple[int, int]  # (rows, columns)
Size: TypeAlias = int | tuple[int, int]  # one number for both directions, or (rows, columns)
Patch: TypeAlias = tuple[frozenset[int], frozenset[int]]  # units as rows × columns of them


def pair(size: Size) -> Pair:
    """Return (rows, columns) of a size."""
    return size if isinstance(size, tuple) else (size, size)


def times(numbers: tuple[int, ...]) -> str:
    """Return sizes as text: "16×24×24"."""
    return "×".join(map(str, numbers))


@dataclass(frozen=True, slots=True)
class Window:
    """What a convolution or a pooling lays over its input, each as (rows, columns); "same" as numbers."""

    kernel: Pair
    stride: Pair
    pad: Pair
    dilation: Pair = (1, 1)

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

    def _along(self, axis: int, i: int) -> tuple[int, str, int]:
        k, s, p, d = self.extent[axis], self.stride[axis], self.pad[axis], self.dilation[axis]
        o = (i - k + 2 * p) // s + 1
        how = f"floor(({i} − {k} + 2×{p})/{s}) + 1 = {o}"
        if i + 2 * p < k:
            raise PlanError(
                "rows.none" if axis == 0 else "columns.none",
                how=how,
                expected=phrase("value.least", n=1),
                hint=phrase("size.none.try"),
            )
        return o, how, unread(i, self.kernel[axis], s, p, d)

    def read_by(self, patch: Patch, size: Pair) -> Patch:
        """Return the units, of `size` rows and columns, that the windows of `patch` read."""
        return self._read(0, patch[0], size[0]), self._read(1, patch[1], size[1])

    def _read(self, axis: int, units: frozenset[int], size: int) -> frozenset[int]:
        k, s, p, d = self.kernel[axis], self.stride[axis], self.pad[axis], self.dilation[axis]
        read: set[int] = set()
        for unit in units:
            first = unit * s - p
            read.update(range(first if first >= 0 else first % d, min(first + k * d, size), d))
            if len(read) == size:  # all there is
                break
        return frozenset(read)
