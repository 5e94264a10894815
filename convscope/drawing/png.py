"""A picture as PNG, by Pillow: 216 pixels an inch, drawn larger and brought to size for smooth edges."""

from __future__ import annotations

import io
import itertools
import os
from functools import lru_cache
from typing import Any

from ..errors import InputError, phrase
from . import fonts
from .shapes import Line, Point, Polygon, Sheet, Text, arrow_head

SCALE, FINER = 3, 2  # pixels a point, and how much finer it is drawn
PLAIN = str.maketrans({"×": "x"})  # which the font that comes with Pillow lacks
LARGEST = 120_000_000  # pixels of the finer one


def data(sheet: Sheet, font: str | os.PathLike[str] | None = None) -> bytes:
    """Return the picture as a PNG. Raises InputError for a font that is none, or a picture that is too large."""
    from PIL import Image, ImageDraw

    path = fonts.chosen(sheet, font) or fonts.latin()
    fine = SCALE * FINER
    size = round(sheet.width * fine), round(sheet.height * fine)
    if size[0] * size[1] > LARGEST:
        raise InputError("draw.large", got=f"{size[0] * size[1]:,}", expected=f"{LARGEST:,}", hint="-o net.svg")
    image = Image.new("RGB", size, "#ffffff")
    pen = ImageDraw.Draw(image)
    for shape in sheet.shapes:
        if isinstance(shape, Text):
            where = (shape.x * fine, shape.y * fine)
            anchor = "ms" if shape.anchor == "middle" else "ls"
            letters = _font(None if path is None else str(path), shape.size * fine)
            bold = 0.022 * shape.size * fine if shape.bold else 0
            words = shape.text if path is not None else shape.text.translate(PLAIN)
            pen.text(where, words, shape.fill, letters, anchor=anchor, stroke_width=bold, stroke_fill=shape.fill)
        elif isinstance(shape, Polygon):
            if shape.fill:
                pen.polygon(_scaled(shape.points, fine), fill=shape.fill)
            if shape.stroke:
                closed = (*shape.points, shape.points[0])
                for part in _dashes(closed, shape.dash):
                    pen.line(_scaled(part, fine), shape.stroke, max(1, round(shape.width * fine)), joint="curve")
        else:
            _line(pen, shape, fine)
    out = io.BytesIO()
    image.reduce(FINER).save(out, "PNG", optimize=True, dpi=(72 * SCALE, 72 * SCALE))
    return out.getvalue()


def _line(pen: Any, shape: Line, fine: int) -> None:
    pen.line(_scaled(shape.points, fine), shape.stroke, max(1, round(shape.width * fine)), joint="curve")
    if shape.arrow:
        pen.polygon(_scaled(arrow_head(shape), fine), fill=shape.stroke)


def _scaled(points: tuple[Point, ...], by: float) -> list[Point]:
    return [(x * by, y * by) for x, y in points]


def _dashes(points: tuple[Point, ...], dash: tuple[float, float] | None) -> list[tuple[Point, ...]]:
    """Return the drawn parts of a line."""
    if dash is None:
        return [points]
    on, off = dash
    parts: list[tuple[Point, ...]] = []
    for (x, y), (to_x, to_y) in itertools.pairwise(points):
        length = ((to_x - x) ** 2 + (to_y - y) ** 2) ** 0.5
        at = 0.0
        while at < length:
            a, b = at / length, min(at + on, length) / length
            parts.append(((x + a * (to_x - x), y + a * (to_y - y)), (x + b * (to_x - x), y + b * (to_y - y))))
            at += on + off
    return parts


@lru_cache(64)
def _font(path: str | None, size: float) -> Any:
    from PIL import ImageFont

    try:
        return ImageFont.load_default(size) if path is None else ImageFont.truetype(path, size)
    except OSError as error:
        raise InputError("draw.font", where=str(path), hint=phrase("draw.font.try")) from error
