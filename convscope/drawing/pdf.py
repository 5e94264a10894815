"""A picture as PDF, by reportlab: lines that stay sharp, and a font that is inside the file, as publishers ask."""

from __future__ import annotations

import io
import os
from pathlib import Path
from typing import Any

from ..errors import EnvironmentFault, InputError, phrase
from . import fonts
from .shapes import Line, Point, Polygon, Sheet, Text, arrow_head


def data(sheet: Sheet, font: str | os.PathLike[str] | None = None) -> bytes:
    """Return the picture as a PDF of one page. Raises EnvironmentFault where reportlab is not installed, InputError for
    a font that is none.
    """
    try:
        from reportlab.pdfgen.canvas import Canvas
    except ImportError as error:
        raise EnvironmentFault("draw.reportlab", hint=phrase("draw.reportlab.try")) from error
    names = _registered(fonts.chosen(sheet, font))
    out = io.BytesIO()
    size = (sheet.width, sheet.height)
    # Helvetica, its own first font, would be named in the file but not be inside it.
    canvas: Any = Canvas(out, pagesize=size, invariant=True, initialFontName=names[0])
    canvas.setTitle(sheet.title)
    canvas.setCreator("convscope")
    canvas.translate(0, sheet.height)
    canvas.scale(1, -1)
    canvas.setLineJoin(1)
    for shape in sheet.shapes:
        if isinstance(shape, Text):
            _write(canvas, shape, names)
        elif isinstance(shape, Polygon):
            _fill(canvas, shape.points, shape.fill, shape.stroke, shape.width, shape.dash)
        else:
            _line(canvas, shape)
    canvas.showPage()
    canvas.save()
    return out.getvalue()


def _registered(path: Path | None) -> tuple[str, str]:
    """Return the names of the plain and the bold font; Bitstream Vera comes with reportlab."""
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFError, TTFont

    files = ("Vera.ttf", "VeraBd.ttf") if path is None else (str(path),)
    names = [f"convscope-{Path(file).stem}" for file in files]
    for name, file in zip(names, files, strict=True):
        try:
            pdfmetrics.registerFont(TTFont(name, file))
        except (TTFError, OSError) as error:
            raise InputError("draw.font", where=str(path), hint=phrase("draw.font.try")) from error
    return names[0], names[-1]


def _path(canvas: Any, points: tuple[Point, ...], close: bool) -> Any:
    path = canvas.beginPath()
    path.moveTo(*points[0])
    for point in points[1:]:
        path.lineTo(*point)
    if close:
        path.close()
    return path


def _fill(
    canvas: Any,
    points: tuple[Point, ...],
    fill: str,
    stroke: str,
    width: float,
    dash: tuple[float, float] | None = None,
) -> None:
    from reportlab.lib.colors import HexColor

    canvas.setDash(*(dash or ()))
    if fill:
        canvas.setFillColor(HexColor(fill))
    if stroke:
        canvas.setStrokeColor(HexColor(stroke))
        canvas.setLineWidth(width)
    canvas.drawPath(_path(canvas, points, close=True), fill=bool(fill), stroke=bool(stroke))


def _line(canvas: Any, shape: Line) -> None:
    from reportlab.lib.colors import HexColor

    canvas.setDash()
    canvas.setStrokeColor(HexColor(shape.stroke))
    canvas.setLineWidth(shape.width)
    canvas.drawPath(_path(canvas, shape.points, close=False), fill=False, stroke=True)
    if shape.arrow:
        _fill(canvas, arrow_head(shape), shape.stroke, "", 0)


def _write(canvas: Any, shape: Text, names: tuple[str, str]) -> None:
    from reportlab.lib.colors import HexColor

    canvas.saveState()
    canvas.translate(shape.x, shape.y)
    canvas.scale(1, -1)
    canvas.setFillColor(HexColor(shape.fill))
    canvas.setFont(names[shape.bold], shape.size * 0.92)  # Vera is wider than Helvetica
    (canvas.drawCentredString if shape.anchor == "middle" else canvas.drawString)(0, 0, shape.text)
    canvas.restoreState()
