"""The activations and their slopes are torch's, and the derivative that a difference quotient gives."""

from __future__ import annotations

import doctest
from collections.abc import Callable

import pytest
import torch

from convscope.arithmetic import activations as a

Function = Callable[[float], float]
XS = [x / 8 for x in range(-64, 65)]
PAIRS: dict[str, tuple[Function, Function, Callable[[torch.Tensor], torch.Tensor]]] = {
    "sigmoid": (a.sigmoid, a.sigmoid_slope, torch.sigmoid),
    "tanh": (a.tanh, a.tanh_slope, torch.tanh),
    "relu": (a.relu, a.relu_slope, torch.relu),
    "leaky": (a.leaky_relu, a.leaky_relu_slope, torch.nn.functional.leaky_relu),
    "prelu": (
        lambda x: a.leaky_relu(x, 0.25),
        lambda x: a.leaky_relu_slope(x, 0.25),
        lambda x: torch.nn.functional.prelu(x, torch.tensor([0.25], dtype=x.dtype)),
    ),
}


def test_the_docstrings_numbers() -> None:
    assert doctest.testmod(a).failed == 0
    assert doctest.testmod(a).attempted >= 3


@pytest.mark.parametrize("name", PAIRS)
def test_value_and_slope_are_torchs(name: str) -> None:
    of, slope, reference = PAIRS[name]
    x = torch.tensor(XS, dtype=torch.float64, requires_grad=True)
    y = reference(x)
    (back,) = torch.autograd.grad(y.sum(), x)
    assert [of(v) for v in XS] == pytest.approx(y.tolist(), rel=1e-12, abs=1e-15)
    assert [slope(v) for v in XS] == pytest.approx(back.tolist(), rel=1e-12, abs=1e-15)


def test_the_tight_bound_of_the_sigmoids_slope_is_a_quarter() -> None:
    slopes = {x: a.sigmoid_slope(x) for x in XS}
    assert max(slopes.values()) == slopes[0.0] == 0.25
    assert all(0 < slope < 0.25 for x, slope in slopes.items() if x)


def test_nothing_overflows() -> None:
    assert (a.sigmoid(-1e6), a.sigmoid(1e6), a.sigmoid_slope(1e6)) == (0.0, 1.0, 0.0)
