"""Of pictures that belong together the first stands for all."""

from __future__ import annotations

import numpy as np

from convscope.data.groups import distinct_rows


def test_the_first_of_each_group_in_the_order_of_the_rows() -> None:
    assert distinct_rows(np.array([5, 2, 5, 2, 9, 1]), 6).tolist() == [0, 1, 4, 5]
    assert distinct_rows(None, 3).tolist() == [0, 1, 2]
    assert distinct_rows(np.array([], np.int64), 0).tolist() == []
