"""The table of measured schedules: in order, of plans and recipes that are there, and chosen from rightly."""

from __future__ import annotations

from itertools import pairwise

import pytest

from convscope.formula import resolve, trace
from convscope.training import measured
from convscope.training.measured import FRONTIER, OTHERS, Measured, reaching, within


def test_each_line_is_slower_and_better_than_the_one_before() -> None:
    for one, next_one in pairwise(FRONTIER):
        assert one.seconds < next_one.seconds
        assert one.accuracy < next_one.accuracy
    assert all(line.accuracy > float(line.name.removesuffix(" %")) / 100 for line in FRONTIER)
    names = [line.name for line in FRONTIER + OTHERS]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("line", FRONTIER + OTHERS, ids=lambda line: line.name)
def test_a_line_says_what_its_plan_and_recipe_are(line: Measured) -> None:
    assert trace(resolve(line.plan), (1, 28, 28), 10).parameters == line.parameters
    assert line.settled().epochs == line.epochs
    assert line.settled().least_steps == 1
    assert 0.9 < line.accuracy < 1
    assert line.seeds >= 1


def test_choosing(monkeypatch: pytest.MonkeyPatch) -> None:
    a, b, c = (
        Measured(n, "fast", "fast", 1.0, 1, acc, 5, s)
        for n, acc, s in (("a", 0.9, 1.0), ("b", 0.95, 2.0), ("c", 0.99, 4.0))
    )
    monkeypatch.setattr(measured, "FRONTIER", (a, b, c))
    assert [reaching(x) for x in (0.5, 0.9, 0.91, 0.99, 0.991)] == [a, a, b, c, None]
    assert [within(x) for x in (0.9, 1.0, 3.9, 4.0, 100.0)] == [None, a, b, c, c]
