"""The learning-rate schedule: how many steps, how the rate rises and falls over them, and when it is good enough.

>>> Schedule((100,), warmup=0.2, final=0.0).lr_factor(19)
1.0
"""

from __future__ import annotations

from dataclasses import dataclass

from ..runs.records import Figures
from .recipes import Recipe


@dataclass(frozen=True, slots=True)
class Schedule:
    """One or more rounds; in each the learning rate rises over a share `warmup` and falls to `final` of its peak.

    `rounds` are the steps at which they end, in order. With `target`, training ends with the first round after which
    the accuracy on pictures held out is at least that (0…1).
    """

    rounds: tuple[int, ...]
    warmup: float = 0.0
    final: float = 1.0
    target: float | None = None

    @classmethod
    def of(cls, recipe: Recipe, *rounds: int, target: float | None = None) -> Schedule:
        """Return the recipe's schedule with rounds that end at these steps."""
        return cls(rounds, recipe.warmup, recipe.final, target)

    @property
    def steps(self) -> int:
        """All steps that are planned."""
        return self.rounds[-1]

    def lr_factor(self, step: int) -> float:
        """Return what the peak learning rate is multiplied by for `step`, counted from 0."""
        begin, end = self.round_of(step)
        return warmup_and_decay(step - begin, end - begin, self.warmup, self.final)

    def round_of(self, step: int) -> tuple[int, int]:
        """Return the steps at which the round of `step` begins and ends."""
        end = next(end for end in self.rounds if step < end)
        return max((earlier for earlier in self.rounds if earlier <= step), default=0), end

    def ends_round(self, steps_done: int) -> bool:
        """Whether a round is over after so many steps: the learning rate has fallen."""
        return steps_done in self.rounds

    def is_reached(self, validation: Figures | None) -> bool:
        """Whether the accuracy that was asked for is reached."""
        return validation is not None and self.target is not None and validation.accuracy >= self.target


def warmup_and_decay(step: int, steps: int, warmup: float, final: float) -> float:
    """Return the factor (0…1) of the learning rate at `step` (from 0) of `steps`: up, then down, both linearly.

    >>> [warmup_and_decay(step, 10, 0.2, 0.0) for step in (0, 1, 6, 9)]
    [0.5, 1.0, 0.5, 0.125]
    """
    rise = warmup * steps
    up = (step + 1) / rise if rise > 0 else 1.0
    down = final + (1 - final) * (steps - step) / (steps - rise)
    return min(1.0, up, down)
