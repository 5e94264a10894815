"""Pairs that stand out by their features are copies; those in crowds, or of two classes, are none."""

from __future__ import annotations

import numpy as np
import pytest

from convscope.checking.components import Components
from convscope.checking.feature_copies import CROWD, join_by_features, stands_alone
from convscope.checking.neighbours import Neighbours, neighbours


def directions(*apart: float, crowd: int = 0, spread: float = 0.0) -> np.ndarray:
    """Return for each distance two rows that far apart (1 − cosine), all else at right angles; and a crowd of rows."""
    rng = np.random.default_rng(0)
    width = 2 * len(apart) + 1 + crowd
    rows = []
    for k, far in enumerate(apart):
        for angle in (0.0, np.arccos(1 - far)):
            row = np.zeros(width)
            row[2 * k : 2 * k + 2] = np.cos(angle), np.sin(angle)
            rows.append(row)
    for k in range(crowd):  # any two are about `spread` apart
        row = np.zeros(width)
        row[2 * len(apart)] = 1
        row[2 * len(apart) + 1 + k] = np.sqrt(spread / (1 - spread)) * rng.uniform(0.97, 1.03)
        rows.append(row)
    return np.array(rows, np.float32)


def joined(features: np.ndarray, classes: list[int] | None = None) -> list[int]:
    components = Components(len(features))
    labels = np.zeros(len(features), np.int64) if classes is None else np.array(classes)
    join_by_features(neighbours(features), labels, components)
    return components.labels.tolist()


def test_up_to_a_distance_and_within_a_class() -> None:
    features = directions(0.01, 0.19, 0.21)
    assert joined(features) == [0, 0, 2, 2, 4, 5]
    assert joined(features, [0, 1, 0, 0, 0, 0]) == [0, 1, 2, 2, 4, 5]


@pytest.mark.parametrize(("crowd", "together"), [(CROWD + 2, False), (4, True)])
def test_a_crowd_is_none(crowd: int, together: bool) -> None:
    features = directions(0.1, crowd=crowd, spread=0.1)
    labels = joined(features)
    assert labels[:2] == [0, 0]
    assert (len(set(labels[2:])) == 1) == together
    assert together or len(set(labels[2:])) == crowd


def test_a_pair_stands_alone_where_few_more_are_near() -> None:
    far = np.array([[0.05, 0.09, 0.11, 0.12, 0.13, 0.4]], np.float32)
    near = Neighbours(np.zeros((1, 6), np.int64), far)
    rows = np.zeros(1, np.int64)
    found = [bool(stands_alone(near, rows, np.array([d], np.float32))[0]) for d in (0.05, 0.061, 0.066, 0.09, 0.13)]
    # Within d and 2d: 1 and 2; 1 and 4, a family; 1 and 5; 2 and 5; 5 and 5.
    assert found == [True, True, False, False, True]
