"""docs/evaluation.md: every example gives what it shows, and its numbers are the code's."""

from __future__ import annotations

import doctest
from pathlib import Path

from convscope.calibration import record, scoring, temperature
from convscope.evaluation import figures, origins

PAGE = Path(__file__).parents[2] / "docs" / "evaluation.md"


def test_every_example_gives_what_it_shows() -> None:
    found = doctest.testfile(str(PAGE), module_relative=False)
    assert (found.failed, found.attempted >= 20) == (0, True)


def test_its_numbers_are_the_codes() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert f"more than {figures.SKEWED} times the pictures" in text
    assert f"into {scoring.BINS} bins" in text
    assert f"fewer than {figures.FEW} pictures" in text
    assert (figures.VERY_SKEWED, "more than ten times the smallest" in text) == (10, True)
    assert f"It is {record.COLDEST} to {record.HOTTEST:g}" in text
    assert f"in data of up to {origins.MOST:,} pictures" in text
    assert f"Fewer than {temperature.LEAST} pictures" in text
