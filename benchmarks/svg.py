"""Two kinds of plots as SVG text, readable on light and dark ground: dots on a line each, and curves.

Colours follow the reader's own setting through a style sheet inside the file, which GitHub and browsers honour for
pictures too. Every mark has its label beside it; there is no legend to look up.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape

STYLE = """<style>
text { font: 13px system-ui, -apple-system, "Segoe UI", sans-serif; fill: #1f2328 }
text { paint-order: stroke; stroke: #fff; stroke-width: 3px; stroke-linejoin: round }
.title { font-weight: 600; font-size: 15px } .faint { fill: #59636e; font-size: 12px }
.end { text-anchor: end } .middle { text-anchor: middle }
.grid { stroke: #d1d9e0; stroke-width: 1 } .reach { stroke: #9aa4ae; stroke-width: 1; stroke-dasharray: 3 3 }
.ours { fill: #0a62c9 } .theirs { fill: #6e7781 } .strong { font-weight: 600 }
path { fill: none !important; stroke-width: 2; stroke-linejoin: round }
path.ours { stroke: #0a62c9 } path.theirs { stroke: #8c959f }
@media (prefers-color-scheme: dark) {
  text { fill: #f0f6fc; stroke: #0d1117 } .faint { fill: #9198a1 } .grid { stroke: #3d444d } .reach { stroke: #656c76 }
  .ours { fill: #58a6ff } .theirs { fill: #9198a1 } path.ours { stroke: #58a6ff } path.theirs { stroke: #767e88 }
}
</style>"""


@dataclass(frozen=True)
class Dot:
    """One measured thing: its value, the least and the most of its runs, and what is written beside it; no value, no
    dot.
    """

    label: str
    values: tuple[float, float, float] | None
    text: str
    ours: bool = False


@dataclass(frozen=True)
class Curve:
    """Points (seconds, share 0…1) from left to right, with a label at the last one; `joined` by a line or not."""

    label: str
    points: Sequence[tuple[float, float]]
    ours: bool = False
    joined: bool = True


def dots(title: str, axis: str, rows: Sequence[Dot], width: int = 760) -> str:
    """Return a plot with a line for each row and a dot at its value, on a logarithmic scale; the whisker is the range
    of the runs.
    """
    left, right, top, pitch = 18 + round(7.9 * max(len(r.label) for r in rows)), 130, 44, 28
    bottom = top + pitch * len(rows)
    ticks = decades(min(r.values[1] for r in rows if r.values), max(r.values[2] for r in rows if r.values))
    place = logarithmic(ticks[0], ticks[-1], left, width - right)
    parts = [f'<text class="title" x="12" y="22">{escape(title)}</text>']
    for tick in ticks:
        x = place(tick)
        parts.append(f'<line class="grid" x1="{x:.1f}" x2="{x:.1f}" y1="{top - 6}" y2="{bottom}"/>')
        parts.append(f'<text class="faint middle" x="{x:.1f}" y="{bottom + 18}">{tick:,g}</text>')
    parts.append(
        f'<text class="faint middle" x="{(left + width - right) / 2:.1f}" y="{bottom + 38}">{escape(axis)}</text>'
    )
    for i, row in enumerate(rows):
        y, kind, strong = top + pitch * i + pitch / 2, "ours" if row.ours else "theirs", " strong" if row.ours else ""
        parts.append(f'<text class="end{strong}" x="{left - 10}" y="{y + 4.5:.1f}">{escape(row.label)}</text>')
        if row.values is None:
            parts.append(f'<text class="faint" x="{left + 8}" y="{y + 4.5:.1f}">{escape(row.text)}</text>')
            continue
        at, low, high = map(place, row.values)
        parts.append(
            f'<rect class="{kind}" x="{low:.1f}" y="{y - 1:.1f}" width="{max(high - low, 0.1):.1f}" height="2"/>'
        )
        parts.append(f'<circle class="{kind}" cx="{at:.1f}" cy="{y:.1f}" r="5"/>')
        parts.append(
            f'<text class="{strong.strip()}" x="{max(high, at) + 10:.1f}" y="{y + 4.5:.1f}">{escape(row.text)}</text>'
        )
    return document(width, bottom + 50, title, parts)


def curves(title: str, axis: str, lines: Sequence[Curve], levels: Sequence[float], width: int = 760) -> str:
    """Return accuracy against seconds, both so that equal factors look equal: seconds by their logarithm, accuracy by
    its error's.
    """
    left, right, top, bottom = 58, 140, 44, 400
    found = [p for line in lines for p in line.points if p[1] >= levels[0]]
    ticks = decades(min(x for x, _ in found), max(x for x, _ in found))
    across = logarithmic(ticks[0], ticks[-1], left, width - right)
    errors = logarithmic(1 - levels[0], 1 - levels[-1], bottom, top)
    parts = [f'<text class="title" x="12" y="22">{escape(title)}</text>']
    for tick in ticks:
        parts.append(f'<line class="grid" x1="{across(tick):.1f}" x2="{across(tick):.1f}" y1="{top}" y2="{bottom}"/>')
        parts.append(f'<text class="faint middle" x="{across(tick):.1f}" y="{bottom + 18}">{tick:,g}</text>')
    for level in levels:
        y = errors(1 - level)
        parts.append(f'<line class="grid" x1="{left}" x2="{width - right}" y1="{y:.1f}" y2="{y:.1f}"/>')
        parts.append(f'<text class="faint end" x="{left - 8}" y="{y + 4:.1f}">{100 * level:g} %</text>')
    parts.append(
        f'<text class="faint middle" x="{(left + width - right) / 2:.1f}" y="{bottom + 38}">{escape(axis)}</text>'
    )
    labels: list[tuple[float, float, Curve]] = []
    for line in sorted(lines, key=lambda c: c.ours):
        seen = [(across(x), errors(1 - y)) for x, y in line.points if y >= levels[0]]
        if not seen:
            continue
        kind = "ours" if line.ours else "theirs"
        if line.joined and len(seen) > 1:
            parts.append(f'<path class="{kind}" d="M{" L".join(f"{x:.1f},{y:.1f}" for x, y in seen)}"/>')
        parts += [f'<circle class="{kind}" cx="{x:.1f}" cy="{y:.1f}" r="{4 if line.ours else 2.5}"/>' for x, y in seen]
        labels.append((*seen[-1], line))
    for x, y, line in apart(labels):
        strong = "strong" if line.ours else ""
        parts.append(f'<text class="{strong}" x="{x + 9:.1f}" y="{y + 4.5:.1f}">{escape(line.label)}</text>')
    return document(width, bottom + 50, title, parts)


def apart(labels: Sequence[tuple[float, float, Curve]], least: float = 15) -> list[tuple[float, float, Curve]]:
    """Return labels (x, y, …) moved down where two would touch that stand above each other."""
    placed: list[tuple[float, float, Curve]] = []
    for x, y, line in sorted(labels, key=lambda label: label[1]):
        for px, py, _ in placed:
            if abs(px - x) < 110 and y - py < least:
                y = py + least
        placed.append((x, y, line))
    return placed


def logarithmic(low: float, high: float, start: float, end: float) -> Callable[[float], float]:
    """Return the map of low…high to start…end that takes equal factors to equal distances."""
    return lambda value: start + (end - start) * math.log(value / low) / math.log(high / low)


def decades(low: float, high: float) -> list[float]:
    """Return the numbers 1, 2 and 5 times a power of ten that enclose low…high, from the last at or below to the first
    at or above.
    """
    if not 0 < low <= high:
        raise ValueError(f"a logarithmic scale needs 0 < {low} ≤ {high}")
    steps = [
        m * 10.0**e for e in range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1) for m in (1, 2, 5)
    ]
    first = max((s for s in steps if s <= low), default=steps[0])
    last = min((s for s in steps if s >= high and s > first), default=steps[-1])
    return [s for s in steps if first <= s <= last]


def document(width: int, height: float, title: str, parts: Sequence[str]) -> str:
    """Return the whole file."""
    opening = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height:.0f}" width="{width}" '
        f'height="{height:.0f}" role="img" aria-label="{escape(title)}">'
    )
    return "\n".join([opening, STYLE, *parts, "</svg>", ""])
