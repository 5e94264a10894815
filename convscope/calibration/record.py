"""What pictures held out of training say of a network's probabilities, as a model file keeps it."""

from __future__ import annotations

import itertools
import sys
from dataclasses import dataclass, field
from typing import Self

from ..errors import InputError, Phrase, phrase
from ..runs.json_fields import Fields

COLDEST, HOTTEST = 0.05, 20.0  # temperatures
MOST = 10**8  # pictures
KEPT = 1000  # held-out scores: more say no more of a set


@dataclass(frozen=True, slots=True)
class Reliability:
    """How good probabilities are: `nll`, the mean of −ln p(true class) in nats, and `ece`, how far confidence and
    accuracy lie apart (0…1). Raises InputError for other numbers.
    """

    nll: float
    ece: float

    def __post_init__(self) -> None:
        _check("nll", self.nll, 0.0, sys.float_info.max)
        _check("ece", self.ece, 0.0, 1.0)

    def to_json(self) -> dict[str, object]:
        return {"nll": self.nll, "ece": self.ece}

    @classmethod
    def from_json(cls, fields: Fields) -> Self:
        return cls(fields.number("nll"), fields.number("ece"))


@dataclass(frozen=True, slots=True)
class Calibration:
    """probabilities = softmax(logits / temperature), fitted on `n` pictures held out of training.

    `before` and `after` are the figures of those pictures at temperature 1 and at this one. `misses` are the scores of
    prediction sets, 1 − p(true class), ascending; of more than 1,000 every ⌈i·n/1000⌉-th. `temperature`, 0.05…20, is a
    number of 32 bits, so that graph and record say the same. Raises InputError for numbers that no calibration comes
    to.
    """

    temperature: float
    n: int
    before: Reliability
    after: Reliability
    misses: tuple[float, ...] = field(repr=False)  # up to a thousand

    def __post_init__(self) -> None:
        _check("temperature", self.temperature, COLDEST, HOTTEST)
        _check("n", self.n, 1, MOST)
        within = all(0 <= miss <= 1 for miss in self.misses)
        rising = all(a <= b for a, b in itertools.pairwise(self.misses))
        if not (within and rising and len(self.misses) == min(self.n, KEPT)):
            raise InputError("calibration.misses", got=len(self.misses), expected=f"{min(self.n, KEPT)}")

    def to_json(self) -> dict[str, object]:
        """Return the fields as the model file has them."""
        return {
            "temperature": self.temperature,
            "n": self.n,
            "before": self.before.to_json(),
            "after": self.after.to_json(),
            "misses": list(self.misses),
        }

    @classmethod
    def from_json(cls, value: object, where: str) -> Self:
        """Return what `to_json` wrote. Raises InputError."""
        fields = Fields(value, where)
        return cls(
            fields.number("temperature"),
            fields.integer("n"),
            Reliability.from_json(fields.within("before")),
            Reliability.from_json(fields.within("after")),
            fields.numbers("misses"),
        )

    def said(self) -> Phrase:
        """Return the calibration in one line."""
        return phrase(
            "calibration.said",
            t=f"{self.temperature:.3g}",
            n=f"{self.n:,}",
            nll=f"{self.before.nll:.4f}",
            nll_after=f"{self.after.nll:.4f}",
            ece=f"{100 * self.before.ece:.2f}",
            ece_after=f"{100 * self.after.ece:.2f}",
        )


def _check(name: str, value: float, low: float, high: float) -> None:
    if not low <= value <= high:  # nor NaN
        raise InputError("calibration.number", name=name, got=value)
