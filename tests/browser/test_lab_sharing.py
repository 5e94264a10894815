"""Chapter 5 in Chromium, shared weights: where each is used, and how many are saved."""

from __future__ import annotations

import pytest
from selenium.webdriver.common.action_chains import ActionChains

from tests.browser.lab_page import LabPage

pytestmark = pytest.mark.browser


def test_a_weight_is_shown_everywhere_it_is_used(lab: LabPage) -> None:
    lab.open("sharing")
    ActionChains(lab.browser).move_to_element(lab.one("[data-weight='2']")).perform()
    assert lab.shown(".said") == "w2 = 0.5 is used 4 times, from pixel → to output: 3 → 0, 4 → 1, 6 → 2, 7 → 3."
    assert len(lab.all(".neurons .join.lit")) == len(lab.all(".sparse .weight-cell.lit")) == 4
    assert [c.text for c in lab.all(".sparse .weight-cell.lit")] == ["0.5"] * 4
    assert [c.text for c in lab.all(".share-outputs .out-cell")] == ["0\n2.500", "1\n6.500", "2\n4.000", "3\n3.500"]
    lab.type(lab.all(".kernel-editor input")[11], "1.5")  # w2
    assert [c.text for c in lab.all(".sparse .out-total")] == ["5.500", "7.500", "4.000", "4.500"]
    assert len(lab.all(".sparse .none")) == 20
    lab.js("arguments[0].focus()", lab.all(".out-cell")[3])
    assert "= 4.500" in lab.shown(".said")
    assert len(lab.all(".neurons .join.lit")) == 4


def test_a_real_layers_parameters_are_counted_factor_by_factor(lab: LabPage) -> None:
    import torch

    lab.open("sharing")
    count = lambda layer: f"{sum(p.numel() for p in layer.parameters()):,}"  # noqa: E731
    assert lab.shown("[data-figure=shared]") == "416" == count(torch.nn.Conv2d(1, 16, 5))
    assert lab.shown("[data-figure=full]") == "7,234,560" == count(torch.nn.Linear(784, 16 * 24 * 24, device="meta"))
    lab.press("The second: 16 → 32 channels, 5×5")
    assert lab.shown("[data-figure=shared]") == "12,832" == count(torch.nn.Conv2d(16, 32, 5))
    assert lab.shown(".factors") == "32 kernels × ( 16 slices × 5 rows × 5 columns + 1 bias ) = 12,832"
    full = torch.nn.Linear(16 * 24 * 24, 32 * 20 * 20, device="meta")
    assert lab.shown("[data-figure=full]") == count(full)
    lab.slide("Side of a kernel", 3)
    assert lab.shown("[data-figure=shared]") == count(torch.nn.Conv2d(16, 32, 3))
