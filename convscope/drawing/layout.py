"""Where the things of a picture stand: columns by depth, lanes for branches, rows where the page is not wide enough."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from typing import NamedTuple

from .folding import Frame, necks
from .shapes import Point
from .units import Unit

GAP = 22.0  # between two columns
LANE_GAP = 14.0  # between two lanes
ROW_GAP = 26.0  # between two rows
ARC = 13.0  # how far one skip arches above another


class Extent(NamedTuple):
    """How much room a thing takes: its width, how far it goes above and below the line that enters and leaves, and how
    far within its width that line ends and begins, where its words are wider than itself.
    """

    width: float
    above: float
    below: float
    inset: float = 0.0


TURN = Extent(0.0, 0.0, 0.0)  # where a row begins: what comes from the row above, for all that read it


@dataclass(frozen=True, slots=True)
class Layout:
    """Where each unit's left end and axis are, the corners of every connection and whether it ends at a thing, and the
    frames around repeats.
    """

    places: tuple[Point, ...]
    connections: tuple[tuple[tuple[Point, ...], bool], ...]
    frames: tuple[tuple[float, float, float, float, int], ...]  # x, y, width, height, times
    width: float
    height: float


def lay_out(units: Sequence[Unit], frames: Sequence[Frame], extents: Sequence[Extent], widest: float) -> Layout:
    """Return a layout that is at most `widest` wide where its necks allow it."""
    cuts = _cuts(units, frames, _columns(units), extents, widest)
    moved = [i + sum(cut < i for cut in cuts) for i in range(len(units))]  # where each is once the turns are there
    turned, rooms = _with_turns(units, extents, cuts)
    framed = [Frame(moved[f.first], moved[f.last], f.times) for f in frames]
    columns = _columns(turned)
    turns = {columns[moved[cut] + 1] for cut in cuts}
    rows = list(accumulate((column in turns for column in range(columns[-1] + 1)), int.__add__, initial=0))[1:]
    whole = _Placing(turned, framed, rooms, columns, _lanes(turned, columns), rows).layout()
    return replace(whole, places=tuple(whole.places[i] for i in moved))


def _with_turns(
    units: Sequence[Unit], extents: Sequence[Extent], cuts: Sequence[int]
) -> tuple[list[Unit], list[Extent]]:
    """Return the things with a turn behind each that ends a row: whoever reads that one reads the turn instead."""
    made: list[Unit] = []
    rooms: list[Extent] = []
    at: list[int] = []
    for i, unit in enumerate(units):
        made.append(replace(unit, sources=tuple(at[s] for s in unit.sources)))
        rooms.append(extents[i])
        if i in cuts:
            made.append(replace(unit, role="turn", bands=(), sources=(len(made) - 1,)))
            rooms.append(TURN)
        at.append(len(made) - 1)
    return made, rooms


def _columns(units: Sequence[Unit]) -> list[int]:
    """Return how many things lie before each at most."""
    columns: list[int] = []
    for unit in units:
        columns.append(1 + max((columns[s] for s in unit.sources), default=-1))
    return columns


def _lanes(units: Sequence[Unit], columns: Sequence[int]) -> list[int]:
    """Return each thing's lane: 0 is the way that the first branches take, the others stand to both sides of it."""
    meets = _meeting_points(units)
    lanes: list[int | None] = [None] * len(units)
    taken: list[tuple[int, int, int]] = []  # lane, first column, last column

    def free(lane: int, first: int, last: int) -> bool:
        return not any(lane == other and first <= b and a <= last for other, a, b in taken)

    begun = [False] * len(units)  # whether one of its readers has gone on in its lane
    for i, unit in enumerate(units):
        if not unit.sources:
            lanes[i] = 0
        elif len(unit.sources) > 1:
            lanes[i] = min((_lane(lanes, s) for s in unit.sources), key=lambda lane: (abs(lane), lane))
        else:
            (source,) = unit.sources
            lane = _lane(lanes, source)
            if begun[source]:
                first, last = columns[source] + 1, columns[meets[source]] - 1
                away = (lane + sign * step for step in range(1, len(units) + 1) for sign in (1, -1))
                lane = next(other for other in away if free(other, first, max(first, last)))
                taken.append((lane, first, max(first, last)))
            else:
                taken.append((lane, columns[i], columns[i]))
            begun[source] = True
            lanes[i] = lane
    return [_lane(lanes, i) for i in range(len(units))]


