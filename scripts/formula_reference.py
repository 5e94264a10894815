"""Write the table of layers in docs/formula.md from the classes of the kinds: `python -m scripts.formula_reference`."""

from __future__ import annotations

import inspect
from pathlib import Path

from convscope.formula import Branches, Skip
from convscope.formula.kinds import LAYERS
from convscope.formula.kinds.usage import usage

PAGE = Path(__file__).parent.parent / "docs" / "formula.md"
BEGIN, END = "<!-- layers: written by make formula-reference -->", "<!-- end of layers -->"


def layers() -> str:
    """Return the table: how a layer is called, what it does, and its options with their defaults."""
    rows = ["| layer | what it does | options |", "|---|---|---|"]
    for kind in LAYERS.values():
        called, options = usage(kind)
        rows.append(_row(called, inspect.getdoc(kind) or "", ", ".join(f"`{option}`" for option in options)))
    rows.append(_row("skip(…)", inspect.getdoc(Skip) or "", ""))
    rows.append(_row("concat(…, …)", inspect.getdoc(Branches) or "", ""))
    return "\n".join(rows)


def _row(called: str, about: str, options: str) -> str:
    return f"| `{called}` | {' '.join(about.split())} | {options} |"


def page(text: str) -> str:
    """Return the page with the table in its place."""
    before, rest = text.split(BEGIN)
    return f"{before}{BEGIN}\n\n{layers()}\n\n{END}{rest.split(END)[1]}"


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
