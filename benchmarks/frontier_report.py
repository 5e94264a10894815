"""The report's section on the Pareto frontier of `benchmarks.frontier`: what accuracy so many seconds buy."""

from __future__ import annotations

from benchmarks.results import Result, Row, summary
from benchmarks.svg import Curve, curves
from benchmarks.tables import figure, footnote, markdown, mean_and_sd, percent

LEVELS = (0.985, 0.99, 0.993, 0.995, 0.996, 0.997, 0.998)
WORDS = """## The frontier: accuracy against seconds

{what}

![Test accuracy against seconds of training, convscope's recipes](benchmarks/frontier.svg)

{table}

{footnote}
"""


def section(result: Result) -> tuple[str, dict[str, str]]:
    """Return the section's text and its plot."""
    groups: dict[tuple[str, str], list[Row]] = {}
    for row in result["rows"]:
        groups.setdefault((row["line"], row["precision"]), []).append(row)
    head = [
        "",
        "precision",
        "data",
        "parameters",
        "epochs",
        "accuracy, %",
        "s of CPU time",
        "pictures/s",
        "GFLOP/s",
        "of",
        "n",
    ]
    table = []
    for (line, precision), rows in groups.items():
        means = {
            name: summary(row[name] for row in rows)
            for name in ("accuracy", "seconds", "pictures_per_second", "gflops")
        }
        first = rows[0]
        cells = [
            line,
            precision,
            first["data"],
            f"{first['parameters']:,}",
            f"{first['epochs']:g}",
            percent(means["accuracy"]),
        ]
        cells += [
            mean_and_sd(means["seconds"]),
            mean_and_sd(means["pictures_per_second"]),
            mean_and_sd(means["gflops"]),
        ]
        table.append([*cells, figure(max(row["limit_gflops"] for row in rows)), str(len(rows))])
    text = WORDS.format(what=result["what"], table=markdown(head, table, 3), footnote=footnote(result))
    return text, {"frontier": plot(groups)}


def plot(groups: dict[tuple[str, str], list[Row]]) -> str:
    """Return the plot of the lines trained on MNIST, a point each, labelled in the faster precision."""
    lines = []
    for (line, precision), rows in groups.items():
        if rows[0]["data"] == "mnist":
            point = (summary(row["seconds"] for row in rows).mean, summary(row["accuracy"] for row in rows).mean)
            ours = precision == "bfloat16"
            lines.append(Curve(line if ours else "", [point], ours))
    title = "MNIST, one core: test accuracy against seconds; bfloat16 blue, float32 grey"
    return curves(title, "seconds of CPU time, logarithmic", lines, LEVELS)
