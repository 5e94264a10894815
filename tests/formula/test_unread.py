"""What no window reads, counted without walking: the same as walking, and at once where walking would never end."""

from __future__ import annotations

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from convscope.formula import describe
from convscope.formula.kinds.arguments import LARGEST
from convscope.formula.tracing import MAX_NUMBERS
from convscope.formula.unread import unread

few = st.integers(1, 40)


@pytest.mark.slow
@settings(max_examples=2000, deadline=None)
@given(few, few, few, st.integers(0, 40), few)
@example(28, 5, 3, 0, 2)  # holes that other windows fill
@example(20, 2, 2, 0, 4)  # steps with a common divisor
@example(20, 9, 7, 20, 5)  # more places of the kernel than steps of the stride
def test_as_many_as_a_walk_over_every_window_leaves(
    size: int, kernel: int, stride: int, pad: int, dilation: int
) -> None:
    windows = (size + 2 * pad - dilation * (kernel - 1) - 1) // stride + 1
    assume(windows > 0)
    read = {stride * a + dilation * t - pad for a in range(windows) for t in range(kernel)}
    assert unread(size, kernel, stride, pad, dilation) == len(set(range(size)) - read)


def test_the_largest_sizes_are_counted_by_hand() -> None:
    n = MAX_NUMBERS
    # Windows of two places 999,999 apart, stride 10⁶: of every 10⁶ places the first and the last are read.
    assert unread(n, 2, LARGEST, 0, LARGEST - 1) == n - 2 * (n // LARGEST)
    # Every even place, read half a million times each.
    assert unread(n, LARGEST // 2, 2, 0, 2) == n // 2
    assert unread(n, LARGEST, 1, LARGEST, 1) == 0


@pytest.mark.parametrize(
    ("formula", "unread_rows"),
    [
        ("conv(1, (500000, 1), pad=(1000000, 0), dilation=(2, 1)) + fc", 0),
        ("conv(1, (1000000, 1), pad=(1000000, 0), dilation=(2, 1)) + fc", 0),
        ("avgpool((1000000, 1), stride=(1000000, 1), pad=(500000, 0)) + fc", 0),
    ],
)
def test_a_formula_cannot_keep_its_reader_waiting(formula: str, unread_rows: int) -> None:
    assert describe(formula, (1, 28, 1)).network.nodes[0].dropped == (unread_rows, 0)
