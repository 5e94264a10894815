"""Chapter 11's sums are torch's in the browser: every gradient of a batch, and a hundred steps one by one."""

from __future__ import annotations

import random
from typing import Any

import pytest
import torch
from selenium import webdriver

from convscope.arithmetic import backpropagation as b
from tests.arithmetic.kernel_networks import Torch, drawn, near
from tests.browser.test_sums_js import SumsPage

pytestmark = pytest.mark.browser
KINDS = [(activation, pool) for activation in b.ACTIVATIONS for pool in b.POOLS]


@pytest.fixture(scope="module")
def page(browser: webdriver.Chrome, tmp_path_factory: pytest.TempPathFactory) -> SumsPage:
    return SumsPage(browser, tmp_path_factory.mktemp("backpropagation"))


def cases(count: int) -> list[Any]:
    rng = random.Random(11)
    return [drawn(rng, *KINDS[i % len(KINDS)]) for i in range(count)]


def test_the_gradient_of_a_batch_is_torchs(page: SumsPage) -> None:
    some = cases(240)
    found = page.call("batchGradient", [[network._asdict(), *data] for network, *data in some])
    for (network, *data), made in zip(some, found, strict=True):
        twin = Torch(network)
        loss = twin.loss(*data)
        by_kernel, by_bias = torch.autograd.grad(loss, [twin.kernel, twin.bias])
        assert (made["loss"], made["bias"]) == (near(loss.item()), near(by_bias.item()))
        assert [g for row in made["kernel"] for g in row] == near(by_kernel.flatten().tolist())


def test_a_hundred_steps_are_torchs_one_by_one(page: SumsPage) -> None:
    some = cases(len(KINDS))
    for (network, *data), made in zip(
        some,
        page.call("kernelTrajectory", [[one._asdict(), *data, 0.05, 100] for one, *data in some]),
        strict=True,
    ):
        twin = Torch(network)
        for number, one in enumerate(made):
            assert [w for row in one["kernel"] for w in row] == near(twin.kernel.flatten().tolist()), number
            assert one["bias"] == near(twin.bias.item())
            twin.step(*data, 0.05)


def test_every_number_on_the_way_is_pythons(page: SumsPage) -> None:
    some = [(network, pictures[0], targets[0]) for network, pictures, targets in cases(60)]
    forward = page.call("kernelForward", [[network._asdict(), picture] for network, picture, _ in some])
    backward = page.call("kernelBackward", [[network._asdict(), *data] for network, *data in some])
    for (network, picture, target), ahead, back in zip(some, forward, backward, strict=True):
        for wanted, found in (
            (b.forward_pass(network, picture), ahead),
            (b.backward_pass(network, picture, target), back),
        ):
            for name, value in wanted._asdict().items():
                assert flat(found[name]) == near(flat(value)), name


def test_a_nudge_and_the_prediction_are_pythons(page: SumsPage) -> None:
    some = cases(30)
    asked = [[one._asdict(), *data, at, 0.001] for one, *data in some for at in ((1, 0), None)]
    found = page.call("nudgedGradient", asked)
    wanted = [b.nudged_gradient(one, *data, at, 0.001) for one, *data in some for at in ((1, 0), None)]
    assert [one["slope"] for one in found] == near(wanted)
    gradients = [b.batch_gradient(*one) for one in some]
    predicted = page.call("predictedChange", [[one._asdict(), 0.3] for one in gradients])
    assert predicted == near([b.predicted_change(one, 0.3) for one in gradients])
    sums = [[v for one in pictures for row in b.forward_pass(n, one).sums for v in row] for n, pictures, _ in some]
    gates = page.call("openGates", [[one._asdict(), pictures] for one, pictures, _ in some])
    assert gates == [{"open": sum(v > 0 for v in one), "all": len(one)} for one in sums]


def flat(value: Any) -> list[float]:
    """Return the numbers of a table, a row or a number one after another."""
    return [number for one in value for number in flat(one)] if isinstance(value, list) else [value]
