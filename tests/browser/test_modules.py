"""Torch modules that no formula describes, in Chromium: what the page computes of them is torch's."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from selenium import webdriver

import convscope
from convscope.explain.imported.steps import steps
from tests.browser.engine_page import EnginePage, numbers
from tests.explain.zoo import Mixed, Residual, pictures, with_random_state

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def page(browser: webdriver.Chrome, tmp_path_factory: pytest.TempPathFactory) -> EnginePage:
    return EnginePage(browser, tmp_path_factory.mktemp("modules"))


def test_a_network_with_branches_runs_in_the_page(page: EnginePage) -> None:
    module, x = with_random_state(Residual(widen=True)).eval(), pictures(1)
    payload = convscope.look(module, x).payload
    page.call("load", {name: payload[name] for name in ("input", "nodes", "tensors")})
    got = page.call("forward", (x[0] * 255).round().int().flatten().tolist())
    for node, out, step in zip(payload["nodes"], got["outputs"], steps(module, x), strict=True):
        np.testing.assert_allclose(numbers(out), step.output.flatten(), rtol=1e-4, atol=1e-4, err_msg=node["name"])
    x = x.double().requires_grad_()
    module.double()(x)[0, 2].backward()
    assert x.grad is not None
    np.testing.assert_allclose(numbers(page.call("gradients", 2)[0]), x.grad.flatten(), rtol=1e-4, atol=1e-6)


def test_what_is_open_among_boxes_is_computed_from_what_python_captured(page: EnginePage) -> None:
    module, x = with_random_state(Mixed()).eval(), pictures(2)
    payload = convscope.look(module, x).payload
    page.call("load", payload)
    for i in range(2):
        got = page.call("captured", i)
        for node, out, step in zip(payload["nodes"], got["outputs"], steps(module, x), strict=False):
            wanted = step.output[i].flatten()
            np.testing.assert_allclose(numbers(out), wanted, rtol=1e-4, atol=1e-4, err_msg=node["name"])
        with torch.no_grad():
            p = module(x)[i].numpy()
        e = np.exp(numbers(got["logits"]))
        np.testing.assert_allclose(e / e.sum(), p, rtol=1e-4)
