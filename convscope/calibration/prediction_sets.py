"""Prediction sets: the classes among which the true one is found as often as asked. Split conformal prediction with
the score 1 − p(true class) (Sadinle, Lei & Wasserman 2019; Angelopoulos & Bates 2023, section 1.1).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from ..errors import InputError, Phrase, UsageError, phrase
from .conformal import conformal_rank
from .record import Calibration

ROUNDING = 1e-6  # by how much two runtimes' probabilities may differ, and what the file rounds


@dataclass(frozen=True, slots=True)
class SetRule:
    """Which classes are in a set: those of probability `least` or more, and always the most probable one.

    The true class is in the set of `level` of all pictures or more, on average over draws of the `n` held-out ones. For
    these n the share is in `coverage`, with 95 % probability; higher where the most probable class alone is right more
    often than that.
    """

    level: float
    n: int
    least: float
    coverage: tuple[float, float]

    def said(self) -> Phrase:
        """Return the rule and what it rests on in one line."""
        low, high = self.coverage
        return phrase(
            "sets.said",
            level=f"{100 * self.level:g}",
            least=f"{100 * max(0.0, self.least):.3g}",
            n=f"{self.n:,}",
            low=f"{100 * low:.3g}",
            high=f"{100 * high:.3g}",
        )

    def members(self, probabilities: Sequence[float]) -> list[int]:
        """Return the classes of one picture's set, the most probable first; of equal ones the first.

        >>> SetRule(0.9, 43, 0.2, (0.81, 0.97)).members([0.1, 0.3, 0.6])
        [2, 1]
        """
        order = sorted(range(len(probabilities)), key=probabilities.__getitem__, reverse=True)
        return [k for i, k in enumerate(order) if i == 0 or probabilities[k] >= self.least]


def set_rule(calibration: Calibration | None, level: float) -> SetRule:
    """Return the rule for sets that hold the true class for `level` (above 0, below 1) of all pictures.

    The threshold is the ⌈(n+1)·level⌉-th smallest miss; of more than 1,000 the next one kept. Raises UsageError for
    another level, InputError for a model without held-out pictures or with too few of them.
    """
    if not 0 < level < 1:
        raise UsageError("sets.level", got=level, expected=phrase("sets.level.expected"))
    if calibration is None:
        raise InputError("sets.none", hint=phrase("sets.none.try"))
    n, kept = calibration.n, len(calibration.misses)
    rank = conformal_rank(n, level)
    if rank > n:
        raise InputError("sets.few", got=f"{n}", expected=phrase("value.least", n=f"{pictures_needed(level):,}"))
    at = -(-rank * kept // n) - 1
    rank = -(-(at + 1) * n // kept)
    least = 1 - calibration.misses[at] - ROUNDING
    return SetRule(
        level, n, least, (beta_quantile(0.025, rank, n + 1 - rank), beta_quantile(0.975, rank, n + 1 - rank))
    )


def pictures_needed(level: float) -> int:
    """Return how many held-out pictures sets of that level need: the least n with ⌈(n+1)·level⌉ ≤ n.

    >>> [pictures_needed(level) for level in (0.5, 0.9, 0.95, 0.99)]
    [1, 9, 19, 99]
    """
    return math.ceil(level / (1 - level) - 1e-9)


def beta_quantile(q: float, a: int, b: int) -> float:
    """Return the q-quantile of the distribution Beta(a, b), by halving, to 12 decimals.

    Beta(r, n + 1 − r) is how the share of all pictures below the r-th smallest of n is distributed.

    >>> round(beta_quantile(0.5, 1, 1), 6), round(beta_quantile(0.36, 2, 1), 6)  # x and x² are their functions
    (0.5, 0.6)
    """
    low, high = 0.0, 1.0
    for _ in range(40):
        middle = (low + high) / 2
        low, high = (middle, high) if beta_below(middle, a, b) < q else (low, middle)
    return (low + high) / 2


def beta_below(x: float, a: int, b: int) -> float:
    """Return the chance that Beta(a, b) is below x within 0…1: the regularised incomplete beta function, by its
    continued fraction (DLMF 8.17.22), which takes about √max(a, b) terms.
    """
    if x > (a + 1) / (a + b + 2):
        return 1 - beta_below(1 - x, b, a)
    log_front = a * math.log(x) + b * math.log1p(-x) + math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b)
    fraction, c, d = 1.0, 1.0, 0.0  # Lentz's method
    for i in range(1, 100_000):
        m = i // 2
        above = -(a + m) * (a + b + m) * x if i % 2 else m * (b - m) * x
        term = above / ((a + i - 1) * (a + i))
        d = 1 / (1 + term * d)
        c = 1 + term / c
        fraction *= c * d
        if abs(c * d - 1) < 1e-14:
            break
    return math.exp(log_front) / a / fraction
