"""A table as HTML, in the colours of the text around it."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

RULE = "1px solid rgba(128, 128, 128, 0.5)"  # seen on white and on black


def table_html(rows: Sequence[Sequence[str]], right: set[int], head: bool = True, foot: bool = False) -> str:
    """Return the rows as a table that scrolls sideways where it is too wide, numbers (`right`) to the right; the first
    row is the `head`, the last a `foot` with a rule above.
    """
    lines = []
    for number, row in enumerate(rows):
        top = number == 0 and head
        tag = "th" if top else "td"
        line = f"border-bottom: {RULE}; " if top else f"border-top: {RULE}; " if foot and row is rows[-1] else ""
        cells = [
            f'<{tag} style="{line}text-align: {"right" if i in right else "left"}; padding: 0.15em 0.6em; '
            f'white-space: nowrap; background: none">{escape(cell)}</{tag}>'
            for i, cell in enumerate(row)
        ]
        lines.append(f'<tr style="background: none">{"".join(cells)}</tr>')
    body = "".join(lines)
    return (
        f'<div style="overflow-x: auto"><table style="border-collapse: collapse; margin: 0.3em 0">{body}</table></div>'
    )


def line_html(text: str) -> str:
    """Return one paragraph of plain text."""
    return f'<div style="margin: 0.3em 0">{escape(text)}</div>'


def code_html(text: str) -> str:
    """Return a formula, which breaks where it is too long for a line."""
    return f'<code style="background: none; color: inherit; overflow-wrap: anywhere">{escape(text)}</code>'
