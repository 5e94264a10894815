"""Batch normalisation of one channel: its numbers in a batch, brought to mean 0 and deviation 1, then × γ + β."""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt


def batch_statistics(values: Sequence[float]) -> tuple[float, float]:
    """Return the mean and the variance (over n, as batch normalisation divides by it) of a channel's numbers.

    Raises ZeroDivisionError where there are none.

    >>> batch_statistics([-2, -1, 0, 1, 1, 2, 3, 4])
    (1.0, 3.5)
    """
    mean = sum(values) / len(values)
    return mean, sum((value - mean) ** 2 for value in values) / len(values)


def batch_normalise(
    values: Sequence[float], scale: float = 1.0, shift: float = 0.0, epsilon: float = 1e-5
) -> list[float]:
    """Return γ·(x − μ)/√(σ² + ε) + β for each x of `values`; `scale` is γ, `shift` β (Ioffe and Szegedy, 2015).

    Whatever the numbers are multiplied by and moved by before, the outcome is the same but for ε.

    >>> [round(value, 3) for value in batch_normalise([-2, -1, 0, 1, 1, 2, 3, 4])]
    [-1.604, -1.069, -0.535, 0.0, 0.0, 0.535, 1.069, 1.604]
    >>> [round(value, 3) for value in batch_normalise([80, 90, 100, 110, 110, 120, 130, 140])]
    [-1.604, -1.069, -0.535, 0.0, 0.0, 0.535, 1.069, 1.604]
    """
    mean, variance = batch_statistics(values)
    return [scale * (value - mean) / sqrt(variance + epsilon) + shift for value in values]
