"""Named parts: what stands before a plan and between semicolons, `name(numbers) = layers;`.

    c(n) = conv(n, 3, pad="same", bias=False) + bn + relu;
    c(32)*2 + maxpool(2) + c(64) + fc

The page reads them as this module does (page/js/formula/named_parts.js).
"""

from __future__ import annotations

import ast
import keyword
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from ..errors import FormulaError, phrase

EXAMPLE = "c(n) = conv(n, 3) + relu; c(16) + c(32) + fc"

_NAME = "[A-Za-z_][A-Za-z0-9_]*"
_WORD = re.compile(_NAME)
_HEAD = re.compile(rf" *(?P<name>{_NAME})(?: *\( *(?P<parameters>{_NAME}(?: *, *{_NAME})*) *\))? *=")


@dataclass(frozen=True, slots=True)
class Statement:
    """A part's name and parameters, or "" and none for the plan; its layers stand from `start` up to `end`."""

    name: str
    parameters: tuple[str, ...]
    start: int
    end: int

    def body(self, source: str) -> str:
        """Return its layers behind as many spaces as there are characters before them."""
        return " " * self.start + source[self.start : self.end]


@dataclass(frozen=True, slots=True)
class Part:
    """A part that plans may call: `place` counts definitions from 0, and it sees those before its own."""

    place: int
    head: Statement
    tree: ast.expr

    @property
    def call(self) -> str:
        """How it is called, by its parameters' names."""
        return f"{self.head.name}({', '.join(self.head.parameters)})" if self.head.parameters else self.head.name


def statements(text: str, source: str, words: Collection[str]) -> Iterator[Statement]:
    """Yield the definitions in the order they are written, and the plan as the last. `words` are the names of layers
    and groups.

    Raises FormulaError where a definition has no head, a name is taken, or nothing follows.
    """
    taken, start = set(words), 0
    ends = [i for i, c in enumerate(source) if c == ";"]
    for end in [*ends, len(source)]:
        name, parameters, body = "", tuple[str, ...](), start
        if end < len(source):
            name, parameters, body = _head(text, source, start, end, taken)
            taken.add(name)
        if not source[body:end].strip():
            raise FormulaError("formula.syntax", text=source, column=body + 1, hint=phrase("formula.syntax.try"))
        yield Statement(name, parameters, body, end)
        start = end + 1


def _head(text: str, source: str, start: int, end: int, taken: set[str]) -> tuple[str, tuple[str, ...], int]:
    match = _HEAD.match(source, start, end)
    if match is None:
        piece = source[start:end]
        column = start + len(piece) - len(piece.lstrip()) + 1
        raise FormulaError("part.head", text=text, column=column, hint=EXAMPLE)
    words = [*_WORD.finditer(source, start, match.end())]
    seen = set[str]()
    for word in words:
        if keyword.iskeyword(word[0]):
            raise FormulaError("part.head", text=text, column=word.start() + 1, hint=EXAMPLE)
        if word is words[0] and word[0] in taken:
            raise FormulaError("part.taken", text=text, column=word.start() + 1, name=word[0])
        if word is not words[0] and word[0] in seen:
            raise FormulaError("layer.option.twice", text=text, column=word.start() + 1, option=word[0])
        if word is not words[0]:
            seen.add(word[0])
    return words[0][0], tuple(word[0] for word in words[1:]), match.end()
