"""Every activation's curve in Chromium: its values and slopes are torch's in double precision."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from selenium import webdriver
from torch.nn import functional as F  # noqa: N812

from tests.browser.engine_page import EnginePage, numbers

pytestmark = pytest.mark.browser

Node = dict[str, Any]
Function = Callable[[torch.Tensor], torch.Tensor]
BARE: Node = {"options": {}, "tensors": {}}
ACTIVATIONS: dict[str, tuple[Node, Function]] = {
    "relu": (BARE, F.relu),
    "relu6": (BARE, F.relu6),
    "leaky_relu": (BARE | {"options": {"slope": 0.3}}, lambda x: F.leaky_relu(x, 0.3)),
    "prelu": (BARE | {"tensors": {"weight": [0.2]}}, lambda x: F.leaky_relu(x, 0.2)),
    "elu": (BARE, F.elu),
    "gelu": (BARE, F.gelu),
    "silu": (BARE, F.silu),
    "hardswish": (BARE, F.hardswish),
    "sigmoid": (BARE, torch.sigmoid),
    "hardsigmoid": (BARE, lambda x: (x / 6 + 0.5).clamp(0, 1)),  # torch's own multiplies the gradient by 1/6 in float32
    "tanh": (BARE, torch.tanh),
    "clip": (BARE | {"options": {"low": -0.5, "high": 2}}, lambda x: F.hardtanh(x, -0.5, 2)),
    "softplus": (BARE, lambda x: F.softplus(x, threshold=50)),
    "gelu_tanh": (BARE, lambda x: F.gelu(x, approximate="tanh")),
}
# Corners of the curves themselves (0, ±3, 6) are left to the conformance suite: torch may round to either side of one.
POINTS = np.concatenate([np.linspace(-12, 12, 4800) + 1e-4, [-700.0, -40.0, -1e-9, 1e-300, 1e-9, 40.0, 700.0]])


@pytest.fixture(scope="module")
def page(browser: webdriver.Chrome, tmp_path_factory: pytest.TempPathFactory) -> EnginePage:
    return EnginePage(browser, tmp_path_factory.mktemp("activations"))


def test_every_activation_is_held_to_torch(page: EnginePage) -> None:
    assert set(page.call("curves")) == set(ACTIVATIONS)


@pytest.mark.parametrize("kind", ACTIVATIONS)
def test_a_curve_and_its_slope_are_torchs(page: EnginePage, kind: str) -> None:
    node, function = ACTIVATIONS[kind]
    x = torch.tensor(POINTS, dtype=torch.float64, requires_grad=True)
    y = function(x)
    (slope,) = torch.autograd.grad(y.sum(), x)
    of, ours = (numbers(text) for text in page.call("curve", {"name": kind, "kind": kind, **node}, POINTS.tolist()))
    np.testing.assert_allclose(of, y.detach().numpy(), rtol=1e-13, atol=1e-14)
    np.testing.assert_allclose(ours, slope.numpy(), rtol=1e-13, atol=1e-14)


def test_zero_and_what_is_no_number_pass_as_in_torch(page: EnginePage) -> None:
    points = [0.0, float("nan")]
    for kind, (node, function) in ACTIVATIONS.items():
        wanted = function(torch.tensor(points, dtype=torch.float64)).numpy()
        got = numbers(page.call("curve", {"name": kind, "kind": kind, **node}, [0.0, None])[0])
        np.testing.assert_array_equal(got, wanted, err_msg=kind)


def test_the_error_function_is_that_of_the_standard_library(page: EnginePage) -> None:
    points = [*np.linspace(-6, 6, 1201).tolist(), 1.999999, 2.0, 2.000001, 10.0, 20.0, 26.0]
    wanted = [math.erfc(x) for x in points]
    np.testing.assert_allclose(numbers(page.call("erfc", points)), wanted, rtol=2e-13)


@pytest.mark.parametrize(
    ("kind", "corners"), [("relu", [0]), ("relu6", [0, 6]), ("clip", [-0.5, 2]), ("leaky_relu", [0])]
)
def test_where_a_curve_bends_its_slope_is_the_one_that_torch_takes(
    page: EnginePage, kind: str, corners: list[float]
) -> None:
    node, function = ACTIVATIONS[kind]
    x = torch.tensor(corners, dtype=torch.float64, requires_grad=True)
    (slope,) = torch.autograd.grad(function(x).sum(), x)
    assert numbers(page.call("curve", {"name": kind, "kind": kind, **node}, corners)[1]).tolist() == slope.tolist()
