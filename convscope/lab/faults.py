"""What went wrong, as JSON: the house's error in its parts, without a path of this machine."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from ..errors import ConvscopeError, FormulaError

Json = dict[str, Any]
_PATH = re.compile(r"(?<![\w.])(?:~|[A-Za-z]:)?[/\\](?:[^\s/\\:'\"]+[/\\])+([^\s/\\:'\"]*)")


def to_json(error: ConvscopeError, *folders: Path) -> Json:
    """Return the error's parts; of a formula's also the text and the caret's column, from 1. `folders` as in
    `without_paths`.
    """
    got = None if error.got is None else str(error.got)[:400]
    fault: Json = {"what": error.what, "where": error.where, "got": got, "expected": error.expected, "hint": error.hint}
    if isinstance(error, FormulaError):
        return {**fault, "text": error.text, "column": error.column}
    return {name: without_paths(value, *folders) if isinstance(value, str) else value for name, value in fault.items()}


def without_paths(text: str, *folders: Path) -> str:
    """Return text in which of every path of several folders the last name is left, and below `folders` what is below.

    Where a name has a space in it, only the folders given, this process's and its user's home are known for sure.

    >>> without_paths("/home/me/cats/a.png: cannot be read")
    'a.png: cannot be read'
    """
    known = {*folders, Path.cwd(), Path.home()} - {Path("/")}
    for folder in sorted(known, key=lambda one: len(str(one)), reverse=True):
        own = re.escape(str(folder))
        text = re.sub(rf"(?<![\w.]){own}/", "", text)
        text = re.sub(rf"(?<![\w.]){own}(?![\w.-])", folder.name.replace("\\", r"\\"), text)
    return _PATH.sub(r"\1", text)


def last_words(text: str, *folders: Path) -> str:
    """Return what a process said last: its error of at most three lines, or that it was a bug."""
    lines = [line for line in text.splitlines() if line.strip()]
    if any(line.startswith("Traceback") for line in lines):
        return f"a mistake of convscope's own: {without_paths(lines[-1], *folders)[:300]}"
    return "\n".join(without_paths(line, *folders)[:300] for line in lines[-3:])
