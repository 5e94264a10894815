"""Activation functions and their slopes, number by number (the lecture's S8).

>>> [round(sigmoid_slope(x), 5) for x in (-2.0, 0.0, 2.0)]
[0.10499, 0.25, 0.10499]
"""

from __future__ import annotations

from math import exp
from math import tanh as _tanh


def sigmoid(x: float) -> float:
    """Return 1/(1 + e⁻ˣ), in 0…1; e is only ever raised to what cannot overflow.

    >>> sigmoid(0.0), sigmoid(-1000.0)
    (0.5, 0.0)
    """
    if x >= 0:
        return 1 / (1 + exp(-x))
    power = exp(x)
    return power / (1 + power)


def sigmoid_slope(x: float) -> float:
    """Return sigmoid'(x) = s·(1 − s). The lecture writes 0 ≤ sigmoid' ≤ 1; the tight bound is ¼, at x = 0.

    >>> sigmoid_slope(0.0)
    0.25
    """
    return sigmoid(x) * sigmoid(-x)


def tanh(x: float) -> float:
    """Return the hyperbolic tangent, in −1…1."""
    return _tanh(x)


def tanh_slope(x: float) -> float:
    """Return tanh'(x) = 1 − tanh²(x), at most 1."""
    return 1 - _tanh(x) ** 2


def relu(x: float) -> float:
    """Return max(0, x)."""
    return x if x > 0 else 0.0


def relu_slope(x: float) -> float:
    """Return 1 right of 0, else 0: nothing is passed back from there. (At 0 itself torch takes 0 too.)"""
    return 1.0 if x > 0 else 0.0


def leaky_relu(x: float, slope: float = 0.01) -> float:
    """Return max(slope·x, x) for a slope of 0…1; PReLU is the same with a learned slope, 0.25 at first.

    >>> leaky_relu(-8.0), leaky_relu(-8.0, 0.25)
    (-0.08, -2.0)
    """
    return x if x > 0 else slope * x


def leaky_relu_slope(x: float, slope: float = 0.01) -> float:
    """Return 1 right of 0, else the slope: something is always passed back."""
    return 1.0 if x > 0 else slope
