"""Errors as JSON: their parts, without paths of this machine."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeAlias

from ..errors import ConvscopeError, EnvironmentFault, MissingError

Fault: TypeAlias = Mapping[str, object]  # an error by its key and words, as is written here
_PATH = re.compile(r"(?<![\w.])(?:~|[A-Za-z]:)?[/\\](?:[^\s/\\:'\"]+[/\\])+([^\s/\\:'\"]*)")


def status(error: ConvscopeError) -> int:
    """Return the HTTP status of an error: 404 for what is not there, 503 for what the machine lacks, else 400."""
    return 404 if isinstance(error, MissingError) else 503 if isinstance(error, EnvironmentFault) else 400


def to_json(error: ConvscopeError, *folders: Path) -> Fault:
    """Return the error's parts; of a formula's also the text and the caret's column, from 1. `folders` as in
    `without_paths`.
    """
    return _json_without_paths(error.to_json(), *folders)


def _json_without_paths(fault: Fault, *folders: Path) -> Fault:
    """Return the parts of an error without paths; a formula's are left as they are, for it holds none."""
    return fault if "column" in fault else {name: _without(value, folders) for name, value in fault.items()}


def _without(value: Any, folders: tuple[Path, ...]) -> Any:
    if isinstance(value, dict):
        return {name: _without(part, folders) for name, part in value.items()}
    return without_paths(value, *folders) if isinstance(value, str) else value


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


def last_fault(text: str, *folders: Path) -> Fault | None:
    """Return the error that a command with --json wrote on its last line of output, without paths; None without one."""
    lines = text.strip().splitlines()
    try:
        fault = json.loads(lines[-1])["error"]
        return _json_without_paths(ConvscopeError.from_json(fault).to_json(), *folders)
    except (IndexError, KeyError, TypeError, ValueError, AttributeError, RecursionError):
        return None
