"""The learning rate of every step, by hand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from convscope.runs.records import Figures
from convscope.training.schedule import Schedule, warmup_and_decay


def test_it_rises_and_falls_linearly() -> None:
    factors = [warmup_and_decay(step, 8, warmup=0.25, final=0.25) for step in range(8)]
    assert factors == [0.5, 1.0, 1.0, 0.875, 0.75, 0.625, 0.5, 0.375]
    assert [warmup_and_decay(step, 3, warmup=0.0, final=1.0) for step in range(3)] == [1.0] * 3


@given(st.integers(1, 5000), st.floats(0, 0.99), st.floats(0, 1))
def test_every_factor_is_above_0_and_at_most_1(steps: int, warmup: float, final: float) -> None:
    factors = [warmup_and_decay(step, steps, warmup, final) for step in range(0, steps, max(1, steps // 50))]
    assert all(0 < factor <= 1 for factor in factors)


def test_every_round_rises_and_falls_anew() -> None:
    schedule = Schedule((3, 9), warmup=0.0, final=0.0)
    assert [schedule.round_of(step) for step in (0, 2, 3, 8)] == [(0, 3), (0, 3), (3, 9), (3, 9)]
    assert [schedule.lr_factor(step) for step in (0, 3, 6)] == [1.0, 1.0, 0.5]
    assert schedule.lr_factor(2) == pytest.approx(1 / 3)
    assert [step for step in range(12) if schedule.ends_round(step)] == [3, 9]
    assert schedule.steps == 9


def test_it_is_over_once_the_accuracy_is_reached() -> None:
    asked = Schedule((4,), target=0.9)
    assert [asked.is_reached(f) for f in (None, Figures(0.89, 0.1), Figures(0.9, 0.1))] == [False, False, True]
    assert not Schedule((4,)).is_reached(Figures(1.0, 0.0))
