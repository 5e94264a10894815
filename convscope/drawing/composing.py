"""`draw`: a network as a picture, from whatever describes it."""

from __future__ import annotations

import os

from ..errors import UsageError, phrase
from ..formula import Network, Plan
from ..formula.geometry import Shape as Size
from . import words
from .folding import Frame, folded
from .layout import lay_out
from .painting import FAINT, INK, LINE, Blocks, Boxes
from .picture import Picture
from .shapes import Line, Polygon, Shape, Text, rectangle, rounded, text_width
from .source import source_of
from .units import units

STYLES = ("blocks", "graph")
FOLD_ABOVE = 24  # things: up to so many are all drawn
MARGIN = 14.0
WIDEST = 1100.0  # points of a row before it goes on in the next


def draw(
    network: str | os.PathLike[str] | Plan | Network,
    *,
    style: str = "blocks",
    language: str = "en",
    title: str = "",
    fold: bool | None = None,
    input: Size | None = None,
    classes: int | None = None,
) -> Picture:
    """Draw a network as papers do, from its real sizes; `Picture.save` writes it as .svg, .pdf or .png.

    `network` is a formula, the name of a plan, a Plan or a Network, a model file, a run directory, or anybody's ONNX
    file; `input` (C, H, W) and `classes` belong to formulas, as in `describe`, `input` to ONNX files of free sizes too.
    Of the styles "blocks" has heights, depths and widths that follow rows, columns and channels, "graph" a box a layer.
    What follows a layer number by number (activation, normalisation, dropout) is part of its block. Repeats are drawn
    once, with their number, where there are more than 24 things; `fold` says whether anyway. `language`: "en" or "ko".

    Raises FormulaError, PlanError, UsageError, InputError.

    >>> draw("slides", style="graph").save("slides.svg")                            # doctest: +SKIP
    PosixPath('slides.svg')
    """
    if style not in STYLES:
        raise UsageError("value.choice", name="style", got=style, expected=", ".join(STYLES))
    if language not in words.LANGUAGES:
        raise UsageError("value.choice", name="lang", got=language, expected=", ".join(words.LANGUAGES))
    source = source_of(network, input, classes)
    whole = units(source.parts, source.shape)
    things, frames = whole, list[Frame]()
    if len(things) > FOLD_ABOVE if fold is None else fold:
        things, frames = folded(things)
    painter = (Blocks if style == "blocks" else Boxes)(things, language)
    extents = [painter.extent(thing) for thing in things]
    layout = lay_out(things, frames, extents, WIDEST)
    shapes: list[Shape] = []
    for x, y, width, height, times in layout.frames:
        shapes.append(rectangle(x, y, width, height, "#f6f7f9", "#9aa2ae", dash=(3, 2)))
        shapes.append(Text(x + 6, y - 4, f"× {times}", 10, INK, True, "start"))
    shapes += [Line(rounded(points, 5), LINE, 1.0, arrow) for points, arrow in layout.connections]
    for thing, (x, y) in zip(things, layout.places, strict=True):
        shapes += painter.paint(thing, x, y)
    sums = words.caption(source.parameters, source.macs, source.field, source.classes, language, source.boxes)
    wide = max(layout.width, text_width(sums, 9.5), text_width(title, 12, bold=True))
    top = MARGIN + (24.0 if title else 0.0)
    placed = [_moved(shape, MARGIN + (wide - layout.width) / 2, top) for shape in shapes]
    if title:
        placed.append(Text(MARGIN + wide / 2, MARGIN + 10, title, 12, INK, bold=True))
    placed.append(Text(MARGIN + wide / 2, top + layout.height + 20, sums, 9.5, FAINT))
    notes = source.notes
    if frames:
        notes = (*notes, phrase("note.folded", all=len(whole), n=len(things)))
    return Picture(wide + 2 * MARGIN, top + layout.height + 24 + MARGIN, tuple(placed), title or sums, notes)


def _moved(shape: Shape, dx: float, dy: float) -> Shape:
    if isinstance(shape, Text):
        return Text(shape.x + dx, shape.y + dy, shape.text, shape.size, shape.fill, shape.bold, shape.anchor)
    points = tuple((x + dx, y + dy) for x, y in shape.points)
    if isinstance(shape, Polygon):
        return Polygon(points, shape.fill, shape.stroke, shape.width, shape.dash)
    return Line(points, shape.stroke, shape.width, shape.arrow)
