"""How much quicker one model file is than another, here and now: turn by turn, so that other work slows both."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from ..pictures.preprocessing import Pixels
    from ..prediction import Predictor

TURNS, SECONDS = 9, 0.1  # turns; what one of the first file lasts at least


@dataclass(frozen=True, slots=True)
class Speed:
    """Pictures a second of the second file to those of the first: the median of the turns, the lowest, the highest."""

    ratio: float
    lowest: float
    highest: float

    def to_json(self) -> dict[str, float]:
        return {"ratio": self.ratio, "lowest": self.lowest, "highest": self.highest}


NOT_MEASURED = Speed(float("nan"), float("nan"), float("nan"))


def compared(first: Predictor, second: Predictor, pictures: Pixels) -> Speed:
    """Return how many times as many of `pictures` the second file computes in a time."""
    first.run(pictures[:1]), second.run(pictures[:1])  # what is done once
    times = max(1, round(SECONDS / max(1e-6, _seconds(lambda: first.run(pictures)))))
    many = np.concatenate([pictures] * min(times, 64))
    ratios = [_seconds(lambda: first.run(many)) / _seconds(lambda: second.run(many)) for _ in range(TURNS)]
    return Speed(median(ratios), min(ratios), max(ratios))


def _seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start
