"""The kinds as one JSON table: what the page's formula parser checks by, and what docs/formula.md is written from."""

from __future__ import annotations

from dataclasses import MISSING, fields
from typing import Any

from ...errors import said_json
from .. import plan, tracing
from ..parse import MAX_TEXT
from ..zoo import ZOO
from . import KINDS, LAYERS
from .arguments import LARGEST, Extent
from .base import Layer

TRAITS = ("takes", "reads", "activation", "homogeneous", "channelwise", "filters", "zero_below", "active_above")


def table() -> dict[str, Any]:
    """Return every kind with its arguments and traits, the named plans and the formula's limits (docs/payload.md)."""
    return {
        "kinds": [kind_json(kind) for kind in KINDS],
        "plans": [{"name": name, "formula": formula, "about": about} for name, (formula, about) in ZOO.items()],
        "limits": {
            "text": MAX_TEXT,
            "layers": plan.MAX_LAYERS,
            "depth": plan.MAX_DEPTH,
            "argument": LARGEST,
            "parameters": tracing.MAX_PARAMETERS,
            "numbers": tracing.MAX_NUMBERS,
        },
    }


def kind_json(kind: type[Layer]) -> dict[str, Any]:
    """Return one kind: `written` says whether a formula may call it by its name."""
    return {
        "name": kind.name,
        "written": kind.name in LAYERS,
        "example": said_json(kind.example or kind.name),
        "arguments": _arguments(kind),
        "relations": [relation.to_json() for relation in kind.relations],
        "traits": {**{trait: getattr(kind, trait) for trait in TRAITS}, "ends": list(_ends(kind))},
    }


def _ends(kind: type[Layer]) -> tuple[float, ...]:
    """Return the ends of an activation at its defaults."""
    return kind().ends if kind.activation else ()


def usage(kind: type[Layer]) -> tuple[str, list[str]]:
    """Return how a kind is called with what it needs, and its options with their defaults.

    >>> usage(Conv)[0]
    'conv(channels, kernel)'
    """
    needed, options = [], []
    for argument in _arguments(kind):
        name, default, follows = argument["name"], argument.get("default"), argument.get("follows")
        if argument["required"]:
            needed.append(name)
            continue
        words = "".join(f' or "{word}"' for word in argument.get("words", ()))
        shown = follows or ("one for each class" if default is None else default)
        options.append(f"{name}={shown}{words}")
    return kind.name + (f"({', '.join(needed)})" if needed else ""), options


def _arguments(kind: type[Layer]) -> list[dict[str, Any]]:
    made = []
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
        made.append(json)
    return made
