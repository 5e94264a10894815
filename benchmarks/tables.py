"""Tables of the report in Markdown: of any result by itself, and of cells that a section worked out.

>>> print(markdown(["what", "s"], [["one", "1.5"]]))
| what | s |
|---|--:|
| one | 1.5 |
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from benchmarks.results import Result, Row, Summary, summary

RUNS = ("seed", "run", "round", "load", "at", "pair")  # fields that tell runs of one thing apart, and nothing else
SHARES = ("accuracy", "share")
UNITS = {"seconds": "s", "milliseconds": "ms", "microseconds": "µs", "megabytes": "MB", "accuracy": "%", "share": "%"}


def markdown(head: Sequence[str], rows: Sequence[Sequence[str]], words: int = 1) -> str:
    """Return a table whose first `words` columns are words, set to the left; the others are figures."""
    lines = [f"| {' | '.join(head)} |", f"|{'---|' * words}{'--:|' * (len(head) - words)}"]
    return "\n".join([*lines, *(f"| {' | '.join(row)} |" for row in rows)])


def figure(value: float) -> str:
    """Return a number to three significant digits, whole from 100 on.

    >>> figure(0.01234), figure(4.1), figure(99.96), figure(1234.5)
    ('0.0123', '4.10', '100', '1,234')
    """
    if value == 0:
        return "0"
    digits = 2 - math.floor(math.log10(abs(float(f"{value:.3g}"))))
    return f"{value:,.{max(0, digits)}f}"


def mean_and_sd(found: Summary, scale: float = 1.0) -> str:
    """Return mean ± standard deviation, the latter to as many decimals as the mean has; a single run has none.

    >>> mean_and_sd(summary([1.0, 2.0, 3.0])), mean_and_sd(summary([7.0]))
    ('2.00 ± 1.00', '7.00')
    """
    mean = figure(found.mean * scale)
    if found.n == 1:
        return mean
    decimals = len(mean.partition(".")[2])
    return f"{mean} ± {found.sd * scale:,.{decimals}f}"


def percent(found: Summary) -> str:
    """Return a fraction 0…1 as per cent with two decimals, mean ± standard deviation.

    >>> percent(summary([0.99, 0.992]))
    '99.10 ± 0.14'
    """
    return f"{100 * found.mean:.2f}" + (f" ± {100 * found.sd:.2f}" if found.n > 1 else "")


def of_result(rows: Sequence[Row]) -> str:
    """Return the table of a result as it stands: a line for each combination of words, with n and, of each figure,
    mean ± standard deviation.

    A field is words if any row holds text, a truth value or nothing in it; lists and objects are left out.
    """
    names = list(dict.fromkeys(name for row in rows for name in row if name not in RUNS))
    names = [n for n in names if not any(isinstance(row.get(n), list | dict) for row in rows)]
    words = [n for n in names if any(n in row and not is_number(row[n]) for row in rows)]
    figures = [n for n in names if n not in words]
    groups: dict[tuple[object, ...], list[Row]] = {}
    for row in rows:
        groups.setdefault(tuple(row.get(w) for w in words), []).append(row)
    table = []
    for key, members in groups.items():
        cells = []
        for name in figures:
            values = [row[name] for row in members if name in row]
            form = percent if name.rpartition("_")[2] in SHARES else mean_and_sd
            cells.append(form(summary(values)) if values else "")
        table.append([*("" if k is None else str(k) for k in key), *cells, str(len(members))])
    return markdown([*map(title, words), *map(title, figures), "n"], table, len(words))


def footnote(result: Result) -> str:
    """Return when, on which processor and with which versions a result was measured."""
    versions = ", ".join(f"{name} {version}" for name, version in result["versions"].items())
    return f"Measured {result['date']} on {result['machine']['processor']}: {versions}."


def title(name: str) -> str:
    """Return a field's name as a heading, with its unit.

    >>> title("share"), title("seconds"), title("wall_seconds"), title("images_per_second")
    ('share, %', 'time, s', 'wall, s', 'images per second')
    """
    last, words = name.rpartition("_")[2], name.replace("_", " ")
    if last not in UNITS:
        return words
    if last not in SHARES:
        words = words.removesuffix(last).strip() or ("time" if last.endswith("seconds") else "size")
    return f"{words}, {UNITS[last]}"


def is_number(value: object) -> bool:
    """Tell whether a field is a figure; a truth value is not."""
    return isinstance(value, int | float) and not isinstance(value, bool)
