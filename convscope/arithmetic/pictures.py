"""The lecture's pictures and kernels."""

from __future__ import annotations

import math

from ..errors import UsageError
from .convolution import Table


def lecture_x() -> Table:
    """Return the lecture's X, 9×9: −1, and +1 on both diagonals from (1, 1) to (7, 7)."""
    return [[1.0 if 0 < y < 8 and x in (y, 8 - y) else -1.0 for x in range(9)] for y in range(9)]


def diagonal_kernel(size: int = 3) -> Table:
    """Return the lecture's kernel: +1 on the main diagonal, −1 elsewhere."""
    return [[1.0 if x == y else -1.0 for x in range(size)] for y in range(size)]


def draw_letter(
    kind: str, *, dx: float = 0, dy: float = 0, turn: float = 0, scale: float = 1, thickness: float = 0.7, side: int = 9
) -> Table:
    """Return an "x" or an "o" as a machine gets it: `side`×`side` numbers, −1 for paper, 1 for ink.

    It is moved by (dx, dy) pixels, turned by `turn` degrees (clockwise) and scaled around the middle; lines are
    `thickness` pixels wide, with a soft edge of half a pixel. At scale 1 the arms of the X reach 3 pixels up, down,
    left and right, the O has a radius of 3. Without any change "x" is the lecture's picture. Raises UsageError for
    another kind.

    >>> draw_letter("x") == lecture_x()
    True
    """
    if kind not in ("x", "o"):
        raise UsageError("shape.unknown", got=kind, expected="x or o")
    middle, reach = (side - 1) / 2, 3 * scale
    cos, sin = math.cos(math.radians(turn)), math.sin(math.radians(turn))

    def value(y: int, x: int) -> float:
        u, v = x - middle - dx, y - middle - dy
        a, b = cos * u + sin * v, cos * v - sin * u
        if kind == "o":
            away = abs(math.hypot(a, b) - reach)
        else:
            away = min(_from_stroke(a + b, a - b, reach), _from_stroke(a - b, a + b, reach))
        return 2 * min(1.0, max(0.0, 0.5 + 2 * (thickness / 2 - away))) - 1

    return [[value(y, x) for x in range(side)] for y in range(side)]


def _from_stroke(along: float, across: float, reach: float) -> float:
    """Return how far a place is from a stroke through the middle, given its sum and difference of coordinates."""
    root = math.sqrt(2)
    return math.hypot(max(0.0, abs(along) / root - reach * root), across / root)
