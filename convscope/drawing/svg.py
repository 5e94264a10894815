"""A picture as SVG: plain shapes and words, which every program that reads SVG shows alike."""

from __future__ import annotations

from collections.abc import Iterable
from xml.sax.saxutils import escape, quoteattr

from .shapes import Line, Point, Polygon, Shape, Sheet, arrow_head

FONTS = "Helvetica, Arial, 'Noto Sans KR', NanumGothic, 'Malgun Gothic', 'Apple SD Gothic Neo', sans-serif"


def text(sheet: Sheet) -> str:
    """Return the picture as one SVG document with a title for who can't see it."""
    size = f'width="{sheet.width:.1f}pt" height="{sheet.height:.1f}pt"'
    box = f'viewBox="0 0 {sheet.width:.1f} {sheet.height:.1f}"'
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} {box} role="img" aria-label={quoteattr(sheet.title)}>',
        f"<title>{escape(sheet.title)}</title>",
        f'<rect width="100%" height="100%" fill="#ffffff"/><g font-family="{FONTS}" stroke-linejoin="round">',
        *(line for shape in sheet.shapes for line in _drawn(shape)),
        "</g></svg>",
    ]
    return "\n".join(lines) + "\n"


def _drawn(shape: Shape) -> Iterable[str]:
    if isinstance(shape, Polygon):
        dash = "" if shape.dash is None else f' stroke-dasharray="{shape.dash[0]:g} {shape.dash[1]:g}"'
        style = f'fill="{shape.fill or "none"}" stroke="{shape.stroke or "none"}" stroke-width="{shape.width:g}"{dash}'
        yield f'<polygon points="{_points(shape.points)}" {style}/>'
    elif isinstance(shape, Line):
        style = f'fill="none" stroke="{shape.stroke}" stroke-width="{shape.width:g}"'
        yield f'<polyline points="{_points(shape.points)}" {style}/>'
        if shape.arrow:
            yield f'<polygon points="{_points(arrow_head(shape))}" fill="{shape.stroke}"/>'
    else:
        weight = ' font-weight="bold"' if shape.bold else ""
        where = f'x="{shape.x:.1f}" y="{shape.y:.1f}" font-size="{shape.size:g}" text-anchor="{shape.anchor}"'
        yield f'<text {where} fill="{shape.fill}"{weight}>{escape(shape.text)}</text>'


def _points(points: Iterable[Point]) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