def _lane(lanes: Sequence[int | None], i: int) -> int:
    return lanes[i] or 0


def _meeting_points(units: Sequence[Unit]) -> list[int]:
    """Return for each thing the first one behind it that every way from it passes; the last one where there is none."""
    last = len(units) - 1
    readers: list[list[int]] = [[] for _ in units]
    for i, unit in enumerate(units):
        for source in unit.sources:
            readers[source].append(i)
    meets = [last] * len(units)
    for i in range(last - 1, -1, -1):
        if not readers[i]:
            continue
        at = set(readers[i])
        while len(at) > 1:  # the nearest moves on until all are at one place
            nearest = min(at)
            at.remove(nearest)
            at.add(meets[nearest])
        meets[i] = at.pop()
    return meets


def _cuts(
    units: Sequence[Unit], frames: Sequence[Frame], columns: Sequence[int], extents: Sequence[Extent], widest: float
) -> list[int]:
    """Return the things behind which a row ends: necks, outside of frames. There are as few rows as the width allows,
    and as even ones as so many can be: none is left with a single thing where its neighbours have ten.
    """
    widths = _widths(columns, extents)
    ends = {columns[i]: i for i in necks(units)}
    for frame in frames:
        for column in range(columns[frame.first], columns[frame.last]):
            ends.pop(column, None)
    best = _filled(widths, ends, widest)
    narrow, wide = 0.0, widest
    while wide - narrow > 0.5:
        middle = (narrow + wide) / 2
        cuts = _filled(widths, ends, middle)
        if len(cuts) > len(best):
            narrow = middle
        else:
            best, wide = cuts, middle
    return best


def _filled(widths: Sequence[float], ends: Mapping[int, int], widest: float) -> list[int]:
    """Return the things behind which a row ends where each row is as full as the width allows."""
    cuts: list[int] = []
    begin = 0
    while (room := widest - GAP * (begin > 0)) < sum(widths[begin:]) + GAP * (len(widths) - 1 - begin):  # a turn's gap
        later = [column for column in ends if begin <= column < len(widths) - 1]
        fitting = [column for column in later if sum(widths[begin : column + 1]) + GAP * (column - begin) <= room]
        if not later:
            break
        column = max(fitting) if fitting else min(later)
        cuts.append(ends[column])
        begin = column + 1
    return cuts


def _widths(columns: Sequence[int], extents: Sequence[Extent]) -> list[float]:
    """Return the width of each column."""
    widths = [0.0] * (max(columns) + 1)
    for column, extent in zip(columns, extents, strict=True):
        widths[column] = max(widths[column], extent.width)
    return widths


