"""The minimum of a smooth convex function: L-BFGS (Liu & Nocedal 1989) in numpy, the same bits each time."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any

import numpy as np

Floats = np.ndarray[Any, np.dtype[np.float64]]

MEMORY = 20  # pairs of steps and changes of slope that stand for the curvature
MOST = 2000  # steps
ENOUGH = 1e-4  # of the fall that the slope promises, a step must bring (Armijo);
FLATTER = 0.9  # and the slope along it must have become flatter by this (Wolfe)
TRIES = 30  # lengths of one step


def minimise(function: Callable[[Floats], tuple[float, Floats]], start: Floats, tolerance: float) -> Floats:
    """Return where `function`, which gives its value and slope (n,) at a point (n,), has its minimum.

    It ends where no component of the slope is larger than `tolerance`, or where rounding allows no further fall.
    """
    point = start.copy()
    value, slope = function(point)
    pairs: deque[tuple[Floats, Floats]] = deque(maxlen=MEMORY)
    for _ in range(MOST):
        if np.abs(slope).max(initial=0.0) <= tolerance:
            break
        direction = -_by_curvature(slope, pairs)
        if not pairs:
            direction /= max(1.0, float(np.sqrt(direction @ direction)))
        found = _line_search(function, point, value, slope, direction)
        if found is None:
            if not pairs:
                break
            pairs.clear()  # the remembered curvature is of no use here: along the slope itself
            continue
        step, value, new_slope = found
        change = new_slope - slope
        if float(change @ step) > 0:
            pairs.append((step, change))
        point, slope = point + step, new_slope
    return point


def _by_curvature(slope: Floats, pairs: deque[tuple[Floats, Floats]]) -> Floats:
    """Return the slope divided by the curvature that the pairs know of: the two loops of L-BFGS."""
    result = slope.copy()
    shares = []
    for step, change in reversed(pairs):
        share = float(step @ result) / float(change @ step)
        result -= share * change
        shares.append(share)
    if pairs:
        step, change = pairs[-1]
        result *= float(step @ change) / float(change @ change)
    for (step, change), share in zip(pairs, reversed(shares), strict=True):
        result += (share - float(change @ result) / float(change @ step)) * step
    return result


def _line_search(
    function: Callable[[Floats], tuple[float, Floats]], point: Floats, value: float, slope: Floats, direction: Floats
) -> tuple[Floats, float, Floats] | None:
    """Return a step along `direction` that satisfies the weak Wolfe conditions, with value and slope at its end; None
    where rounding allows none.
    """
    steepness = float(slope @ direction)
    if steepness >= 0:
        return None
    low, high, length = 0.0, np.inf, 1.0
    best: tuple[Floats, float, Floats] | None = None
    for _ in range(TRIES):
        step = length * direction
        there, slope_there = function(point + step)
        if not there <= value + ENOUGH * length * steepness:
            high = length
        else:
            best = (step, there, slope_there)
            if float(slope_there @ direction) >= FLATTER * steepness:
                break
            low = length
        length = 2 * low if np.isinf(high) else (low + high) / 2
    return best
