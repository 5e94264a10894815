"""The page of a vision transformer: tokens drawn as the patches lie, pointed at, opened; its attention a box."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from selenium import webdriver

import convscope
from tests.browser.look_page import Page
from tests.transformer import SHAPE, ViT

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def page(browser: webdriver.Chrome, tmp_path_factory: pytest.TempPathFactory) -> Page:
    path: Path = tmp_path_factory.mktemp("tokens") / "vit.html"
    torch.manual_seed(1)
    convscope.look(ViT(), torch.rand(2, *SHAPE)).save(path)
    return Page(browser, path)


def sizes(page: Page, css: str) -> list[list[int]]:
    found: list[list[int]] = page.js("[...document.querySelectorAll(arguments[0])].map(c => [c.height, c.width])", css)
    return found


@pytest.mark.parametrize("name", ["cat", "blocks.0.norm", "blocks.0.attention", "blocks.1.mlp.0", "blocks.1.mlp.2"])
def test_tokens_are_drawn_as_their_patches_lie(page: Page, name: str) -> None:
    """4×3 patches, and the class token in a row above."""
    page.open(f"v=layer&n={name}&c=1&y=5")
    assert [5, 3] in sizes(page, "canvas.pixels")
    assert all(height <= 5 for height, _ in sizes(page, ".drawing canvas.pixels"))
    assert page.console() == []


def test_a_token_that_is_pointed_at_is_the_one_that_is_looked_at(page: Page) -> None:
    """The middle of the picture's right third, one patch below its middle: the third of the third row of patches."""
    page.open("v=layer&n=add&c=1&y=0&l=en")
    frame = page.all(".drawing .framed.result")[-1]
    page.js("arguments[0].scrollIntoView({block: 'center'})", frame)  # whole, or its middle is another
    page.point(frame, int(frame.size["width"] / 3), int(frame.size["height"] / 5))
    state = page.state()
    assert (int(state["y"]), state["x"]) == (1 + 2 * 3 + 2, "0")


def test_what_a_token_sees_is_its_patch(page: Page) -> None:
    page.open("v=layer&n=add&c=0&y=5&l=en")  # the fifth patch: second row, second column
    assert "Rows 5–8, columns 5–8 of the picture: 4×4 pixels." in page.text("body")
    page.open("v=layer&n=add&c=0&y=0&l=en")
    assert "It sees no pixel" in page.text("body")  # the class token
    page.open("v=layer&n=blocks.1.norm&c=0&y=0&l=en")
    assert "Not known for a layer that the page cannot look into." in page.text("body")
