"""How good a network is on labelled pictures: accuracy, loss, calibration, confusion and figures for each class."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from ..calibration import Reliability
from ..calibration.scoring import calibration_error, cross_entropy
from ..errors import EnvironmentFault, InputError, Phrase, phrase
from ..machine.memory import fitting
from .intervals import Floats, Interval, Whole, independent, mean_interval, wilson
from .refusals import Refusals

Right = np.ndarray[Any, np.dtype[np.bool_]]

SKEWED = 1.5  # largest class to smallest, from which the accuracy alone misleads
VERY_SKEWED = 10.0
FEW = 20  # pictures of a class, below which its figures are a guess
NAMED = 10  # classes in a sentence
SHOWN = 200  # classes whose confusion matrix a page and a snapshot hold: 40,000 cells
CELL = 16  # bytes of a cell while it is counted
SPLITS = {
    "train": phrase("measured.train"),
    "validation": phrase("measured.validation"),
    "test": phrase("measured.test"),
    "all": phrase("measured.all"),
}


@dataclass(frozen=True, slots=True)
class Measured:
    """What was measured: the data's name or path, which of its pictures, and how many."""

    data: str
    split: str  # "train", "validation", "test" or "all"
    n: int

    def to_json(self) -> dict[str, object]:
        return {"data": self.data, "split": self.split, "n": self.n}

    def said(self) -> Phrase:
        """Return the line that every table of figures begins with."""
        return phrase("measured", split=SPLITS[self.split], data=self.data, n=f"{self.n:,}")


@dataclass(frozen=True)
class Evaluation:
    """Figures over `n` pictures. `confusion` (K, K) counts pictures by true class (row) and predicted class (column).

    `loss` is the mean cross-entropy in nats (natural logarithm, S17), `accuracy` and `ece`, the expected calibration
    error, are fractions; all are NaN for n = 0. `right` (n,) says which pictures were called what they are. Every
    interval is a 95 % one. `independent` (K, 2) is how many independent pictures each class's true ones, and those
    called so, are worth; where pictures come in groups, that is fewer than there are. `without_leaks`: the same figures
    without the pictures that training has seen. Of `inverted` pictures dark and light were swapped first.
    `before_changes`: the same figures by the labels that the folder gives, where a list of changes gives some of these
    pictures others. Of a model that can tell outsiders `refusals` says how many it calls none of its classes. Of a
    calibrated model `uncalibrated` says what loss and error would be without its `temperature`.
    """

    n: int
    accuracy: float
    loss: float
    ece: float
    confusion: Whole
    classes: tuple[str, ...]
    worth: float
    independent: Floats = field(repr=False)
    right: Right = field(repr=False)
    measured: Measured | None = None
    inverted: int = 0
    refusals: Refusals | None = None
    temperature: float = 1.0
    uncalibrated: Reliability | None = None
    without_leaks: Evaluation | None = None
    before_changes: Evaluation | None = None
    notes: tuple[Phrase, ...] = ()

    @property
    def interval(self) -> Interval:
        """The interval of the accuracy: Wilson's, over as many pictures as `worth`."""
        return wilson(self.accuracy * self.worth if self.n else 0.0, self.worth)

    @property
    def balanced_accuracy(self) -> float:
        """The mean of the recalls of the classes that have pictures; NaN for none."""
        recall = self.recall[~np.isnan(self.recall)]
        return float(recall.mean()) if len(recall) else math.nan

    @property
    def balanced_interval(self) -> Interval:
        """The interval of the balanced accuracy, the mean of the recalls (`mean_interval`)."""
        there = ~np.isnan(self.recall)
        return mean_interval(self.recall[there], self.independent[there, 0])

    @property
    def precision(self) -> Floats:
        """Per class, the share of pictures called so that are so; NaN where none was called so."""
        return _ratio(np.diag(self.confusion), self.confusion.sum(0))

    @property
    def recall(self) -> Floats:
        """Per class, the share of its pictures that were found; NaN where it has none."""
        return _ratio(np.diag(self.confusion), self.confusion.sum(1))

    @property
    def f1(self) -> Floats:
        """Per class, the harmonic mean of precision and recall; NaN where it neither occurs nor is predicted."""
        return _ratio(2 * np.diag(self.confusion), self.confusion.sum(0) + self.confusion.sum(1))

    @property
    def recall_intervals(self) -> Floats:
        """Wilson's interval of each class's recall, (K, 2); 0 to 1 where it has no pictures."""
        return _intervals(self.recall, self.independent[:, 0])

    @property
    def precision_intervals(self) -> Floats:
        """Wilson's interval of each class's precision, (K, 2); 0 to 1 where none was called so."""
        return _intervals(self.precision, self.independent[:, 1])

    @property
    def never_predicted(self) -> tuple[str, ...]:
        """The classes that have pictures, of which none was called so, nor any other picture."""
        never = (self.confusion.sum(0) == 0) & (self.confusion.sum(1) > 0)
        return tuple(name for name, so in zip(self.classes, never, strict=True) if so)

    @property
    def skew(self) -> float:
        """How many times the largest class is as large as the smallest that has pictures; 1 for none."""
        counts = self.confusion.sum(1)
        counts = counts[counts > 0]
        return float(counts.max() / counts.min()) if len(counts) else 1.0

    @property
    def warnings(self) -> tuple[Phrase, ...]:
        """What a reader of these figures has to know: classes never predicted, classes of few pictures, a great skew.

        A class without any picture is not among the few.
        """
        said = []
        if never := self.never_predicted:
            said.append(phrase("note.never", classes=listed(never)))
        counts = self.confusion.sum(1)
        few = [f"{name} ({n})" for name, n in zip(self.classes, counts.tolist(), strict=True) if 0 < n < FEW]
        if few:
            said.append(phrase("note.few", least=FEW, classes=listed(few)))
        if self.skew > VERY_SKEWED:
            said.append(phrase("note.skew", times=f"{self.skew:.1f}"))
        return tuple(said)

    def to_json(self) -> dict[str, Any]:
        """Return everything as JSON takes it; a figure that is NaN as None."""
        rows = zip(
            self.classes,
            self.confusion.sum(1).tolist(),
            *(column.tolist() for column in (self.precision, self.precision_intervals)),
            *(column.tolist() for column in (self.recall, self.recall_intervals, self.f1)),
            strict=True,
        )
        per_class = [
            {
                "name": name,
                "n": n,
                "precision": _or_none(precision),
                "precision_interval": about_precision,
                "recall": _or_none(recall),
                "recall_interval": about_recall,
                "f1": _or_none(f1),
            }
            for name, n, precision, about_precision, recall, about_recall, f1 in rows
        ]
        return {
            "measured": self.measured and self.measured.to_json(),
            "n": self.n,
            "inverted": self.inverted,
            "independent": self.worth,
            "accuracy": _or_none(self.accuracy),
            "interval": list(self.interval),
            "balanced_accuracy": _or_none(self.balanced_accuracy),
            "balanced_interval": list(self.balanced_interval),
            "loss": _or_none(self.loss),
            "ece": _or_none(self.ece),
            "refusals": self.refusals and self.refusals.to_json(),
            "temperature": self.temperature,
            "uncalibrated": self.uncalibrated and self.uncalibrated.to_json(),
            "never_predicted": list(self.never_predicted),
            "confusion": self.confusion.tolist(),
            "classes": list(self.classes),
            "per_class": per_class,
            "without_leaks": self.without_leaks and self.without_leaks.to_json(),
            "before_changes": self.before_changes and self.before_changes.to_json(),
            "notes": [str(note) for note in (*self.notes, *self.warnings)],
        }


