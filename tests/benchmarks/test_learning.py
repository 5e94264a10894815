"""Figures of a training in a page, from messages made by hand."""

from __future__ import annotations

from benchmarks.learning import pictures_shown, rates


def test_pictures_are_counted_by_the_steps_that_were_said() -> None:
    said = [{"say": "ready"}, *[{"say": "steps", "lines": [{"count": 100}, {"count": 40}]}] * 3, {"say": "end"}]
    assert pictures_shown(said) == 420


def test_rates_are_by_the_clock_and_by_the_processors_time() -> None:
    found = rates(600, 3.0, 1.5)
    assert found == {"pictures_per_second": 200, "pictures_per_cpu_second": 400, "seconds": 3.0, "cpu_seconds": 1.5}
