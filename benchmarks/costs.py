"""The report's table of what training costs beside its seconds, and the plot of how long it takes to begin."""

from __future__ import annotations

from benchmarks.budgets import Budget
from benchmarks.methods import METHODS
from benchmarks.results import Result, Row, summary
from benchmarks.svg import Dot, dots
from benchmarks.tables import figure, markdown, mean_and_sd


def table(found: dict[str, list[Budget]], rows: list[Row], first: Result | None, installation: Result | None) -> str:
    """Return the table of speed, start-up, memory and size."""
    lines = []
    sizes = {row["name"]: row for row in installation["rows"]} if installation else {}
    for name in found:
        runs = [row for row in rows if row["name"] == name]
        starts = [row["seconds"] for row in first["rows"] if row["name"] == name] if first else []
        size = sizes.get(METHODS[name].environment or "convscope")
        lines.append(
            [
                METHODS[name].label,
                mean_and_sd(summary(row["pictures"] / row["cpu"] for row in runs)),
                f"{mean_and_sd(summary(starts))}" if starts else "",
                mean_and_sd(summary(row["megabytes"] for row in runs)),
                figure(size["megabytes"]) if size else "",
                str(size["packages"]) if size else "",
            ]
        )
    return markdown(
        ["", "pictures/s of CPU time", "first step, s", "memory, MB", "installation, MB", "packages"], lines
    )


def start(rows: list[Row]) -> str:
    """Return the plot of seconds from the command to the end of the first training step, the quickest first."""
    found = {
        name: summary(row["seconds"] for row in rows if row["name"] == name)
        for name in METHODS
        if any(row["name"] == name for row in rows)
    }
    lines = [
        Dot(METHODS[n].short, (s.mean, s.least, s.most), f"{figure(s.mean)} s", METHODS[n].ours)
        for n, s in found.items()
    ]
    lines.sort(key=lambda line: line.values or (0, 0, 0))
    return dots(
        "Seconds from the command to the end of the first training step", "seconds of wall clock, logarithmic", lines
    )
