"""The kinds as one JSON table: what the page's formula parser checks by, and what docs/formula.md is written from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ...errors import Said, said_json
from .. import plan, torch_names, tracing
from ..text_bounds import MAX_TEXT
from ..zoo import ZOO
from . import KINDS, LAYERS
from .arguments import LARGEST, Relation
from .base import Layer
from .pooling import MAX_AVERAGED
from .usage import ArgumentRow, argument_rows

TRAITS = (
    "takes",
    "reads",
    "activation",
    "homogeneous",
    "channelwise",
    "filters",
    "learned_per_channel",
    "learned_per_layer",
    "learned_per_unit",
    "zero_below",
    "active_above",
)


Trait = str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class KindRow:
    """One kind: `written` says whether a formula may call it by its name, `ends` where an activation levels off."""

    name: str
    written: bool
    example: Said
    arguments: tuple[ArgumentRow, ...]
    relations: tuple[Relation, ...]
    traits: Mapping[str, Trait]
    ends: tuple[float, ...]

    def to_json(self) -> dict[str, object]:
        return {
            "name": self.name,
            "written": self.written,
            "example": said_json(self.example),
            "arguments": [row.to_json() for row in self.arguments],
            "relations": [relation.to_json() for relation in self.relations],
            "traits": {**self.traits, "ends": list(self.ends)},
        }


@dataclass(frozen=True, slots=True)
class PlanRow:
    """One plan that has a name."""

    name: str
    formula: str
    about: str

    def to_json(self) -> dict[str, object]:
        return {"name": self.name, "formula": self.formula, "about": self.about}


@dataclass(frozen=True, slots=True)
class Table:
    """Every kind with its arguments and traits, the named plans, the formula's limits and what to write instead of
    torch's words (docs/payload.md).
    """

    kinds: tuple[KindRow, ...]
    plans: tuple[PlanRow, ...]
    limits: Mapping[str, int]
    torch: Mapping[str, Said]

    def to_json(self) -> dict[str, object]:
        return {
            "kinds": [row.to_json() for row in self.kinds],
            "plans": [row.to_json() for row in self.plans],
            "limits": dict(self.limits),
            "torch": {word: said_json(hint) for word, hint in self.torch.items()},
        }


def table() -> Table:
    """Return the table that the page is given."""
    return Table(
        kinds=tuple(map(kind_row, KINDS)),
        plans=tuple(PlanRow(name, formula, about) for name, (formula, about) in ZOO.items()),
        limits={
            "text": MAX_TEXT,
            "layers": plan.MAX_LAYERS,
            "depth": plan.MAX_DEPTH,
            "argument": LARGEST,
            "parameters": tracing.MAX_PARAMETERS,
            "numbers": tracing.MAX_NUMBERS,
            "picture": tracing.MAX_PICTURE,
            "field": tracing.MAX_FIELD,
            "averaged": MAX_AVERAGED,
            "ratio": plan.MAX_RATIO,
        },
        torch=torch_names.hints(),
    )


def kind_row(kind: type[Layer]) -> KindRow:
    """Return a kind's row."""
    return KindRow(
        name=kind.name,
        written=kind.name in LAYERS,
        example=kind.example or kind.name,
        arguments=argument_rows(kind),
        relations=tuple(kind.relations),
        traits={trait: getattr(kind, trait) for trait in TRAITS},
        ends=_ends(kind),
    )


def _ends(kind: type[Layer]) -> tuple[float, ...]:
    """Return the ends of an activation at its defaults."""
    return kind().ends if kind.activation else ()
