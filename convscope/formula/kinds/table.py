"""The kinds as one JSON table: what the page's formula parser checks by, and what docs/formula.md is written from."""

from __future__ import annotations

from typing import Any

from ...errors import said_json
from .. import plan, tracing
from ..parse import MAX_TEXT
from ..zoo import ZOO
from . import KINDS, LAYERS
from .arguments import LARGEST
from .base import Layer
from .usage import argument_rows

TRAITS = (
    "takes",
    "reads",
    "activation",
    "homogeneous",
    "channelwise",
    "filters",
    "learned_per_channel",
    "learned_per_layer",
    "zero_below",
    "active_above",
)


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
        "arguments": argument_rows(kind),
        "relations": [relation.to_json() for relation in kind.relations],
        "traits": {**{trait: getattr(kind, trait) for trait in TRAITS}, "ends": list(_ends(kind))},
    }


def _ends(kind: type[Layer]) -> tuple[float, ...]:
    """Return the ends of an activation at its defaults."""
    return kind().ends if kind.activation else ()
