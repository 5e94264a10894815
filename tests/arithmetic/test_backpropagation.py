"""Forward, gradient and steps of one kernel behind softmax and cross-entropy are torch's, number by number."""

from __future__ import annotations

import doctest
import random

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn import functional

from convscope.arithmetic import backpropagation as b
from convscope.errors import UsageError
from tests.arithmetic.kernel_networks import Torch, drawn, near


def test_the_docstrings_numbers() -> None:
    found = doctest.testmod(b)
    assert (found.failed, found.attempted >= 9) == (0, True)


@pytest.mark.parametrize("pool", b.POOLS)
@pytest.mark.parametrize("activation", b.ACTIVATIONS)
@pytest.mark.medium
def test_loss_and_gradient_of_a_batch_are_torchs(activation: str, pool: str) -> None:
    rng = random.Random(f"{activation} {pool}")
    for _ in range(60):
        network, pictures, targets = drawn(rng, activation, pool)
        twin = Torch(network)
        loss = twin.loss(pictures, targets)
        by_kernel, by_bias = torch.autograd.grad(loss, [twin.kernel, twin.bias])
        found = b.batch_gradient(network, pictures, targets)
        assert found.loss == near(loss.item())
        assert found.bias == near(by_bias.item())
        assert [g for row in found.kernel for g in row] == near(by_kernel.flatten().tolist())


@given(st.lists(st.floats(-30, 30), min_size=2, max_size=6), st.data())
@pytest.mark.medium
def test_softmax_and_cross_entropy_pass_back_p_minus_y(scores: list[float], data: st.DataObject) -> None:
    target = data.draw(st.integers(0, len(scores) - 1))
    z = torch.tensor(scores, dtype=torch.float64, requires_grad=True)
    [wanted] = torch.autograd.grad(functional.cross_entropy(z[None], torch.tensor([target])), [z])
    assert b.softmax_gradient(scores, target) == near(wanted.tolist())


@pytest.mark.parametrize("activation", b.ACTIVATIONS)
@pytest.mark.medium
def test_a_hundred_steps_are_torchs(activation: str) -> None:
    rng = random.Random(f"steps {activation}")
    network, pictures, targets = drawn(rng, activation, "max")
    twin = Torch(network)
    for _ in range(100):
        network = b.kernel_step(network, b.batch_gradient(network, pictures, targets), 0.05)
        twin.step(pictures, targets, 0.05)
    assert [w for row in network.kernel for w in row] == near(twin.kernel.flatten().tolist())
    assert network.bias == near(twin.bias.item())


def test_the_gradient_is_what_a_nudge_finds_and_predicts_a_small_step() -> None:
    rng = random.Random(3)
    network, pictures, targets = drawn(rng, "sigmoid", "mean")
    gradient = b.batch_gradient(network, pictures, targets)
    for y, row in enumerate(gradient.kernel):
        for x, wanted in enumerate(row):
            assert b.nudged_gradient(network, pictures, targets, (y, x), 1e-5) == pytest.approx(wanted, abs=1e-9)
    assert b.nudged_gradient(network, pictures, targets, None, 1e-5) == pytest.approx(gradient.bias, abs=1e-9)
    after = b.batch_gradient(b.kernel_step(network, gradient, 1e-4), pictures, targets).loss
    assert after - gradient.loss == pytest.approx(b.predicted_change(gradient, 1e-4), rel=1e-3)


def test_a_dead_neuron_has_no_gradient_and_leaky_relu_has_one() -> None:
    network = b.KernelNetwork([[-1.0]], -1.0, (2.0, -2.0), (-1.0, 1.0))
    for pool in b.POOLS:
        gradient = b.batch_gradient(network._replace(pool=pool), [[[1.0, 0.5]]], [0])
        assert (gradient.kernel, gradient.bias) == ([[0.0]], 0.0)
        leaky = b.batch_gradient(network._replace(pool=pool, activation="leaky"), [[[1.0, 0.5]]], [0])
        assert max(leaky.bias, leaky.kernel[0][0]) < 0


@pytest.mark.parametrize(
    ("change", "target", "words"),
    [
        ({"activation": "swish"}, 0, "unknown activation.*swish.*relu, leaky, sigmoid"),
        ({"pool": "median"}, 0, "unknown pool.*median.*max, mean"),
        ({"kernel": [[1.0] * 3] * 3}, 0, "kernel is too large.*3×3.*2×2"),
        ({"kernel": [[1.0], [1.0, 2.0]]}, 0, "kernel"),
        ({}, 2, "target is out of range.*2.*from 0 to 1"),
    ],
)
def test_what_makes_no_sense_is_refused(change: dict[str, object], target: int, words: str) -> None:
    network = b.KernelNetwork([[1.0]], 0.0, (1.0, -1.0), (0.0, 0.0))._replace(**change)  # type: ignore[arg-type]
    with pytest.raises(UsageError, match=words):
        b.backward_pass(network, [[1.0, 2.0], [3.0, 4.0]], target)
