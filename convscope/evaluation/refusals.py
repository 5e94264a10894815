"""How many pictures a model calls none of its classes, and how good it is on the others."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from .intervals import Interval, Whole, independent, wilson


@dataclass(frozen=True, slots=True)
class Refusals:
    """Of `n` pictures of the classes, `refused` were called none of them; of the others `right` were called rightly.

    `worth` is how many independent pictures all of them are worth, `answered_worth` those that were answered; None
    where each counts as one.

    >>> r = Refusals(40, 4, 27)
    >>> r.share, r.accuracy
    (0.1, 0.75)
    """

    n: int
    refused: int
    right: int
    worth: float | None = None
    answered_worth: float | None = None

    @property
    def share(self) -> float:
        """The share refused; NaN for no picture."""
        return self.refused / self.n if self.n else math.nan

    @property
    def interval(self) -> Interval:
        """Wilson's 95 % interval of the share refused, over as many pictures as all are worth."""
        return _interval(self.refused, self.n, self.worth)

    @property
    def accuracy(self) -> float:
        """The accuracy on those that were answered; NaN where none was."""
        return self.right / (self.n - self.refused) if self.n > self.refused else math.nan

    @property
    def accuracy_interval(self) -> Interval:
        """Wilson's 95 % interval of that accuracy, over as many pictures as those answered are worth."""
        return _interval(self.right, self.n - self.refused, self.answered_worth)

    def to_json(self) -> dict[str, object]:
        """Return everything as JSON takes it; a figure that is NaN as None."""
        shares = {"share": self.share, "accuracy": self.accuracy}
        return {
            "n": self.n,
            "refused": self.refused,
            **{name: None if math.isnan(value) else value for name, value in shares.items()},
            "interval": list(self.interval),
            "accuracy_interval": list(self.accuracy_interval),
        }


def refusals(
    outsiders: np.ndarray[Any, Any], threshold: float, predicted: Whole, labels: Whole, groups: Whole | None = None
) -> Refusals:
    """Return the figures by how foreign pictures are (N,), and their predicted and true classes (N,).

    Pictures with one number in `groups` (N,) count together in the intervals, as in `figures.score`.
    """
    refused = outsiders > threshold
    right = int((predicted == labels)[~refused].sum())
    worths = (None, None) if groups is None else (independent(groups), independent(groups[~refused]))
    return Refusals(len(labels), int(refused.sum()), right, *worths)


def _interval(count: int, n: int, worth: float | None) -> Interval:
    return wilson(count, n) if worth is None or not n else wilson(count * worth / n, worth)
