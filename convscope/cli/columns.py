"""Text in the columns of a terminal, where a Hangul syllable takes two and a combining mark none."""

from __future__ import annotations

import unicodedata


def columns(text: str) -> int:
    """Return how many columns a text takes.

    >>> columns("cat"), columns("강아지"), columns("e\u0301")
    (3, 6, 1)
    """
    return sum(_columns(character) for character in text)


def left(text: str, width: int) -> str:
    """Return a text with spaces after it, so many columns wide.

    >>> left("가", 4) + "|"
    '가  |'
    """
    return text + " " * (width - columns(text))


def right(text: str, width: int) -> str:
    """Return a text with spaces before it, so many columns wide; what is too wide is cut.

    >>> right("가", 4), right("강아지", 5)
    ('  가', ' 강아')
    """
    kept = ""
    for character in text:
        if columns(kept) + _columns(character) > width:
            break
        kept += character
    return " " * (width - columns(kept)) + kept


def _columns(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
