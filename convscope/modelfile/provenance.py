"""How a model came to be, as far as its file's facts say it the way that convscope writes them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Self, TypeVar

from ..errors import InputError
from ..runs.json_fields import Fields
from ..runs.records import Figures

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class TrainedOn:
    """The data set of a training: its name where it has one, what identifies its pictures, how many were held out, and
    which (runs/packed_rows.py).
    """

    set: str | None
    fingerprint: str
    validation: int
    held_out: str | None = None

    @classmethod
    def from_json(cls, fields: Fields) -> Self:
        """Raises InputError for a field that is missing or of another type."""
        return cls(
            fields.if_there(fields.text, "set"),
            fields.text("fingerprint"),
            fields.if_there(fields.integer, "validation") or 0,
            fields.if_there(fields.text, "held_out"),
        )


@dataclass(frozen=True, slots=True)
class Provenance:
    """What a model was trained on, for how many seconds, and what it came to, and the name of the weights that ship
    with convscope which it began with. None is what the file does not say.
    """

    data: TrainedOn | None = None
    seconds: float | None = None
    test: Figures | None = None
    pretrained: str | None = None

    @classmethod
    def from_json(cls, facts: object) -> Self:
        """Return what is known. Facts of other writers hold anything: a part of another form is left out alone."""
        return cls(
            data=_read(TrainedOn.from_json, _part(facts, "training", "data")),
            seconds=_read(lambda time: time.number("seconds"), _part(facts, "training", "time")),
            test=_read(Figures.from_json, _part(facts, "test")),
            pretrained=_read(lambda weights: weights.text("name"), _part(facts, "pretrained")),
        )


def _part(value: object, *names: str) -> Fields | None:
    """Return an object within a JSON value; None where there is none."""
    for name in names:
        value = value.get(name) if isinstance(value, dict) else None
    return Fields(value, names[-1]) if isinstance(value, dict) else None


def _read(read: Callable[[Fields], T], fields: Fields | None) -> T | None:
    try:
        return None if fields is None else read(fields)
    except InputError:
        return None
