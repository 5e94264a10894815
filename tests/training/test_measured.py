"""The table of measured schedules: in order, of plans and recipes that are there, and chosen from rightly."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path
from statistics import fmean

import pytest

from convscope.formula import resolve, trace
from convscope.training import measured
from convscope.training.measured import MEASURED, OTHERS, Measured, most_accurate_within, quickest_reaching

RESULTS = json.loads((Path(__file__).parents[2] / "benchmarks/results/frontier.json").read_text())


def test_each_line_is_slower_and_better_than_the_one_before() -> None:
    for one, next_one in pairwise(MEASURED):
        assert one.seconds < next_one.seconds
        assert one.accuracy < next_one.accuracy
    assert all(line.accuracy > float(line.name.removesuffix(" %")) / 100 for line in MEASURED)
    names = [line.name for line in MEASURED + OTHERS]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("line", MEASURED + OTHERS, ids=lambda line: line.name)
def test_a_line_says_what_its_plan_and_recipe_are(line: Measured) -> None:
    assert trace(resolve(line.plan), (1, 28, 28), 10).parameters == line.parameters
    assert line.resolved_recipe().epochs == line.epochs
    assert line.resolved_recipe().least_steps == 1
    rows = [row for row in RESULTS["rows"] if row["line"] == line.name]
    for precision, seconds in (("bfloat16", line.seconds), ("float32", line.seconds_float32)):
        found = [row for row in rows if row["precision"] == precision]
        assert bool(found) == (seconds is not None)
        for row in found:
            facts = (row["recipe"], row["plan"], row["epochs"], row["parameters"], row["data"])
            assert facts == (line.recipe, line.plan, line.epochs, line.parameters, line.data)
        if seconds is not None:
            assert fmean(row["seconds"] for row in found) == pytest.approx(seconds, abs=0.0051)
    main = [row for row in rows if row["precision"] == "bfloat16"]
    assert fmean(row["accuracy"] for row in main) == pytest.approx(line.accuracy, abs=5.1e-6)
    assert len({row["seed"] for row in main}) == len(main) == line.seeds


def test_choosing(monkeypatch: pytest.MonkeyPatch) -> None:
    a, b, c = (
        Measured(n, "fast", "fast", 1.0, 1, acc, 5, s)
        for n, acc, s in (("a", 0.9, 1.0), ("b", 0.95, 2.0), ("c", 0.99, 4.0))
    )
    monkeypatch.setattr(measured, "MEASURED", (a, b, c))
    assert [quickest_reaching(x) for x in (0.5, 0.9, 0.91, 0.99, 0.991)] == [a, a, b, c, None]
    assert [most_accurate_within(x) for x in (0.9, 1.0, 3.9, 4.0, 100.0)] == [None, a, b, c, c]
