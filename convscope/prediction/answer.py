"""What a model says of one picture: classes and how probable they are, read off a row of probabilities."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

from ..errors import InputError, phrase

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from ..calibration.prediction_sets import SetRule
    from ..errors import Phrase

    Floats = NDArray[np.float32]


class Score(NamedTuple):
    """A class and how probable the model finds it, 0…1."""

    label: str
    probability: float


class Prediction(NamedTuple):
    """What a model says of one picture: the most probable class, and the first few in order. `inverted`: dark and light
    swapped first. `set`: where sets were asked for, the classes among which the true one is, the most probable first.
    `notes`: what was done to the picture, and what makes it hard to read.
    """

    label: str
    probability: float
    top: tuple[Score, ...]
    inverted: bool = False
    set: tuple[str, ...] | None = None
    notes: tuple[Phrase, ...] = ()

    @property
    def note(self) -> str:
        """The notes as one line of English, "" for none."""
        return "; ".join(map(str, self.notes))

    def to_json(self) -> dict[str, object]:
        """Return {label, probability, top: [{label, probability}]}, with "set": [label] where sets were asked for,
        "inverted": true if it was, and "note" if there is one.
        """
        fields: dict[str, object] = {"label": self.label, "probability": self.probability}
        fields["top"] = [{"label": label, "probability": probability} for label, probability in self.top]
        if self.set is not None:
            fields["set"] = list(self.set)
        return fields | ({"inverted": True} if self.inverted else {}) | ({"note": self.note} if self.notes else {})


def predictions(
    probabilities: Floats,
    classes: Sequence[str],
    top: int,
    inverted: Iterable[bool],
    notes: Iterable[tuple[Phrase, ...]],
    rule: SetRule | None = None,
) -> list[Prediction | InputError]:
    """Return what probabilities (N, K) say of N pictures: the `top` classes, of equal ones the first, and their sets by
    `rule`; or an error where one is not a number. `inverted` and `notes` are of the N pictures.
    """
    # In plain Python: for the few classes of a row, numpy's calls cost more than the sorting.
    found: list[Prediction | InputError] = []
    for row, swapped, said in zip(probabilities.tolist(), inverted, notes, strict=True):
        if not all(map(math.isfinite, row)):
            hint = phrase("answer.finite.try")
            found.append(InputError("answer.finite", hint=hint))
            continue
        first = sorted(range(len(row)), key=row.__getitem__, reverse=True)[:top]
        scores = tuple([Score(classes[k], row[k]) for k in first])
        members = None if rule is None else tuple([classes[k] for k in rule.members(row)])
        found.append(Prediction(*scores[0], scores, bool(swapped), members, said))
    return found
