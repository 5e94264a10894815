"""Which schedules reach which accuracy in how much time: measured, and there to be chosen from.

benchmarks/frontier.py trains every line anew, several seeds each, and its --table is compared with what stands here.

>>> quickest_reaching(0.99).plan, quickest_reaching(0.999)
('fast', None)
"""

from __future__ import annotations

from dataclasses import dataclass

from .recipes import Recipe, named


@dataclass(frozen=True, slots=True)
class Measured:
    """A recipe, plan and number of epochs, and what they came to.

    `accuracy` is the mean over `seeds` trainings on all training pictures, of all test pictures (0…1), of one network
    and without test-time augmentation. `seconds` is CPU time of the training, on one thread of one core, in
    bfloat16, of the machine that docs/benchmarks.md names; `seconds_float32` the same in float32, None where it was not
    measured.
    """

    name: str
    recipe: str
    plan: str
    epochs: float
    parameters: int
    accuracy: float
    seeds: int
    seconds: float
    seconds_float32: float | None = None
    data: str = "mnist"

    def resolved_recipe(self) -> Recipe:
        """Return the recipe at this line's length."""
        return named(self.recipe).changed(epochs=self.epochs)


# MNIST, in order of seconds; each line more accurate than those before. Names say what the mean is safely above.
MEASURED: tuple[Measured, ...] = (
    Measured("99.0 %", "fast", "fast", 0.35, 62_186, 0.99074, 5, 1.60, 1.94),
    Measured("99.3 %", "fast", "fast", 1.5, 62_186, 0.99350, 5, 6.61, 8.42),
    Measured("99.5 %", "fast", "fine", 2.4, 109_178, 0.99540, 5, 17.95, 23.69),
    Measured("99.6 %", "accurate", "small", 7.5, 48_378, 0.99624, 5, 58.10),
    Measured("99.7 %", "accurate", "accurate", 24.0, 282_794, 0.99724, 5, 694.63),
)

# Other plans.
OTHERS: tuple[Measured, ...] = (
    Measured("slides", "plain", "slides", 2.5, 274_570, 0.99487, 3, 53.71),
    Measured("tiny", "accurate", "tiny", 14.0, 9_930, 0.99567, 3, 97.65),
)


def quickest_reaching(accuracy: float) -> Measured | None:
    """Return the quickest line whose mean accuracy (0…1) is at least that; None if no line reaches it."""
    return next((line for line in MEASURED if line.accuracy >= accuracy), None)


def most_accurate_within(seconds: float) -> Measured | None:
    """Return the most accurate line that takes at most so many seconds on the machine measured on; None if none
    does."""
    return next((line for line in reversed(MEASURED) if line.seconds <= seconds), None)
