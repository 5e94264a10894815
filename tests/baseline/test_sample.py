"""Samples: how many of each class, spread how."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convscope.baseline.sample import balanced_rows, copies, even_rows


@given(st.integers(1, 300), st.integers(1, 300))
def test_even_rows_run_from_end_to_end_without_a_repeat(count: int, most: int) -> None:
    rows = even_rows(count, most)
    assert len(rows) == min(count, most)
    assert (np.diff(rows) > 0).all()
    assert 0 == rows[0] <= rows[-1] < count
    if 1 < most < count:
        assert rows[-1] == count - 1
        assert np.diff(rows).max() - np.diff(rows).min() <= 1


@settings(max_examples=50)
@given(st.lists(st.integers(0, 40), min_size=1, max_size=6).filter(any), st.integers(1, 200), st.randoms())
@pytest.mark.medium
def test_every_class_gives_equally_many_or_all_that_it_has(counts: list[int], most: int, random: object) -> None:
    labels = np.repeat(np.arange(len(counts)), counts)
    random.shuffle(labels)  # type: ignore[attr-defined]
    rows = balanced_rows(labels, most)
    taken = np.bincount(labels[rows], minlength=len(counts))
    assert (np.diff(rows) > 0).all()
    if most < np.count_nonzero(counts):
        assert taken.max() == 1
        assert len(rows) == most
        return
    share = taken.max()
    assert taken.tolist() == [min(count, share) for count in counts]
    assert taken.sum() <= most
    if taken.sum() < sum(counts):  # one more of each would be too many
        assert most < sum(min(count, share + 1) for count in counts)


def test_a_small_class_is_taken_whole_and_leaves_room_to_others() -> None:
    labels = np.repeat([0, 1, 2], [500, 20, 5])
    assert np.bincount(labels[balanced_rows(labels, 100)]).tolist() == [75, 20, 5]
    assert np.bincount(labels[balanced_rows(labels, 3)]).tolist() == [1, 1, 1]
    assert np.bincount(labels[balanced_rows(labels, 2)]).tolist() == [1, 0, 1]


def test_equal_pictures_are_in_one_group_and_no_others() -> None:
    x = np.random.default_rng(0).integers(0, 2, (40, 1, 2, 2), dtype=np.uint8)
    groups = copies(x)
    assert ((groups[:, None] == groups) == (x[:, None] == x).all((2, 3, 4))).all()
