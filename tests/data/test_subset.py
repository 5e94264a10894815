"""Pictures by row number: what an array of copies would give, and no copy of what was not asked for."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from convscope.data import Split
from convscope.data.subset import Subset
from convscope.pictures.inversion import inversion_rule, which_need_inversion
from convscope.training.input_scaling import input_spec


@given(st.lists(st.integers(0, 11), min_size=1, max_size=30), st.integers(0, 2**32 - 1))
@pytest.mark.medium
def test_a_subset_gives_what_copies_would(rows: list[int], seed: int) -> None:
    rng = np.random.default_rng(seed)
    split = Split(rng.integers(0, 256, (12, 1, 9, 7), dtype=np.uint8), rng.integers(0, 3, 12))
    subset, copies = Subset(split, np.array(rows)), split.take(np.array(rows))
    assert (len(subset), subset.images.shape) == (len(rows), copies.images.shape)
    np.testing.assert_array_equal(subset.labels, copies.labels)
    for which in (slice(1, 5), slice(0, None, 2), np.arange(len(rows))[::-1], 0, -1):
        np.testing.assert_array_equal(subset.images[which], copies.images[which])
    np.testing.assert_array_equal(which_need_inversion(subset.images), which_need_inversion(copies.images))
    assert inversion_rule(subset.images) == inversion_rule(copies.images)
    assert input_spec(subset.images, "data") == input_spec(copies.images, "data")


def test_the_whole_split_is_all_its_rows_and_shares_its_memory() -> None:
    split = Split(np.zeros((5, 1, 4, 4), np.uint8), np.arange(5))
    whole = Subset.whole(split)
    assert whole.rows.tolist() == [0, 1, 2, 3, 4]
    assert whole.images.images is split.images