class _Placing:
    """Turns columns, lanes and rows into places and lines."""

    def __init__(
        self,
        units: Sequence[Unit],
        frames: Sequence[Frame],
        extents: Sequence[Extent],
        columns: Sequence[int],
        lanes: Sequence[int],
        rows: Sequence[int],
    ) -> None:
        self.units, self.frames, self.extents = units, frames, extents
        self.columns, self.lanes, self.rows = columns, lanes, rows
        self.row_of = [rows[column] for column in columns]
        self.arcs = self._arc_heights()

    def layout(self) -> Layout:
        """Return the finished layout."""
        widths = _widths(self.columns, self.extents)
        lefts, x, row = [], 0.0, 0
        for column, width in enumerate(widths):
            if self.rows[column] != row:
                row, x = self.rows[column], 0.0
            lefts.append(x)
            x += width + GAP
        axes, height = self._axes()
        places = tuple(
            (lefts[c] + (widths[c] - e.width) / 2, axes[self.row_of[i], self.lanes[i]])
            for i, (c, e) in enumerate(zip(self.columns, self.extents, strict=True))
        )
        self.places, self.axes = places, axes
        connections = tuple(
            (self._connection(s, i), unit.role != "turn")
            for i, unit in enumerate(self.units)
            for s in dict.fromkeys(unit.sources)
        )
        frames = tuple(map(self._frame, self.frames))
        right = max(x for points, _ in connections for x, _ in points)
        right = max(right, *(places[i][0] + e.width for i, e in enumerate(self.extents)))
        return Layout(places, connections, frames, right, height)

    def _axes(self) -> tuple[dict[tuple[int, int], float], float]:
        """Return where each lane of each row has its axis, and the height of all."""
        axes: dict[tuple[int, int], float] = {}
        y = 0.0
        for row in range(max(self.row_of) + 1):
            here = [i for i, r in enumerate(self.row_of) if r == row]
            framed = any(f.first in here for f in self.frames)
            y += 16.0 if framed else 0.0
            for lane in sorted({self.lanes[i] for i in here}):
                members = [i for i in here if self.lanes[i] == lane]
                y += self._arcs_above(row, lane) + max(self.extents[i].above for i in members)
                axes[row, lane] = y
                y += max(self.extents[i].below for i in members) + LANE_GAP
            y += ROW_GAP - LANE_GAP + (6.0 if framed else 0.0)
        return axes, y - ROW_GAP

    def _is_arc(self, source: int, reader: int) -> bool:
        """Whether a connection would run through other things of its own lane: it arches above them."""
        same = self.lanes[source] == self.lanes[reader] and self.row_of[source] == self.row_of[reader]
        between = range(self.columns[source] + 1, self.columns[reader])
        return same and any(
            self.columns[i] in between and self.lanes[i] == self.lanes[source] for i in range(len(self.units))
        )

    def _arc_heights(self) -> dict[tuple[int, int], int]:
        """Return the level of every arc: those that hold others are higher."""
        spans = sorted(
            (
                (self.columns[i] - self.columns[s], s, i)
                for i, unit in enumerate(self.units)
                for s in unit.sources
                if self._is_arc(s, i)
            )
        )
        levels: dict[tuple[int, int], int] = {}
        for _, s, i in spans:
            within = [
                level
                for (a, b), level in levels.items()
                if self.lanes[a] == self.lanes[s]
                and self.row_of[a] == self.row_of[s]
                and self.columns[a] < self.columns[i]
                and self.columns[s] < self.columns[b]
            ]
            levels[s, i] = 1 + max(within, default=0)
        return levels

    def _arcs_above(self, row: int, lane: int) -> float:
        levels = [n for (s, _), n in self.arcs.items() if self.row_of[s] == row and self.lanes[s] == lane]
        return ARC * max(levels, default=0)

    def _connection(self, source: int, reader: int) -> tuple[Point, ...]:
        (sx, sy), (x, y) = self.places[source], self.places[reader]
        begin = (sx + self.extents[source].width - self.extents[source].inset, sy)
        x += self.extents[reader].inset
        if self.row_of[source] != self.row_of[reader]:
            low = max(
                self.axes[row, lane] + extent.below
                for row, lane, extent in zip(self.row_of, self.lanes, self.extents, strict=True)
                if row == self.row_of[source]
            )
            turn, out = low + ROW_GAP / 3, sx + self.extents[source].width + 10
            return (begin, (out, sy), (out, turn), (x - 4, turn), (x - 4, y), (x, y))
        if (source, reader) in self.arcs:
            inner = range(self.columns[source] + 1, self.columns[reader])
            top = max(
                self.extents[i].above
                for i, c in enumerate(self.columns)
                if (c in inner or i in (source, reader)) and self.lanes[i] == self.lanes[source]
            )
            up = sy - top - ARC * self.arcs[source, reader] + 5
            leave = sx + self.extents[source].width + 8
            enter = self.places[reader][0] - 8
            return (begin, (leave, sy), (leave, up), (enter, up), (enter, y), (x, y))
        if abs(sy - y) < 0.5:
            return (begin, (x, y))
        joins = len(self.units[reader].sources) > 1
        turn = self.places[reader][0] - 8 if joins else sx + self.extents[source].width + 8
        return (begin, (turn, sy), (turn, y), (x, y))

    def _frame(self, frame: Frame) -> tuple[float, float, float, float, int]:
        inside = range(frame.first, frame.last + 1)
        left = min(self.places[i][0] for i in inside) - 17  # its first arc begins in it, the next thing's do not
        right = max(self.places[i][0] + self.extents[i].width for i in inside) + 3
        arcs = [self.arcs[s, i] for (s, i) in self.arcs if i in inside]
        top = min(self.places[i][1] - self.extents[i].above for i in inside) - ARC * max(arcs, default=0) - 2
        bottom = max(self.places[i][1] + self.extents[i].below for i in inside) + 4
        return left, top, right - left, bottom - top, frame.times
