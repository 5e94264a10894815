"""The lecture's pictures and kernels."""

from __future__ import annotations

from .convolution import Table


def lecture_x() -> Table:
    """Return the lecture's X, 9×9: −1, and +1 on both diagonals from (1, 1) to (7, 7)."""
    return [[1.0 if 0 < y < 8 and x in (y, 8 - y) else -1.0 for x in range(9)] for y in range(9)]


def diagonal_kernel(size: int = 3) -> Table:
    """Return the lecture's kernel: +1 on the main diagonal, −1 elsewhere."""
    return [[1.0 if x == y else -1.0 for x in range(size)] for y in range(size)]
