"""Write docs/networks.md's tables, of the rows of benchmarks.networks.

python -m benchmarks.networks_report
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Sequence
from pathlib import Path

from benchmarks import results
from benchmarks.foreign_networks import beds
from benchmarks.networks import NAME
from benchmarks.results import Result, Row
from benchmarks.tables import footnote, markdown

PAGE = Path(__file__).parents[1] / "docs" / "networks.md"
HEAD = [
    "network",
    "as",
    "nodes",
    "boxes",
    "parameters",
    "multiply-adds",
    "difference",
    "at",
    "page, MB",
    "first view, s",
    "forward, ms",
]
COUNTS = ["network", "parameters", "multiply-adds", "torchinfo", "fvcore"]
GROUPS = {
    "classic": ("onnx, classic",),
    "exports": ("onnx, exports",),
    "within": ("PyPI",),
    "others": ("convscope", "rapidocr", "torchvision"),
}


def tables(result: Result) -> dict[str, str]:
    """Return each table's text by the name that its mark in the page has."""
    order = {(bed.group, bed.name, bed.way): i for i, bed in enumerate(beds())}
    first = {(group, name): i for (group, name, _), i in reversed(order.items())}
    places = {(group, name, way): (first[group, name], i) for (group, name, way), i in order.items()}
    rows = sorted(result["rows"], key=lambda row: places[row["group"], row["network"], row["way"]])
    found = {name: markdown(HEAD, [line(r) for r in rows if r["group"] in of], words=2) for name, of in GROUPS.items()}
    counted = [row for row in rows if row.get("fvcore") is not None]
    found["counts"] = markdown(COUNTS, [counts(row) for row in counted], words=1)
    found["measured"] = textwrap.fill(footnote(result), 120)
    return found


def line(row: Row) -> list[str]:
    """Return a row's cells; of a file that is refused why."""
    if "refused" in row:
        return [row["network"], row["way"], *["–"] * 4, row["refused"], *["–"] * 4]
    boxes = ", ".join(f"{n} {kind}" for kind, n in row["kinds"].items())
    boxes += f", {row['apart']} more by rounding" if row.get("apart") else ""
    heavy = f", weights of {row['shut']} left out" if row["shut"] else ""
    difference = "–" if row["difference"] is None else f"{row['difference']:.1e}"
    rounded = " (rounding left out)" if row["rounded"] else ""
    return [
        *(row["network"], row["way"], str(row["nodes"]), f"{row['boxes']}{f': {boxes}' if boxes else ''}"),
        *(
            f"{row['parameters']:,}",
            f"{row['macs']:,}",
            f"{difference}{rounded}",
            f"`{row['where']}`" if row["difference"] else "",
        ),
        *(f"{row['megabytes']:.1f}{heavy}", f"{row['first_milliseconds'] / 1000:.1f}"),
        "–" if row["forward_milliseconds"] is None else f"{row['forward_milliseconds']:.3g}",
    ]


def counts(row: Row) -> list[str]:
    """Return how a network's multiply-adds are counted here and elsewhere."""
    return [row["network"], *(f"{row[key]:,}" for key in ("parameters", "macs", "torchinfo", "fvcore"))]


def page(text: str, result: Result) -> str:
    """Return the page's text with its tables written anew, each between its marks."""
    for name, table in tables(result).items():
        begin, end = marks(name)
        if text.count(begin) != 1 or text.count(end) != 1:
            raise ValueError(f"{PAGE}: expected {begin} … {end} once")
        text = re.sub(
            f"{begin}.*?{end}", lambda _, b=begin, t=table, e=end: f"{b}\n\n{t}\n\n{e}", text, flags=re.DOTALL
        )
    return text


def marks(name: str) -> Sequence[str]:
    """Return what stands before and behind a table."""
    return f"<!-- {name}: python -m benchmarks.networks_report -->", f"<!-- end of {name} -->"


def main() -> None:
    """Write the page."""
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8"), results.read(NAME)), encoding="utf-8")
    print(PAGE)


if __name__ == "__main__":
    main()
