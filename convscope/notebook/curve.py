"""Curves of numbers over steps as SVG, in the colours of the text around them and two of the page's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..svg import document, element, words

WIDTH, HEIGHT = 300, 150  # of one plot, labels included
LEFT, RIGHT, TOP, BOTTOM = 44, 8, 22, 20
POINTS = 240  # drawn of a curve at most
COLOURS = ("#c4620f", "#2f7cbb")  # stand out 3 to 1 from white and from a notebook's dark

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Curve:
    """A name and its points (x, y), x growing."""

    name: str
    points: Sequence[Point]


def plot(title: str, curves: Sequence[Curve], last: float, low: float, high: float, form: str = "{:.3g}") -> str:
    """Return one plot of up to two curves over 0 … `last`, from `low` to `high`, whose numbers are written as `form`.

    The first is a line, the second a line with its points. A curve of one point is that point.
    """
    span, reach = (high - low) or 1.0, last or 1.0

    def place(point: Point) -> tuple[str, str]:
        x = LEFT + (WIDTH - LEFT - RIGHT) * min(1.0, point[0] / reach)
        y = TOP + (HEIGHT - TOP - BOTTOM) * (1 - (min(high, max(low, point[1])) - low) / span)
        return f"{x:.1f}", f"{y:.1f}"

    bottom, right = HEIGHT - BOTTOM, WIDTH - RIGHT
    parts = [
        element("text", words(title), x=LEFT, y=13, font_weight="bold"),
        element("path", d=f"M{LEFT} {TOP}V{bottom}H{right}", fill="none", stroke="currentColor", stroke_opacity=0.5),
        *(
            element("text", words(form.format(value)), x=LEFT - 4, y=y, text_anchor="end")
            for y, value in ((TOP + 4, high), (bottom, low))
        ),
        element("text", f"step {last:,.0f}", x=right, y=HEIGHT - 5, text_anchor="end"),
    ]
    at = right
    for number, curve in reversed(list(enumerate(curves))):
        colour, points = COLOURS[number], [place(point) for point in thinned(curve.points)]
        parts.append(element("text", words(curve.name), x=at, y=13, text_anchor="end", fill=colour))
        at -= 7 * len(curve.name) + 10
        if len(points) > 1:
            line = " ".join(f"{x},{y}" for x, y in points)
            parts.append(element("polyline", points=line, fill="none", stroke=colour, stroke_width=1.5))
        if number or len(points) == 1:
            parts += [element("circle", cx=x, cy=y, r=2.5, fill=colour) for x, y in points]
    return document(
        title,
        str(WIDTH),
        str(HEIGHT),
        "".join(parts),
        fill="currentColor",
        font_size=11,
        font_family="sans-serif",
        style="max-width: 100%",
    )


def thinned(points: Sequence[Point]) -> list[Point]:
    """Return at most POINTS of the points, evenly chosen, the first and the last among them."""
    if len(points) <= POINTS:
        return list(points)
    return [points[round(i * (len(points) - 1) / (POINTS - 1))] for i in range(POINTS)]
