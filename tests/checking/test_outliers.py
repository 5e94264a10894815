"""What is far from all others is named, the farthest first; copies of one picture keep it no company."""

from __future__ import annotations

import numpy as np

from convscope.checking.neighbours import neighbours
from convscope.checking.outliers import FEWEST, outliers


def features(n: int) -> np.ndarray:
    """Return n rows of one kind, then two that are alone, the second more so, and a third copied once."""
    rng = np.random.default_rng(0)
    usual = np.array([10, 0, 0, 0, 0, 0]) + rng.uniform(-1, 1, (n, 6))
    alone = [[10, 9, 0, 0, 0, 0], [0, 0, 10, 0, 0, 0], [0, 0, 0, 0, 9, 0], [0, 0, 0, 0, 9, 0.1]]
    return np.concatenate([usual, alone]).astype(np.float32)


def test_the_farthest_first() -> None:
    rows = features(80)
    groups = np.array([*range(82), 82, 82])
    found = outliers(neighbours(rows), groups).tolist()
    assert found[3:] == [80]
    assert set(found) == {80, 81, 82, 83}
    assert outliers(neighbours(rows[:80]), groups[:80]).tolist() == []


def test_of_few_pictures_nothing_is_said() -> None:
    rows = features(FEWEST - 5)
    assert outliers(neighbours(rows), np.arange(len(rows))).tolist() == []


def test_where_all_are_the_same_none_is_alone() -> None:
    rows = np.ones((60, 3), np.float32)
    assert outliers(neighbours(rows), np.arange(60)).tolist() == []
    assert outliers(neighbours(rows), np.zeros(60, np.int64)).tolist() == []