def check_classes(classes: int) -> None:
    """Raise EnvironmentFault where a confusion matrix of so many classes does not fit into memory."""
    try:
        fitting(CELL * classes**2, 1)
    except EnvironmentFault as error:
        raise EnvironmentFault("evaluation.memory", n=f"{classes:,}", got=error.got, expected=error.expected) from error


def score(
    logits: np.ndarray[Any, Any],
    labels: Whole,
    classes: Sequence[str],
    groups: Whole | None = None,
    leaked: np.ndarray[Any, np.dtype[np.bool_]] | None = None,
) -> Evaluation:
    """Return the figures for scores (N, K) and true classes (N,) in 0…K−1.

    Pictures with one number in `groups` (N,) are copies of each other, or of one origin: intervals count what they are
    worth together (`intervals.independent`). Where rows of `leaked` (N,) are true, training has seen those pictures,
    and the figures are given without them too.

    >>> e = score(np.array([[2.0, 0.0], [0.0, 2.0], [2.0, 0.0]]), np.array([0, 1, 1]), ("cat", "dog"))
    >>> round(e.accuracy, 4), e.confusion.tolist()
    (0.6667, [[1, 0], [1, 1]])
    """
    n, k = logits.shape
    if k != len(classes) or labels.shape != (n,) or (n and not 0 <= labels.min() <= labels.max() < k):
        raise InputError("evaluation.fit", got=f"{logits.shape}, {labels.shape}, {len(classes)}")
    check_classes(k)
    predicted = logits.argmax(1)
    confusion = np.bincount(labels * k + predicted, minlength=k * k).reshape(k, k)
    if groups is None:
        worth, apart = float(n), np.stack([confusion.sum(1), confusion.sum(0)], axis=1).astype(np.float64)
    else:
        worth = independent(groups)
        apart = np.array([[independent(groups[side == c]) for side in (labels, predicted)] for c in range(k)])
    accuracy, loss, ece = math.nan, math.nan, math.nan
    if n:
        accuracy = float((predicted == labels).mean())
        loss, ece = cross_entropy(logits, labels), calibration_error(logits, labels)
    found = Evaluation(n, accuracy, loss, ece, confusion, tuple(classes), worth, apart, predicted == labels)
    if leaked is None or not leaked.any():
        return found
    rest = ~leaked
    clean = score(logits[rest], labels[rest], classes, None if groups is None else groups[rest])
    return replace(found, without_leaks=clean)


def listed(names: Sequence[str]) -> str:
    """Return names for a sentence, the first ten of them.

    >>> listed(["cat", "dog"])
    'cat, dog'
    """
    return ", ".join(names[:NAMED]) + f", … ({len(names):,})" * (len(names) > NAMED)


def _ratio(above: Whole, below: Whole) -> Floats:
    ratio: Floats = np.full(len(above), np.nan)
    np.divide(above, below, out=ratio, where=below > 0)
    return ratio


def _intervals(shares: Floats, worth: Floats) -> Floats:
    pairs = zip(np.nan_to_num(shares).tolist(), worth.tolist(), strict=True)
    return np.array([wilson(share * n, n) for share, n in pairs]).reshape(-1, 2)


def _or_none(figure: float) -> float | None:
    return None if math.isnan(figure) else float(figure)
