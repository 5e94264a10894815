"""Arrays that show themselves in a notebook: every map a small picture of its numbers."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from math import ceil, isfinite
from typing import Any

import numpy as np

from ..errors import UsageError
from . import palette
from .png import data_uri, png

MAPS = 64  # shown at most
ACROSS = 16  # maps in a row, at most
SIDE = 128  # numbers along a map's side; of a larger one means are shown
PIXELS = 2**18  # of all maps together
EDGE = "1px solid rgba(128, 128, 128, 0.4)"  # the colours around 0 are near a light page's own
ZOOMED = {1: 224, 8: 112, MAPS: 56}  # up to how many maps, and pixels on the screen along the side of each


class HeatMap(np.ndarray[Any, np.dtype[Any]]):
    """An array of numpy that shows itself in a notebook as heat maps of its last two axes; else, and printed, it is an
    array like any other, and what is computed from it shows itself too.

    Zero lies in the middle of the scale of colours: "activations" from blue to orange, "weights" from purple to green,
    "grey" from black, which is 0, to white. All maps share one scale, up to the largest magnitude among them; the line
    below shows it, from 0 where no number lies below. Of many maps the first are shown, of large ones means, and the
    line says so.
    """

    scale: str

    def __array_finalize__(self, source: Any) -> None:
        self.scale = getattr(source, "scale", "activations")

    def __array_wrap__(self, array: Any, context: Any = None, return_scalar: bool = False) -> Any:
        return array[()] if return_scalar else array.view(HeatMap)._scaled(self.scale)

    def __repr__(self) -> str:
        return repr(np.asarray(self))

    def _repr_html_(self) -> str:
        return html(np.asarray(self), self.scale)

    def _scaled(self, scale: str) -> HeatMap:
        self.scale = scale
        return self


def heat_map(values: Any, scale: str | None = None) -> HeatMap:
    """Return numbers as an array that shows itself in a notebook as heat maps of its last two axes.

    `values`: nested lists, an array, a torch tensor; the numbers stay as they are. `scale`: the colours, "activations",
    "weights" or "grey", as of `HeatMap`; left out, bytes are a picture's, in grey. Raises UsageError for what are no
    real numbers, and for another scale.

    >>> heat_map([[1, 2], [3, 4]]).sum()
    np.int64(10)
    """
    if scale is not None and scale not in palette.STOPS:
        raise UsageError("heat.scale", got=scale, expected=", ".join(palette.STOPS))
    if hasattr(values, "detach"):  # a torch tensor, whatever its device
        values = values.detach().cpu()
        values = (values.float() if "bfloat16" in str(values.dtype) else values).numpy()  # numpy has none of these
    try:
        array = np.asarray(values)
    except ValueError:
        raise UsageError("heat.numbers", got=type(values).__name__) from None
    if array.dtype.kind not in "biuf":
        raise UsageError("heat.numbers", got=str(array.dtype))
    return array.view(HeatMap)._scaled(scale or ("grey" if array.dtype == np.uint8 else "activations"))


@dataclass(frozen=True, slots=True)
class Shown:
    """Which part of an array is shown: `maps` (rows, columns, h, w), and in words what it lacks."""

    maps: np.ndarray[Any, np.dtype[np.float64]]
    lacks: tuple[str, ...]


def part(array: np.ndarray[Any, Any]) -> Shown:
    """Return the maps of an array's last two axes that are shown, in a grid: those of two or more leading axes a row
    for each entry of all but the last of these, others one after another.
    """
    lacks = []
    whole = array.reshape((1,) * (2 - array.ndim) + array.shape)
    h, w = whole.shape[-2:]
    leading = whole.shape[:-2]
    side = ceil(max(h, w, 1) / SIDE)
    most = max(1, min(MAPS, PIXELS // max(1, ceil(h / side) * ceil(w / side))))
    count = int(np.prod(leading, dtype=np.int64))
    if len(leading) >= 2 and leading[-1] > 1:
        columns = min(leading[-1], ACROSS, most)
        rows = min(count // leading[-1], max(1, most // columns))
        maps = whole.reshape(-1, leading[-1], h, w)[:rows, :columns]
        if columns < leading[-1]:
            lacks.append(f"columns: first {columns} of {leading[-1]}")
        if rows < count // leading[-1]:
            lacks.append(f"rows: first {rows} of {count // leading[-1]}")
        maps = maps.astype(np.float64)
    else:
        flat = whole.reshape(-1, h, w)[:most].astype(np.float64)
        if most < count:
            lacks.append(f"first {most} of {count}")
        columns = min(len(flat), ACROSS)
        rows = ceil(len(flat) / columns)
        maps = np.full((rows * columns, h, w), np.nan)
        maps[: len(flat)] = flat
        maps = maps.reshape(rows, columns, h, w)
    if side > 1:
        lacks.append(f"each pixel the mean of {min(side, h)} × {min(side, w)} numbers")
        maps = _means(maps, side)
    return Shown(maps, tuple(lacks))


def html(array: np.ndarray[Any, Any], scale: str) -> str:
    """Return an array's heat maps as one image, with the line that says what its colours mean."""
    size = " × ".join(map(str, array.shape)) or "1 number"
    if not array.size:
        return f"<div>{escape(f'{size} · {array.dtype} · no numbers')}</div>"
    shown = part(array)
    maps = shown.maps
    finite = np.isfinite(maps)
    limit = float(np.abs(maps, where=finite, out=np.zeros_like(maps)).max())
    if scale == "grey" and array.dtype == np.uint8:
        limit = 255.0
    signed = scale != "grey" and bool((maps[finite] < 0).any())
    rows, columns, h, w = maps.shape
    numbers = np.zeros((rows, columns, h + 1, w + 1), np.uint8)  # a transparent line between two maps
    steps = np.where(finite, maps, 0.0) / (limit or 1.0) * (palette.MIDDLE - 1)
    numbers[:, :, :h, :w] = np.where(finite, np.rint(steps) + palette.MIDDLE, 0)
    sheet = numbers.swapaxes(1, 2).reshape(rows * (h + 1), columns * (w + 1))[:-1, :-1]
    image = data_uri(png(sheet.tobytes(), sheet.shape[1], palette.colours(scale)))
    wide = next(pixels for most, pixels in ZOOMED.items() if rows * columns <= most)
    zoom = max(1, round(wide / max(h, w)))
    bad = int(array.size - np.isfinite(array).sum())
    empty = [f"{bad:,} not finite, left empty"] if bad else []
    words = [size, str(array.dtype), *shown.lacks, *_nothing(array), *empty]
    width = sheet.shape[1] * zoom
    return (
        f'<div><img src="{image}" width="{width}" alt="{escape("heat map, " + ", ".join(words))}" '
        f'style="image-rendering: pixelated; width: {width}px; max-width: 100%; height: auto; '
        f'outline: {EDGE}; outline-offset: -1px">'
        f'<div style="font-size: 0.85em">{escape(" · ".join(words))} &nbsp; {_legend(scale, limit, signed)}</div></div>'
    )


