"""Chapter 7 in Chromium, depth and pooling: sizes, sums and what many layers cost."""

from __future__ import annotations

import re

import numpy as np
import pytest
from selenium.webdriver.common.by import By

from convscope.arithmetic import costs
from convscope.explain.payload.encoding import decode
from convscope.prediction import load
from tests.browser.lab_page import SLIDES, LabPage

pytestmark = pytest.mark.browser


def test_the_chain_ends_at_one_and_padding_keeps_it_going(lab: LabPage) -> None:
    lab.open("depth")
    sizes = "return [...document.querySelectorAll('.chain-step b')].map((e) => e.textContent)"
    assert lab.js(sizes) == ["9×9", "7×7", "5×5", "3×3", "1×1"]
    lab.browser.find_elements(By.CSS_SELECTOR, ".stepper")[2].find_elements(By.TAG_NAME, "button")[1].click()
    assert lab.js(sizes) == ["9×9"] * 8


def test_pooling_shows_the_trained_networks_own_numbers(lab: LabPage) -> None:
    lab.open("depth", "&d=3&c2=6&at=6.5")
    picture = decode(lab.payload["digits"]["pictures"])[3:4]
    net = load(SLIDES / "model.onnx").module().eval()
    import torch

    with torch.no_grad():
        maps = dict(
            zip((n.name for n in net.network.nodes), net.outputs(torch.from_numpy(picture.copy())), strict=True)
        )
    rows = maps["relu1"][0, 5].tolist()
    line = lab.text(".pooling .sum-of-window")
    shown = [float(n.replace("−", "-")) for n in re.findall(r"−?\d+\.\d{3}", line)]
    wanted = [
        rows[12][10],
        rows[12][11],
        rows[13][10],
        rows[13][11],
        costs.pool(rows, False)[6][5],
        costs.pool(rows, True)[6][5],
    ]
    np.testing.assert_allclose(shown, wanted, atol=6e-4)
    lab.js(
        "document.querySelector('.pool-map').dispatchEvent(new KeyboardEvent('keydown', {key: 'ArrowUp', bubbles: "
        "true}))"
    )
    assert lab.text(".pooling .sum-of-window") != line


def test_three_hundred_layers_with_and_without_pooling(lab: LabPage) -> None:
    lab.open("depth")
    assert (lab.figure("plain-last"), lab.figure("plain-macs"), lab.figure("plain-memory")) == (
        "3000×1200",
        "13,433,041,800",
        "6.0 GB",
    )
    assert lab.figure("pooled-fits") == "147 / 300"
    lab.js("document.querySelector('.deep .check input').click()")
    found = costs.stack_costs(3600, 1800, 300, pad=1, pool_every=30)
    assert (lab.figure("pooled-macs"), lab.figure("pooled-fits")) == (f"{found.macs:,}", "300 / 300")
