"""Copies that pixels do not show: cropped, mirrored, turned a little. A pretrained network's features hardly change.

Nor do they between pictures that it has no words for, such as letters. So a pair must stand out, as in near_copies.py:
pictures that merely look alike to the network come in crowds, copies do not. And only within a class: a mirrored b is
a d, and a picture under two classes that features alone hold for one is a question about its label, not a conflict.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .components import Components
from .neighbours import Neighbours, Rows

FAR = 0.2  # 1 − cosine up to which two pictures can be copies (docs/log.md)
WIDE = 2.0  # times a pair's distance: how far its surroundings reach
SURE = 0.02  # and no less than from here
GROWTH = 2  # times as many may be there as within the pair's distance,
FAMILY = 4  # or so many: copies of one picture that are unlike each other
CROWD = 12  # and never more


def join_by_features(near: Neighbours, classes: Rows, joined: Components) -> None:
    """Put rows together that are copies of each other, given their neighbours and classes (n,)."""
    n, most = near.at.shape
    one, other, far = np.repeat(np.arange(n), most), near.at.ravel(), near.far.ravel()
    possible = (far <= FAR) & (classes[one] == classes[other])
    one, other, far = one[possible], other[possible], far[possible]
    alone = stands_alone(near, one, far) & stands_alone(near, other, far)
    joined.join(one[alone], other[alone])


def stands_alone(near: Neighbours, rows: Rows, far: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Return whether few are as near to `rows` (p,) as WIDE times the distances `far` (p,), beside those within it."""
    reach = np.maximum(far, SURE)[:, None]
    within, wide = ((near.far[rows] <= times * reach).sum(1) for times in (1.0, WIDE))
    alone: NDArray[np.bool_] = wide <= np.minimum(CROWD, np.maximum(FAMILY, GROWTH * within))
    return alone
