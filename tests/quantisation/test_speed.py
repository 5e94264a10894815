"""How much quicker: turn by turn, the ratio of the seconds."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
import pytest

from convscope.quantisation import speed


class Clocked:
    """A file that takes so many seconds for a picture, on a clock of its own."""

    now = 0.0

    def __init__(self, seconds: float) -> None:
        self.seconds, self.calls = seconds, 0

    def run(self, pictures: np.ndarray) -> None:
        self.calls += 1
        Clocked.now += self.seconds * len(pictures)


def test_the_ratio_is_how_many_times_as_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "perf_counter", lambda: Clocked.now)
    first: Any = Clocked(0.02)
    second: Any = Clocked(0.005)
    found = speed.compared(first, second, np.zeros((4, 1, 2, 2), np.uint8))
    assert found.ratio == pytest.approx(4)
    assert found.lowest == pytest.approx(4)
    assert found.highest == pytest.approx(4)
    assert first.calls == speed.TURNS + 2  # once before, once to see how long it takes
    assert found.to_json() == pytest.approx({"ratio": 4, "lowest": 4, "highest": 4})
