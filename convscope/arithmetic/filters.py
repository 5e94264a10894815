"""Filters designed by hand, before networks learned their own. The same in JavaScript:
page/js/lab/sums/filters.js."""

from __future__ import annotations

from .convolution import Table


def _table(text: str, divisor: float = 1) -> Table:
    return [[float(word) / divisor for word in line.split()] for line in text.split("/")]


FILTERS: dict[str, Table] = {
    "identity": _table("0 0 0 / 0 1 0 / 0 0 0"),
    "outline": _table("-1 -1 -1 / -1 8 -1 / -1 -1 -1"),
    "emboss": _table("-2 -1 0 / -1 1 1 / 0 1 2"),
    "blur": _table("1 2 1 / 2 4 2 / 1 2 1", 16),
    "sharpen": _table("0 -1 0 / -1 5 -1 / 0 -1 0"),
    "sobel-left": _table("1 0 -1 / 2 0 -2 / 1 0 -1"),
    "sobel-top": _table("1 2 1 / 0 0 0 / -1 -2 -1"),
    "blur5": _table("1 4 6 4 1 / 4 16 24 16 4 / 6 24 36 24 6 / 4 16 24 16 4 / 1 4 6 4 1", 256),
}
"""By name: outline, emboss and blur are the lecture's; Sobel's look for what is lighter at the left, or at the top."""
