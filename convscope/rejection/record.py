"""What a model file keeps of its rejection: the bound, what it rests on, and the parts of the score."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

from ..errors import InputError, Phrase, phrase
from ..runs.json_fields import Fields

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np

MOST = 10**8  # pictures
PARTS = ("picture", "features", "background")  # in the order in which the graph computes them; the last is optional


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the score: (distance − `middle`) / `spread`, 0 for the middle one of the held-out pictures and less,
    1 at its bound.

    Both are numbers of 32 bits, so that graph and record say the same. Raises InputError for others that no fit comes
    to.
    """

    name: str
    middle: float
    spread: float

    def __post_init__(self) -> None:
        if self.name not in PARTS:
            raise InputError("rejection.part", got=self.name, expected=", ".join(PARTS))
        if not (math.isfinite(self.middle) and 0 < self.spread < math.inf):
            raise InputError("rejection.number", name=self.name, got=f"{self.middle}, {self.spread}")

    def to_json(self) -> dict[str, object]:
        return {"name": self.name, "middle": self.middle, "spread": self.spread}

    @classmethod
    def from_json(cls, fields: Fields) -> Self:
        return cls(fields.text("name"), fields.number("middle"), fields.number("spread"))


@dataclass(frozen=True, slots=True)
class Rejection:
    """A picture whose score, the root of the sum of the parts' squares, is above `threshold` is none of the classes.

    The threshold lies where `level` or more of all pictures of the classes would be below, on average over draws of
    the `n` held-out ones; `refused` is the share (0…1) of the held-out ones that are above it.
    Raises InputError for what no fit comes to.
    """

    threshold: float
    level: float
    n: int
    refused: float
    parts: tuple[Part, ...]

    def __post_init__(self) -> None:
        shares = 0 < self.level < 1 and 0 <= self.refused <= 1
        if not (math.isfinite(self.threshold) and shares and 1 <= self.n <= MOST):
            raise InputError("rejection.number", name="threshold", got=self.threshold)
        names = [part.name for part in self.parts]
        if names not in (list(PARTS[:2]), list(PARTS)):
            raise InputError("rejection.part", got=", ".join(names), expected=", ".join(PARTS))

    def to_json(self) -> dict[str, object]:
        """Return the fields as the model file has them."""
        return {
            "threshold": self.threshold,
            "level": self.level,
            "n": self.n,
            "refused": self.refused,
            "parts": [part.to_json() for part in self.parts],
        }

    @classmethod
    def from_json(cls, value: object, where: str) -> Self:
        """Return what `to_json` wrote. Raises InputError."""
        fields = Fields(value, where)
        return cls(
            fields.number("threshold"),
            fields.number("level"),
            fields.integer("n"),
            fields.number("refused"),
            tuple(Part.from_json(Fields(part, f"{where}.parts")) for part in fields.items("parts")),
        )

    def said(self) -> Phrase:
        """Return the rule and what it rests on in one line."""
        return phrase(
            "rejection.said",
            threshold=f"{self.threshold:.3g}",
            level=f"{100 * self.level:g}",
            n=f"{self.n:,}",
            refused=f"{100 * self.refused:.2g}",
        )


@dataclass(frozen=True, eq=False, slots=True)
class Fitted:
    """A rejection with the learned tensors of its graph, float32 by name."""

    rejection: Rejection
    tensors: Mapping[str, np.ndarray[Any, np.dtype[np.float32]]]
