"""How a kind is called: its arguments in order, what they must be, and their defaults."""

from __future__ import annotations

from dataclasses import MISSING, fields
from typing import Any

from ...errors import said_json
from .arguments import Extent
from .base import Layer


def usage(kind: type[Layer]) -> tuple[str, list[str]]:
    """Return how a kind is called with what it needs, and its options with their defaults.

    >>> usage(Conv)[0]
    'conv(channels, kernel)'
    """
    needed, options = [], []
    for argument in argument_rows(kind):
        name, default, follows = argument["name"], argument.get("default"), argument.get("follows")
        if argument["required"]:
            needed.append(name)
            continue
        words = "".join(f' or "{word}"' for word in argument.get("words", ()))
        shown = follows or ("one for each class" if default is None else default)
        options.append(f"{name}={shown}{words}")
    return kind.name + (f"({', '.join(needed)})" if needed else ""), options


def argument_rows(kind: type[Layer]) -> list[dict[str, Any]]:
    """Return a kind's arguments in their order, as the page's table has them (docs/payload.md)."""
    kinds = []
    for field in fields(kind):
        argument, required = kind.arguments[field.name], field.default is MISSING
        json: dict[str, Any] = {
            "name": field.name,
            **argument.to_json(),
            "hint": said_json(argument.hint),
            "required": required,
        }
        if not required and not (isinstance(argument, Extent) and argument.follows):
            json["default"] = field.default
        kinds.append(json)
    return kinds
