"""What no formula is, told by its characters: too long, too deep, too many words, another alphabet.

Python's parser, which answers deep input with RecursionError or MemoryError, does not get to see it.
"""

from __future__ import annotations

from ..errors import FormulaError, phrase
from .plan import MAX_DEPTH, MAX_LAYERS

MAX_TEXT = 10_000  # bytes


def refuse_absurd(text: str) -> None:
    """Raise FormulaError for what `ast` should not see, found in one pass over the characters."""
    size = len(text.encode("utf-8", "surrogatepass"))
    if size > MAX_TEXT:
        raise FormulaError(
            "formula.long",
            text=text[:200],
            column=1,
            got=phrase("value.bytes", n=f"{size:,}"),
            expected=phrase("value.most", n=f"{MAX_TEXT:,}"),
        )
    if not text.strip():
        raise FormulaError("formula.empty", text=" ", column=1, hint="conv(16, 5) + relu + maxpool(2) + fc")
    depth = joints = 0
    for i, c in enumerate(text):
        if c in "([{":
            depth += 1
            if depth > MAX_DEPTH:
                raise FormulaError(
                    "formula.brackets", text=text, column=i + 1, expected=phrase("value.most", n=MAX_DEPTH)
                )
        elif c in ")]}":
            depth -= 1
        elif c in "+*-~×":
            joints += 1
            if joints > 2 * MAX_LAYERS:
                raise FormulaError(
                    "formula.joints", text=text, column=i + 1, expected=phrase("value.most", n=2 * MAX_LAYERS)
                )
        elif not (c.isascii() and (c.isprintable() or c.isspace())) or c in "#\\":
            hint = phrase("formula.character.try")
            raise FormulaError("formula.character", text=text, column=i + 1, got=repr(c), hint=hint)
