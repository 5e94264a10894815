"""One neuron, y = f(w·x + b), learning by gradient descent: how it dies with ReLU, and comes back with Leaky ReLU (S8).

The lecture's y = −3x − 5 is below 0 for every x in −1…1, where ReLU is flat: its gradient is 0 and it never changes.

    >>> dead, leaky = Neuron(-3.0, -5.0), Neuron(-3.0, -5.0)
    >>> for _ in range(1000):
    ...     dead, leaky = gradient_step(dead, XS, TARGETS, 0.0, 0.2), gradient_step(leaky, XS, TARGETS, 0.01, 0.2)
    >>> (dead.weight, dead.bias), active_inputs(dead, XS)
    ((-3.0, -5.0), 0)
    >>> active_inputs(leaky, XS) > 0
    True
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from .activations import leaky_relu, leaky_relu_slope

XS = tuple(i / 5 - 1 for i in range(11))
"""Eleven inputs from −1 to 1."""

TARGETS = tuple(x + 1 for x in XS)
"""What the neuron shall answer: x + 1, which w = 1, b = 1 does."""


class Neuron(NamedTuple):
    """A weight and a bias."""

    weight: float
    bias: float


def mean_squared_error(neuron: Neuron, xs: Sequence[float], targets: Sequence[float], slope: float) -> float:
    """Return the mean of (y − target)². `slope` is Leaky ReLU's, 0 for ReLU."""
    return sum((_output(neuron, x, slope) - t) ** 2 for x, t in zip(xs, targets, strict=True)) / len(xs)


def gradient(neuron: Neuron, xs: Sequence[float], targets: Sequence[float], slope: float) -> tuple[float, float]:
    """Return the derivatives of `mean_squared_error` by the weight and by the bias.

    >>> gradient(Neuron(-3.0, -5.0), XS, TARGETS, 0.0)
    (0.0, 0.0)
    """
    by_weight = by_bias = 0.0
    for x, target in zip(xs, targets, strict=True):
        back = 2 * (_output(neuron, x, slope) - target) * leaky_relu_slope(_before(neuron, x), slope)
        by_weight += back * x
        by_bias += back
    return by_weight / len(xs) + 0.0, by_bias / len(xs) + 0.0


def gradient_step(neuron: Neuron, xs: Sequence[float], targets: Sequence[float], slope: float, rate: float) -> Neuron:
    """Return the neuron after one step of gradient descent on all of `xs`."""
    by_weight, by_bias = gradient(neuron, xs, targets, slope)
    return Neuron(neuron.weight - rate * by_weight, neuron.bias - rate * by_bias)


def active_inputs(neuron: Neuron, xs: Sequence[float]) -> int:
    """Return for how many inputs w·x + b is above 0; none means dead."""
    return sum(_before(neuron, x) > 0 for x in xs)


def _before(neuron: Neuron, x: float) -> float:
    return neuron.weight * x + neuron.bias


def _output(neuron: Neuron, x: float, slope: float) -> float:
    return leaky_relu(_before(neuron, x), slope)
