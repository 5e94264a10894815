"""One neuron's gradient is autograd's; y = −3x − 5 stays dead with ReLU and learns with Leaky ReLU."""

from __future__ import annotations

import doctest

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from convscope.arithmetic import neuron as n

near = st.floats(-4, 4)


def test_the_docstrings_numbers() -> None:
    found = doctest.testmod(n)
    assert (found.failed, found.attempted >= 5) == (0, True)


@given(near, near, st.sampled_from([0.0, 0.01, 0.3]))
@pytest.mark.medium
def test_loss_and_gradient_are_torchs(weight: float, bias: float, slope: float) -> None:
    w, b = (torch.tensor(v, dtype=torch.float64, requires_grad=True) for v in (weight, bias))
    x, t = (torch.tensor(v, dtype=torch.float64) for v in (n.XS, n.TARGETS))
    loss = ((torch.nn.functional.leaky_relu(w * x + b, slope) - t) ** 2).mean()
    wanted = [g.item() for g in torch.autograd.grad(loss, [w, b])]
    one = n.Neuron(weight, bias)
    assert n.mean_squared_error(one, n.XS, n.TARGETS, slope) == pytest.approx(loss.item(), rel=1e-9, abs=1e-12)
    assert n.gradient(one, n.XS, n.TARGETS, slope) == pytest.approx(wanted, rel=1e-9, abs=1e-12)


def test_dead_for_ever_and_back_to_life() -> None:
    dead = leaky = n.Neuron(-3.0, -5.0)
    assert n.active_inputs(dead, n.XS) == 0
    first = None
    for number in range(2000):
        dead = n.gradient_step(dead, n.XS, n.TARGETS, 0.0, 0.2)
        leaky = n.gradient_step(leaky, n.XS, n.TARGETS, 0.01, 0.2)
        first = number if first is None and n.active_inputs(leaky, n.XS) else first
    assert dead == (-3.0, -5.0)
    assert first is not None
    assert leaky == pytest.approx((1.0, 1.0), abs=1e-2)
    assert n.active_inputs(leaky, n.XS) >= 10
