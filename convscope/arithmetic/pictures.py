"""The lecture's pictures and kernels."""

from __future__ import annotations

import math

from ..errors import UsageError, phrase
from .convolution import Table


def lecture_x(height: int = 9, width: int | None = None) -> Table:
    """Return the lecture's X, 9×9: −1, and +1 on both diagonals from (1, 1) to (7, 7); or one of another size, from 3×3
    on.

    Raises UsageError for a side below 3.
    """
    falling, rising, width = _diagonals(height, width)
    return [[1.0 if x in (falling[y], rising[y]) else -1.0 for x in range(width)] for y in range(height)]


def colour_x(height: int = 9, width: int | None = None) -> list[Table]:
    """Return an X in colour as tables of red, green and blue, −1 … 1: on white, the falling line red, the rising blue.

    Raises UsageError for a side below 3.
    """
    falling, rising, width = _diagonals(height, width)
    red = [[x == falling[y] for x in range(width)] for y in range(height)]
    blue = [[x == rising[y] and not red[y][x] for x in range(width)] for y in range(height)]
    off = (blue, [[a or b for a, b in zip(*lines, strict=True)] for lines in zip(red, blue, strict=True)], red)
    return [[[-1.0 if dark else 1.0 for dark in line] for line in table] for table in off]


def _diagonals(height: int, width: int | None) -> tuple[list[int], list[int], int]:
    """Return each row's column on the falling and on the rising line, −1 in the first and last row, and the width."""
    width = height if width is None else width
    if min(height, width) < 3:
        raise UsageError(
            "value.small", name="side", got=min(height, width), expected=phrase("value.small.whole", least=3)
        )
    falling = [(width - 1) // 2] * height
    if height > 3:
        falling = [1 + (2 * (y - 1) * (width - 3) + height - 3) // (2 * (height - 3)) for y in range(height)]
    falling[0] = falling[-1] = -1
    return falling, [width - 1 - x if x >= 0 else -1 for x in falling], width


def diagonal_kernel(size: int = 3) -> Table:
    """Return the lecture's kernel: +1 on the main diagonal, −1 elsewhere."""
    return [[1.0 if x == y else -1.0 for x in range(size)] for y in range(size)]


def red_diagonal_kernel(size: int = 3) -> list[Table]:
    """Return a slice each for red, green and blue that together look for a red diagonal: more red, less of the others.

    >>> [part[0][0] for part in red_diagonal_kernel()]
    [1.0, -1.0, -1.0]
    """
    return [[[weight if x == y else 0.0 for x in range(size)] for y in range(size)] for weight in (1.0, -1.0, -1.0)]


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
