"""What a model says of one picture: classes and how probable they are, read off a row of probabilities."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

from ..errors import LINE, InputError, phrase, printable

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
    """What a model says of one picture: the most probable class, and the first few in order. `label` is None for a
    picture that is none of the classes; `nearest` is the most probable one always. `outsider` is how foreign the
    picture is, where the model can tell: above its threshold it is none of them. `inverted`: dark and light swapped
    first. `set`: where sets were asked for, the classes among which the true one is, the most probable first.
    `notes`: what was done to the picture, and what makes it hard to read.
    """

    label: str | None
    probability: float
    top: tuple[Score, ...]
    inverted: bool = False
    set: tuple[str, ...] | None = None
    notes: tuple[Phrase, ...] = ()
    outsider: float | None = None

    @property
    def nearest(self) -> str:
        """The most probable class, whether the picture is of one or not."""
        return self.top[0].label

    @property
    def note(self) -> str:
        """The notes as one line of English, "" for none."""
        return "; ".join(map(str, self.notes))

    def to_json(self) -> dict[str, object]:
        """Return {label, probability, top: [{label, probability}]}, with "set": [label] where sets were asked for,
        "inverted": true if it was, and "note" if there is one; of a model that can tell outsiders "nearest" and
        "outsider".
        """
        fields: dict[str, object] = {"label": self.label, "probability": self.probability}
        if self.outsider is not None:
            fields |= {"nearest": self.nearest, "outsider": self.outsider}
        fields["top"] = [{"label": label, "probability": probability} for label, probability in self.top]
        if self.set is not None:
            fields["set"] = list(self.set)
        return fields | ({"inverted": True} if self.inverted else {}) | ({"note": self.note} if self.notes else {})


class Row(NamedTuple):
    """What is said of one picture, as `predict --json` and `serve` write it: its path, "" for none, and its prediction
    or why there is none.
    """

    path: str
    result: Prediction | InputError

    @property
    def reason(self) -> str:
        """Why there is no prediction, as one line without the path; "" where there is one."""
        return printable(self.result.brief(), LINE) if isinstance(self.result, InputError) else ""

    def to_json(self) -> dict[str, object]:
        """Return the fields of the prediction, or {"error": …}, after {"path": …} where there is one."""
        path: dict[str, object] = {"path": self.path} if self.path else {}
        return path | ({"error": self.reason} if isinstance(self.result, InputError) else self.result.to_json())


def predictions(
    probabilities: Floats,
    classes: Sequence[str],
    top: int,
    inverted: Iterable[bool],
    notes: Iterable[tuple[Phrase, ...]],
    rule: SetRule | None = None,
    outsiders: Iterable[float] | None = None,
    threshold: float = math.inf,
) -> list[Prediction | InputError]:
    """Return what probabilities (N, K) say of N pictures: the `top` classes, of equal ones the first, and their sets by
    `rule`; or an error where one is not a number. `inverted` and `notes` are of the N pictures, and so are `outsiders`,
    how foreign they are: those above `threshold` get no label.
    """
    # In plain Python: for the few classes of a row, numpy's calls cost more than the sorting.
    found: list[Prediction | InputError] = []
    foreign = [None] * len(probabilities) if outsiders is None else [float(score) for score in outsiders]
    for row, swapped, said, score in zip(probabilities.tolist(), inverted, notes, foreign, strict=True):
        if not all(map(math.isfinite, row if score is None else [*row, score])):
            hint = phrase("answer.finite.try")
            found.append(InputError("answer.finite", hint=hint))
            continue
        first = sorted(range(len(row)), key=row.__getitem__, reverse=True)[:top]
        scores = tuple([Score(classes[k], row[k]) for k in first])
        members = None if rule is None else tuple([classes[k] for k in rule.members(row)])
        label = scores[0].label if score is None or score <= threshold else None
        found.append(Prediction(label, scores[0].probability, scores, bool(swapped), members, said, score))
    return found
