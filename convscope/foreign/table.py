"""What the page's own reader of ONNX files goes by, so that nothing of it stands twice: bounds, operators, patterns.

The readers of single operators that do more than name a kind are written on both sides (`layers.py`,
`page/js/foreign/layers.js`); `reads` names them, and the same files are read by both in the tests.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache
from typing import Any

from ..formula.kinds import Layer
from ..pictures.resizing import CROP_RULE, RESIZE_RULE
from . import bounds, layers, opening, patterns
from .input_shape import USUAL
from .preprocessing import PHOTOGRAPH, RANGES

PAGE_BYTES = 300_000_000  # of a file that is dropped on a page: it is in the browser's memory several times
PAGE_CONSTANTS = 75_000_000  # numbers of all its weights together
PAGE_NUMBERS = 100_000_000  # of all that is computed of one picture: the page keeps them, 400 MB in float32
PAGE_BOXES = 10**10  # of those in boxes, which plain JavaScript computes
PAGE_COST = 10**11  # multiply-adds for one picture: 26 s at the pace of resnet18, 1.8 billion in 0.47 s (docs/log.md)


@dataclass(frozen=True, slots=True)
class ForeignTable:
    """Bounds by name; what lies in which message, and what is refused of one, by its fields; the fields of numbers;
    ONNX's operators, with the version that each came with, those that draw lots, and those of another domain that are
    read; the operators that a reader takes; those that are one kind, with its arguments; several that are one kind;
    ranges of pictures, and the rules that bring them to size.
    """

    bounds: Mapping[str, int]
    inside: Mapping[str, Mapping[str, str]]
    refused: Mapping[str, str]
    numbers: tuple[int, ...]
    operators: Mapping[str, int]
    by_chance: tuple[str, ...]
    quantised: tuple[str, ...]
    reads: tuple[str, ...]
    plain: Mapping[str, tuple[str, tuple[tuple[str, float], ...]]]
    patterns: tuple[tuple[patterns.Pattern, str], ...]
    ranges: Mapping[str, tuple[float, float]]
    cuts: Mapping[str, str]

    def to_json(self) -> dict[str, Any]:
        """Return the fields as JSON takes them."""
        return {field.name: getattr(self, field.name) for field in fields(self)}


@cache
def table() -> ForeignTable:
    """Return the table that the page is given."""
    return ForeignTable(
        bounds={
            "bytes": PAGE_BYTES,
            "structure": bounds.MOST_STRUCTURE,
            "nodes": bounds.MOST_NODES,
            "fields": bounds.MOST_FIELDS,
            "depth": bounds.MOST_DEPTH,
            "numbers": PAGE_NUMBERS,
            "constants": PAGE_CONSTANTS,
            "cost": PAGE_COST,
            "boxes": PAGE_BOXES,
            "rank": opening.MOST_RANK,
            "inputs": opening.MOST_INPUTS,
            "oldest": opening.OLDEST,
            "newest": _newest(),
            "photograph": PHOTOGRAPH,
            "usual": USUAL,
        },
        inside={name: {str(field): inner for field, inner in row.items()} for name, row in bounds.INSIDE.items()},
        refused={f"{name} {field}": key for (name, field), key in bounds.REFUSED.items()},
        numbers=tuple(sorted(bounds.NUMBERS)),
        operators=_operators(),
        by_chance=tuple(sorted(opening.BY_CHANCE)),
        quantised=tuple(sorted(opening.QUANTISED)),
        reads=tuple(sorted(layers.READ.keys() - layers.PLAIN.keys())),
        plain={name: (kind.name, given) for name, (kind, given) in layers.PLAIN.items()},
        patterns=tuple((pattern, _name(layer)) for pattern, layer in patterns.PATTERNS),
        ranges=RANGES,
        cuts={"middle": CROP_RULE, "whole": RESIZE_RULE},
    )


def _name(layer: Layer) -> str:
    return layer.name


def _newest() -> int:
    import onnx

    return int(onnx.defs.onnx_opset_version())


def _operators() -> dict[str, int]:
    """Return ONNX's own operators, each with the version of the operators that it came with."""
    import onnx

    found: dict[str, int] = {}
    for schema in onnx.defs.get_all_schemas_with_history():
        if schema.domain == "":
            found[schema.name] = min(schema.since_version, found.get(schema.name, schema.since_version))
    return dict(sorted(found.items()))
