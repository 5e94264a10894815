"""The two styles: blocks as papers draw them, by their sizes, and boxes of a graph."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from . import words
from .layout import Extent
from .shapes import Line, Polygon, Shape, Text, rectangle, text_width
from .units import Role, Unit

INK, FAINT, LINE = "#1f2430", "#5b6270", "#4a5160"
WITHIN = "#343a46"  # of words on a fill: on the darkest 4.5 : 1 and more
FILLS: dict[Role, tuple[str, str]] = {  # front, and the darker sides; told apart without colour too
    "picture": ("#ffffff", "#e6e6e6"),
    "convolution": ("#f7dc9c", "#e0b85c"),
    "pooling": ("#d98f7c", "#b05f4c"),
    "dense": ("#b9c7ea", "#8398cf"),
    "join": ("#ffffff", "#ffffff"),
    "other": ("#e3e6ea", "#bcc3cc"),
    "turn": ("#ffffff", "#ffffff"),
}
BAND = "#c9952f"
SMALL, NORMAL = 7.5, 9.0


@dataclass(frozen=True, slots=True)
class _Scale:
    """From the sizes of a network to those of a picture."""

    rows: int
    columns: int

    def height(self, unit: Unit) -> float:
        """Return the height of a block: the square root of its rows; of a row of numbers, the logarithm of them."""
        if unit.flat:
            return 14 + 6 * math.log2(unit.output[0] + 1)
        return 10 + 86 * math.sqrt(unit.output[1] / self.rows)

    def depth(self, unit: Unit) -> float:
        """Return how far a block goes back: likewise of its columns."""
        return 4.0 if unit.flat else 3 + 32 * math.sqrt(unit.output[2] / self.columns)

    def width(self, unit: Unit) -> float:
        """Return the width of a block: the logarithm of its channels."""
        return 5.0 if unit.flat else 3 + 5.5 * math.log2(unit.output[0] + 1)


class Blocks:
    """Blocks in the manner of PlotNeuralNet: heights follow the rows, depths the columns, widths the channels."""

    def __init__(self, units: Sequence[Unit], language: str) -> None:
        maps = [unit for unit in units if not unit.flat]
        self._scale = _Scale(max(u.output[1] for u in maps), max(u.output[2] for u in maps))
        self._language = language

    def extent(self, unit: Unit) -> Extent:
        """Return the room that a unit takes with its words."""
        if unit.role == "join":
            return _join_extent(unit, self._language)
        scale = self._scale
        height, depth = scale.height(unit), scale.depth(unit)
        lines = self._lines(unit)
        wide = max(text_width(text, size, bold) for text, size, bold in lines)
        own = scale.width(unit) + depth
        width = max(own, wide)
        return Extent(width, height / 2 + depth, height / 2 + 3 + 10.5 * len(lines), (width - own) / 2)

    def _lines(self, unit: Unit) -> list[tuple[str, float, bool]]:
        title, after = words.title(unit, self._language), words.bands(unit, self._language)
        sized = [(title, SMALL, True), (words.size(unit), SMALL, False)]
        return [*sized, *((text, SMALL - 0.5, False) for text in after.split(" · ") if text)]

    def paint(self, unit: Unit, x: float, y: float) -> list[Shape]:
        """Return a unit's shapes; (x, y) is where its axis enters."""
        if unit.role == "join":
            return _paint_join(unit, x, y, self._language)
        scale, extent = self._scale, self.extent(unit)
        width, height, depth = scale.width(unit), scale.height(unit), scale.depth(unit)
        left = x + (extent.width - width - depth) / 2
        top, (front, side) = y - height / 2, FILLS[unit.role]
        made: list[Shape] = [
            rectangle(left, top, width, height, front, INK),
            Polygon(
                ((left, top), (left + depth, top - depth), (left + width + depth, top - depth), (left + width, top)),
                side if unit.role == "picture" else front,
                INK,
            ),
            _side(left + width, top, 0, height, depth, side),
        ]
        if any(layer.activation for layer in unit.bands):  # a darker end, as papers draw it
            strip = min(3.0, width / 3)
            made[1:1] = [rectangle(left + width - strip, top, strip, height, BAND if front != "" else side, INK)]
        middle, line = x + extent.width / 2, y + height / 2 + 11
        for text, size, bold in self._lines(unit):
            made.append(Text(middle, line, text, size, INK if bold else FAINT, bold))
            line += 10.5
        return made


def _side(x: float, top: float, width: float, height: float, depth: float, fill: str) -> Polygon:
    corners = ((x, top), (x + depth, top - depth), (x + depth, top - depth + height), (x, top + height))
    return Polygon(corners, fill, INK)


class Boxes:
    """A box for each thing, with its name, what follows it and the size of what it makes."""

    def __init__(self, units: Sequence[Unit], language: str) -> None:
        self._language = language

    def _lines(self, unit: Unit) -> list[tuple[str, float, bool]]:
        after = words.bands(unit, self._language)
        return [
            (words.title(unit, self._language), NORMAL, True),
            *([(after, SMALL, False)] if after else []),
            (words.size(unit), SMALL, False),
        ]

    def extent(self, unit: Unit) -> Extent:
        """Return the room that a unit takes."""
        if unit.role == "join":
            return _join_extent(unit, self._language)
        lines = self._lines(unit)
        wide = max(text_width(text, size, bold) for text, size, bold in lines)
        half = (8 + 11.5 * len(lines)) / 2
        return Extent(wide + 14, half, half)

    def paint(self, unit: Unit, x: float, y: float) -> list[Shape]:
        """Return a unit's shapes; (x, y) is where its axis enters."""
        if unit.role == "join":
            return _paint_join(unit, x, y, self._language)
        extent = self.extent(unit)
        made: list[Shape] = [
            rectangle(x, y - extent.above, extent.width, extent.above + extent.below, FILLS[unit.role][0], LINE)
        ]
        line = y - extent.above + 12.5
        for text, size, bold in self._lines(unit):
            made.append(Text(x + extent.width / 2, line, text, size, INK if bold else WITHIN, bold))
            line += 11.5
        return made


def _join_lines(unit: Unit, language: str) -> list[str]:
    """Return the words beneath a join: its name where that is no sign, and what follows it."""
    name, after = words.title(unit, language), words.bands(unit, language)
    return [*([name] if len(name) > 1 else []), *(text for text in after.split(" · ") if text)]


def _join_extent(unit: Unit, language: str) -> Extent:
    lines = _join_lines(unit, language)
    width = max(18.0, *(text_width(text, SMALL, False) for text in lines), 0.0)
    return Extent(width, 9.0, 9.0 + 10.0 * len(lines), (width - 18.0) / 2)


def _paint_join(unit: Unit, x: float, y: float, language: str) -> list[Shape]:
    x += _join_extent(unit, language).inset
    corners = tuple((x + 9 + 9 * math.cos(a), y + 9 * math.sin(a)) for a in (2 * math.pi * k / 40 for k in range(40)))
    name = words.title(unit, language)
    made: list[Shape] = [Polygon(corners, FILLS["join"][0], INK)]
    if len(name) == 1:
        made.append(Text(x + 9, y + 4, name, 12, INK, True))
    else:  # the sign of what is put side by side
        made += [Line(((x + at, y - 4), (x + at, y + 4)), INK, 1.4) for at in (7.2, 10.8)]
    lines = _join_lines(unit, language)
    return [*made, *(Text(x + 9, y + 17 + 9 * i, text, SMALL, FAINT) for i, text in enumerate(lines))]
