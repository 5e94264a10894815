"""Split conformal prediction's bound: the rank among held-out pictures below which so large a share of new ones lies
(Angelopoulos & Bates 2023, section 1.1).
"""

from __future__ import annotations

import math


def conformal_rank(n: int, level: float) -> int:
    """Return ⌈(n+1)·level⌉. The share of new scores that are no larger than the one of this rank among n held-out ones,
    the smallest first, is `level` or more, on average over draws. A rank above n says that n are too few.

    >>> conformal_rank(9, 0.9), conformal_rank(19, 0.9), conformal_rank(3, 0.9)  # 0.9 · 10 is 9, whatever the last bit
    (9, 18, 4)
    """
    return math.ceil((n + 1) * level - 1e-9)
