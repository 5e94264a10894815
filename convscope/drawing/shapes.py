"""What a picture is made of: rectangles, polygons, lines and words, in points of 1/72 inch, y downwards."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

Point: TypeAlias = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Polygon:
    """A closed area. `fill` and `stroke` are "#rrggbb", "" for none."""

    points: tuple[Point, ...]
    fill: str = ""
    stroke: str = ""
    width: float = 0.8
    dash: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """A line through `points`; with `arrow` it has a head at its end."""

    points: tuple[Point, ...]
    stroke: str
    width: float = 1.0
    arrow: bool = False


@dataclass(frozen=True, slots=True)
class Text:
    """Words whose baseline is at y; x is their middle, or their left end with `anchor` "start"."""

    x: float
    y: float
    text: str
    size: float
    fill: str
    bold: bool = False
    anchor: str = "middle"


Shape: TypeAlias = Polygon | Line | Text


@dataclass(frozen=True, slots=True)
class Sheet:
    """`shapes` on `width` × `height` points, the later above the earlier; `title` is for who can't see them."""

    width: float
    height: float
    shapes: tuple[Shape, ...]
    title: str


_NARROW, _CAPITAL, _WIDE = "ijltfr.,:;'|()[] !/I·-", "ABCDEFGHKNOPQRSTUVXYZ&", "mwMW%"


def text_width(text: str, size: float, bold: bool = False) -> float:
    """Return how wide some words are at most, in points: within a sixth of Helvetica's widths, and not below them."""
    return size * sum(map(_letter_width, text)) * (1.06 if bold else 1.0)


def _letter_width(letter: str) -> float:
    if ord(letter) > 0x1100:
        return 1.0
    return next((w for letters, w in ((_NARROW, 0.34), (_CAPITAL, 0.78), (_WIDE, 0.95)) if letter in letters), 0.6)


def rounded(points: Sequence[Point], radius: float) -> tuple[Point, ...]:
    """Return a line of right angles with round corners, as points close enough for a smooth line."""
    made = [points[0]]
    for before, at, after in zip(points, points[1:], points[2:], strict=False):
        first, then = _towards(at, before, radius), _towards(at, after, radius)
        for step in range(7):  # a quadratic Bézier curve around the corner
            t = step / 6
            a, b, c = (1 - t) ** 2, 2 * t * (1 - t), t**2
            made.append((a * first[0] + b * at[0] + c * then[0], a * first[1] + b * at[1] + c * then[1]))
    return (*made, points[-1])


def _towards(at: Point, other: Point, radius: float) -> Point:
    """Return the point on the way from `at` to `other`, `radius` away or halfway."""
    dx, dy = other[0] - at[0], other[1] - at[1]
    length = abs(dx) + abs(dy)
    share = min(radius, length / 2) / length if length else 0.0
    return at[0] + share * dx, at[1] + share * dy


def rectangle(
    x: float, y: float, width: float, height: float, fill: str, stroke: str, *, dash: tuple[float, float] | None = None
) -> Polygon:
    """Return a rectangle by its upper left corner and its sides."""
    return Polygon(((x, y), (x + width, y), (x + width, y + height), (x, y + height)), fill, stroke, dash=dash)


def arrow_head(line: Line) -> tuple[Point, Point, Point]:
    """Return the corners of the head at the end of a line, which ends in the direction of its last part."""
    (x, y), (bx, by) = line.points[-1], line.points[-2]
    length = max(((x - bx) ** 2 + (y - by) ** 2) ** 0.5, 1e-9)
    ux, uy = (x - bx) / length, (y - by) / length
    long, half = 5.0, 2.4
    return (
        (x, y),
        (x - long * ux - half * uy, y - long * uy + half * ux),
        (x - long * ux + half * uy, y - long * uy - half * ux),
    )
