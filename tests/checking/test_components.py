"""Connected components, against a search from row to row."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convscope.checking.components import Components

PAIRS = st.lists(st.tuples(st.integers(0, 19), st.integers(0, 19)), max_size=30)


def reached(n: int, pairs: list[tuple[int, int]]) -> list[int]:
    """The least row that can be reached from each."""
    least = list(range(n))
    for _ in range(n):
        for a, b in pairs:
            least[a] = least[b] = min(least[a], least[b])
    return least


@settings(max_examples=50)
@given(PAIRS, PAIRS)
@pytest.mark.medium
def test_labels_are_the_first_row_that_can_be_reached(some: list[tuple[int, int]], more: list[tuple[int, int]]) -> None:
    components = Components(20)
    for pairs in (some, more):
        one, other = (np.array([pair[k] for pair in pairs], dtype=np.int64) for k in (0, 1))
        components.join(one, other)
    assert components.labels.tolist() == reached(20, some + more)


def test_a_long_chain_is_one_component() -> None:
    components = Components(50_000)
    components.join(np.arange(49_999)[::-1], np.arange(1, 50_000)[::-1])
    assert not components.labels.any()


def test_equal_values_belong_together_and_a_copy_goes_its_own_way() -> None:
    components = Components(6)
    components.join_equal([7, 3, 7, 4, 3, 9])
    other = components.copy()
    other.join(np.array([0]), np.array([5]))
    assert components.labels.tolist() == [0, 1, 0, 3, 1, 5]
    assert other.labels.tolist() == [0, 1, 0, 3, 1, 0]
