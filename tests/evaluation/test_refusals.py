"""How many are refused, and how good the others are: counted by hand."""

from __future__ import annotations

import numpy as np

from convscope.evaluation.refusals import Refusals, refusals


def test_by_hand() -> None:
    """Five pictures: the second and the last are refused, of the others two are right."""
    found = refusals(np.array([0.5, 1.5, 1.0, -3.0, 9.0]), 1.0, np.array([0, 0, 1, 1, 0]), np.array([0, 0, 1, 0, 1]))
    assert found == Refusals(5, 2, 2)
    assert (found.share, round(found.accuracy, 4)) == (0.4, 0.6667)
    low, high = found.interval
    assert low < 0.4 < high


def test_nothing_to_count() -> None:
    json = Refusals(0, 0, 0).to_json()
    assert (json["share"], json["accuracy"]) == (None, None)
    assert Refusals(3, 3, 0).to_json()["accuracy"] is None


def test_copies_count_once_in_the_intervals() -> None:
    """Ten copies of each of four pictures, of which one is refused and two are right: as four pictures."""
    outsiders, predicted = np.repeat([0.0, 2.0, 0.5, 0.1], 10), np.repeat([0, 0, 1, 1], 10)
    found = refusals(outsiders, 1.0, predicted, np.repeat([0, 0, 1, 0], 10), np.repeat(np.arange(4), 10))
    once = Refusals(4, 1, 2)
    assert (found.share, found.accuracy) == (once.share, once.accuracy)
    np.testing.assert_allclose(found.interval, once.interval)
    np.testing.assert_allclose(found.accuracy_interval, once.accuracy_interval)
    assert refusals(outsiders, -1.0, predicted, predicted, np.zeros(40, int)).accuracy_interval == (0.0, 1.0)