def _nothing(array: np.ndarray[Any, Any]) -> list[str]:
    """Return what says so where maps are 0 everywhere: one such looks like no map at all."""
    if array.ndim < 2:
        return []
    each = np.atleast_1d(array.reshape(-1, array.shape[-2] * array.shape[-1]).any(1))
    count, zero = len(each), int((~each).sum())
    return [] if not zero else ["0 everywhere" if zero == count else f"{zero:,} of {count:,} are 0 everywhere"]


def _legend(scale: str, limit: float, signed: bool) -> str:
    """Return the scale of colours, its half from 0 on unless `signed`, with the numbers at its ends."""
    stops = palette.STOPS[scale]
    low = f"−{_number(limit)}"
    if not signed:
        stops, low = stops[len(stops) // 2 :], "0"
    bar = (
        f"display: inline-block; width: 6em; height: 0.7em; outline: {EDGE}; "
        f"background: linear-gradient(90deg, {', '.join(stops)})"
    )
    return f'{low} <span style="{bar}"></span> {_number(limit)}'


def _number(value: float) -> str:
    """Return three digits of a number, and all before the point of one that fits in six."""
    if not isfinite(value):
        return "∞"
    return f"{value:,.0f}" if 999.5 <= value < 999_999.5 else f"{value:.3g}"


def _means(maps: np.ndarray[Any, np.dtype[np.float64]], side: int) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Return the means of squares of that side, cut off at the border."""
    h, w = maps.shape[-2:]
    down, across = np.arange(0, h, side), np.arange(0, w, side)
    sums = np.add.reduceat(np.add.reduceat(maps, down, axis=-2), across, axis=-1)
    counts = np.minimum(side, h - down)[:, None] * np.minimum(side, w - across)
    return np.asarray(sums / counts)
