"""A network whose output is maps: no view asks about a class, and what can be shown is."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from selenium import webdriver
from torch import Tensor, nn

import convscope
from convscope.page.inline import dictionary
from tests.browser.look_page import Page

pytestmark = pytest.mark.browser
WORDS = dictionary("en")


class Segments(nn.Module):
    """A U-Net of two depths: its skip crosses the way down, so that no formula says it."""

    def __init__(self) -> None:
        super().__init__()
        self.down, self.deep = nn.Conv2d(1, 3, 3, padding=1), nn.Conv2d(3, 4, 3, padding=1)
        self.up, self.head = nn.ConvTranspose2d(4, 3, 2, stride=2), nn.Conv2d(6, 2, 1)

    def forward(self, x: Tensor) -> Tensor:
        wide = self.down(x).relu()
        deep = self.deep(torch.max_pool2d(wide, 2)).relu()
        return self.head(torch.cat([self.up(deep), wide], 1))


@pytest.fixture(scope="module")
def page(browser: webdriver.Chrome, tmp_path_factory: pytest.TempPathFactory) -> Page:
    torch.manual_seed(0)
    x = np.random.default_rng(0).random((3, 1, 12, 12), dtype=np.float32)
    path = tmp_path_factory.mktemp("maps") / "page.html"
    convscope.look(Segments().eval(), x).save(path)
    return Page(browser, path)


@pytest.mark.parametrize("view", ["where", "loss"])
def test_what_needs_a_class_says_that_there_is_none(page: Page, view: str) -> None:
    page.open(f"v={view}&l=en")
    assert WORDS["maps.noclass"] in page.text("#view")
    assert page.all("#view canvas") == []
    assert page.console() == []


def test_maps_stand_by_number_and_the_cost_is_known(page: Page) -> None:
    page.open("l=en")
    page.wait(600)
    assert WORDS["shares.none"] in page.text(".shares-said")
    macs = 9 * 3 * 144 + 9 * 3 * 4 * 36 + 4 * 3 * 4 * 36 + 6 * 2 * 144
    assert f"{macs:,}" in page.text("#view")


def test_two_pictures_are_contrasted_without_scores(page: Page) -> None:
    page.open("v=contrast&l=en")
    page.wait(600)
    assert page.all("#view table") == []
    assert page.text(".contrast-pictures").count(WORDS["reads.maps"]) == 2
    assert len(page.all(".contrast-map")) == 2
    assert page.console() == []


def test_a_field_behind_a_transposed_convolution_comes_about_in_its_finer_steps(
    browser: webdriver.Chrome, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """3, 4 and 8 pixels on the way down; up again the steps are single pixels: 8 + (3 − 1)·1 = 10."""
    down = [nn.Conv2d(1, 2, 3, padding=1), nn.MaxPool2d(2), nn.Conv2d(2, 2, 3, padding=1)]
    net = nn.Sequential(*down, nn.ConvTranspose2d(2, 2, 2, stride=2), nn.Conv2d(2, 2, 3, padding=1))
    path = tmp_path_factory.mktemp("up") / "page.html"
    convscope.look(net.eval(), np.random.default_rng(0).random((1, 1, 12, 12), dtype=np.float32)).save(path)
    page = Page(browser, path).open("v=layer&n=4&c=0&y=5&x=5&l=en")
    assert page.text(".field-note summary") == WORDS["field.how"].replace("{size}", "10×10")
    shown = page.js("Array.from(document.querySelectorAll('.recurrence tr'), (row) => row.textContent)")
    assert shown[-1] == "48 + (3 − 1)·1= 10"
    assert page.console() == []
