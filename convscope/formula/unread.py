"""How many places of a row no window reads: counted, not walked over.

The windows of a row read the places stride·a + dilation·t − pad, a counting its windows and t the kernel's places. With
both steps divided by their greatest common divisor these are the sums of two progressions whose steps share no factor,
so each has one pair (a, t) with 0 ≤ t < stride; for every such t the a's lie side by side. Counting them below an end
is a sum of ⌊(m·i + b)/n⌋, which Euclid's algorithm gives in as many turns as the numbers have digits.
"""

from __future__ import annotations

import math


def unread(size: int, kernel: int, stride: int, pad: int, dilation: int, pad_end: int | None = None) -> int:
    """Return how many of `size` places the windows that fit on them read nothing of. All are whole numbers.

    `pad` places are added before the first and `pad_end` after the last, as many as before where it is None.

    >>> unread(28, kernel=3, stride=2, pad=0, dilation=1)  # 13 windows read places 0 to 26
    1
    """
    windows = (size + pad + (pad if pad_end is None else pad_end) - dilation * (kernel - 1) - 1) // stride + 1
    progressions = (stride, windows, dilation, kernel)
    return size - (_sums_below(pad + size, *progressions) - _sums_below(pad, *progressions))


def _sums_below(end: int, stride: int, windows: int, dilation: int, kernel: int) -> int:
    """Return how many numbers below `end` are stride·a + dilation·t with 0 ≤ a < windows and 0 ≤ t < kernel."""
    common = math.gcd(stride, dilation)
    s, d, end = stride // common, dilation // common, -(-end // common)
    if kernel > s and windows < d:  # the other way round, so that the a's of one t leave no gap
        s, windows, d, kernel = d, kernel, s, windows
    turns, rest = divmod(kernel, s)
    below = _terms_below(end, s, windows + turns * d, d, rest)
    if turns:
        below += _terms_below(end - d * rest, s, windows + (turns - 1) * d, d, s - rest)
    return below


def _terms_below(end: int, s: int, most: int, d: int, n: int) -> int:
    """Return the sum over t < n of how many of s·0, s·1 … s·(most − 1) lie below end − d·t."""
    all_below = min(max(-((s * (most - 1) - end) // d), 0), n)
    some_below = min(max(-(-end // d), all_below), n)
    last = end - d * (some_below - 1)
    return all_below * most + _floor_sum(some_below - all_below, d, last + s - 1, s)


def _floor_sum(n: int, m: int, b: int, by: int) -> int:
    """Return Σ ⌊(m·i + b) / by⌋ over 0 ≤ i < n, for b ≥ 0."""
    total = 0
    while n > 0:
        total += (m // by) * (n * (n - 1) // 2) + (b // by) * n
        top = (m % by) * n + b % by
        n, b, m, by = top // by, top % by, by, m % by
    return total
