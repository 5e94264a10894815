"""A network's health for reading: a line a layer, the weights that are no numbers, and what to try."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ..errors import phrase, printable
from .columns import columns, left, right

if TYPE_CHECKING:
    from ..evaluation.health import Health, LayerHealth, State

SHOWN = 6  # units of a layer that are named
HEADS: dict[State, str] = {
    "notfinite": "no number",
    "saturated": "saturated",
    "dead": "dead",
    "constant": "constant",
    "duplicate": "duplicate",
    "linear": "always on",
}


def health_lines(found: Health) -> Iterator[str]:
    """Yield the lines: the sum over all layers first, then the layers, then the weights and the remedies."""
    from ..evaluation.health import FAULTS, REMEDIES, STATES

    if found.tells:
        units = f"{sum(len(layer.units) for layer in found.layers):,}"
        pictures = f"{found.pictures:,}"
        if ill := sum(map(found.count, FAULTS)):
            yield str(phrase("info.health.some", ill=f"{ill:,}", all=units, n=pictures))
        else:
            yield str(phrase("info.health.none", all=units, n=pictures))
        yield ""
        yield from _table(found)
    else:
        yield str(phrase("info.health.one"))
    yield ""
    if not found.weights:
        yield str(phrase("info.health.weights.sound"))
    for bad in found.weights:
        yield str(
            phrase("info.health.weights.bad", tensor=bad.tensor, nan=f"{bad.nan:,}", infinite=f"{bad.infinite:,}")
        )
    for state in STATES if found.tells else ():
        if found.count(state):
            yield f"{HEADS[state]}, try: {REMEDIES[state]}"


def _table(found: Health) -> Iterator[str]:
    names = [printable(layer.name, 40) for layer in found.layers]
    places = [printable(layer.after, 40) for layer in found.layers]
    wide, after = max(map(columns, ["layer", *names])), max(map(columns, ["after", *places]))
    counts = [[len(layer.units), *map(layer.count, HEADS)] for layer in found.layers]
    yield _row(left("layer", wide), left("after", after), ["units", *HEADS.values()], "")
    for layer, name, place, row in zip(found.layers, names, places, counts, strict=True):
        cells = [f"{row[0]:,}", *(f"{n:,}" if n else "·" for n in row[1:])]
        yield _row(left(name, wide), left(place, after), cells, _which(layer))
    total = [f"{sum(column):,}" for column in zip(*counts, strict=True)]
    yield _row(left("all", wide), left("", after), total, "")


def _row(name: str, after: str, cells: list[str], which: str) -> str:
    widths = (7, *(max(6, len(head)) for head in HEADS.values()))
    numbers = "  ".join(right(cell, width) for cell, width in zip(cells, widths, strict=True))
    return f"{name}  {after}  {numbers}  {which}".rstrip()


def _which(layer: LayerHealth) -> str:
    """Return which units of a layer have a fault, by their numbers; of a duplicate what it is like."""
    said = []
    for fault, head in HEADS.items():
        units = [c for c, unit in enumerate(layer.units) if unit == fault]
        if not units or len(units) == len(layer.units):
            continue
        shown = [f"{c} = {layer.like[c]}" if fault == "duplicate" else f"{c}" for c in units[:SHOWN]]
        said.append(f"{head} {', '.join(shown)}{', …' * (len(units) > SHOWN)}")
    return "; ".join(said)
