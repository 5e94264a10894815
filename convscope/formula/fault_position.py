"""Where a text stops being a formula: one place for every version of Python, whose own columns differ.

Loaded only when a text has been refused. It knows more than formulas, as far as that makes a better message: commas,
minus signs and names with a dot pass here and are named by the reader (parse.py). The lab's page reads formulas as
this module does (page/js/formula/), which is how both put the caret in one place.
"""

from __future__ import annotations

import keyword
import re

LARGEST_NUMBER = 10**15

_DIGITS = r"[0-9](?:_?[0-9])*"
_TOKEN = re.compile(
    rf"""\s*(?:
    (?P<string>[rRuU]?(?:"[^"]*"|'[^']*'))
  | (?P<name>[A-Za-z_][A-Za-z0-9_]*)
  | (?P<number>(?:0[xX](?:_?[0-9a-fA-F])+ | 0[oO](?:_?[0-7])+ | 0[bB](?:_?[01])+
      | (?:{_DIGITS}\.(?:{_DIGITS})?|\.{_DIGITS})(?:[eE][+-]?{_DIGITS})? | {_DIGITS}[eE][+-]?{_DIGITS}
      | 0(?:_?0)* | [1-9](?:_?[0-9])*)(?![A-Za-z0-9_.]))
  | (?P<mark>\*\*|[-+*~()\[\],.=])
  | (?P<other>\S))""",
    re.X,
)
_ATOMS = {"True", "False", "None"}


class Fault(Exception):
    """What is wrong, and the index of the character where it shows; `opening` is a bracket that nothing closes."""

    def __init__(self, index: int, opening: str = "", number: str = "") -> None:
        super().__init__(index)
        self.index, self.opening, self.number = index, opening, number


def find(source: str) -> Fault | None:
    """Return the first fault of `source` (ASCII, every space a plain one), or None where it is built like a formula."""
    try:
        _Checker(source).text()
    except Fault as fault:
        return fault
    return None


class _Checker:
    """Walks over the tokens by the grammar below; `kind` and `word` are the token that comes next."""

    def __init__(self, source: str) -> None:
        self.source, self.end, self.open = source, 0, list[int]()
        self.advance()

    def advance(self) -> None:
        match = _TOKEN.match(self.source, self.end)
        if match is None:
            self.kind, self.word, self.start = "end", "", len(self.source.rstrip())
            return
        self.kind = str(match.lastgroup)
        self.word, self.start, self.end = match[self.kind], match.start(self.kind), match.end()

    def fail(self) -> Fault:
        if self.kind == "end" and self.open:
            return Fault(self.open[-1], opening=self.source[self.open[-1]])
        return Fault(self.start)

    def take(self, word: str) -> bool:
        if self.kind != "mark" or self.word != word:
            return False
        self.advance()
        return True

    def text(self) -> None:  # sequence, then nothing
        self.sequence()
        if self.kind != "end":
            raise self.fail()

    def sequence(self) -> None:  # sum (, sum)* ,?
        self.sum()
        while self.take(",") and self.word not in (")", "]") and self.kind != "end":
            self.sum()

    def sum(self) -> None:  # term ((+ | - | *) term)*, a term with one sign at most
        while True:
            _ = self.take("-") or self.take("+") or self.take("~")
            self.term()
            if not (self.take("+") or self.take("-") or self.take("*")):
                return

    def term(self) -> None:  # atom ((arguments) | .name)*
        self.atom()
        while True:
            if self.word == "(" and self.kind == "mark":
                self.group(self.arguments, ")")
            elif self.take("."):
                if self.kind != "name" or keyword.iskeyword(self.word):
                    raise self.fail()
                self.advance()
            else:
                return

    def atom(self) -> None:  # name | number | string+ | (sequence?) | [sequence?]
        if self.kind == "mark" and self.word in "([":
            self.group(self.sequence, ")" if self.word == "(" else "]")
        elif self.kind == "string":
            while self.kind == "string":
                self.advance()
        elif self.kind == "number":
            if _too_large(self.word):
                raise Fault(self.start, number=self.word)
            self.advance()
        elif self.kind == "name" and (not keyword.iskeyword(self.word) or self.word in _ATOMS):
            self.advance()
        else:
            raise self.fail()

    def group(self, inside: object, closing: str) -> None:
        self.open.append(self.start)
        self.advance()
        if not (self.kind == "mark" and self.word == closing):
            assert callable(inside)
            inside()
        if self.kind == "mark" and self.word == closing:
            self.open.pop()
            self.advance()
            return
        raise self.fail()

    def arguments(self) -> None:  # (name =)? sum, with commas between; what has no name comes first
        named = False
        while True:
            start, name = self.start, self.kind == "name" and not keyword.iskeyword(self.word)
            self.sum()
            if (
                name
                and self.kind == "mark"
                and self.word == "="
                and self.source[start : self.start].strip().isidentifier()
            ):
                named = True
                self.advance()
                self.sum()
            elif named:
                raise Fault(start)
            if not self.take(",") or (self.kind == "mark" and self.word == ")") or self.kind == "end":
                return


def _too_large(number: str) -> bool:
    text = number.replace("_", "").lower()
    if text[:2] in ("0x", "0o", "0b"):
        return len(text) > 60 or int(text, 0) > LARGEST_NUMBER
    return text.isdigit() and len(text.lstrip("0")) > 15 and (len(text) > 40 or int(text) > LARGEST_NUMBER)
