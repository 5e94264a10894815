"""A picture as SVG: plain shapes and words, which every program that reads SVG shows alike."""

from __future__ import annotations

from collections.abc import Iterable

from ..svg import document, element, words
from .shapes import Line, Point, Polygon, Shape, Sheet, arrow_head

FONTS = "Helvetica, Arial, 'Noto Sans KR', NanumGothic, 'Malgun Gothic', 'Apple SD Gothic Neo', sans-serif"


def text(sheet: Sheet) -> str:
    """Return the picture as one SVG document with a title for who can't see it."""
    shapes = "".join(f"{line}\n" for shape in sheet.shapes for line in _drawn(shape))
    title, ground = element("title", words(sheet.title)), element("rect", width="100%", height="100%", fill="#ffffff")
    drawn = element("g", f"\n{shapes}", font_family=FONTS, stroke_linejoin="round")
    size = f"{sheet.width:.1f}", f"{sheet.height:.1f}"
    return document(sheet.title, *size, f"\n{title}\n{ground}{drawn}", unit="pt") + "\n"


def _drawn(shape: Shape) -> Iterable[str]:
    if isinstance(shape, Polygon):
        yield element(
            "polygon",
            points=_points(shape.points),
            fill=shape.fill or "none",
            stroke=shape.stroke or "none",
            stroke_width=f"{shape.width:g}",
            stroke_dasharray=None if shape.dash is None else f"{shape.dash[0]:g} {shape.dash[1]:g}",
        )
    elif isinstance(shape, Line):
        line = _points(shape.points)
        yield element("polyline", points=line, fill="none", stroke=shape.stroke, stroke_width=f"{shape.width:g}")
        if shape.arrow:
            yield element("polygon", points=_points(arrow_head(shape)), fill=shape.stroke)
    else:
        yield element(
            "text",
            words(shape.text),
            x=f"{shape.x:.1f}",
            y=f"{shape.y:.1f}",
            font_size=f"{shape.size:g}",
            text_anchor=shape.anchor,
            fill=shape.fill,
            font_weight="bold" if shape.bold else None,
        )


def _points(points: Iterable[Point]) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
