"""The page of a vision transformer: tokens drawn as the patches lie, pointed at, opened; its attention a box."""

from __future__ import annotations

import base64
from pathlib import Path

import numpy as np
import pytest
import torch
from selenium import webdriver

import convscope
from convscope.page.inline import dictionary
from tests.browser.look_page import Page
from tests.transformer import SHAPE, ViT

pytestmark = pytest.mark.browser
WORDS = dictionary("en")


@pytest.fixture(scope="module")
def page(browser: webdriver.Chrome, tmp_path_factory: pytest.TempPathFactory) -> Page:
    path: Path = tmp_path_factory.mktemp("tokens") / "vit.html"
    convscope.look(*made()).save(path)
    return Page(browser, path)


def made() -> tuple[ViT, torch.Tensor]:
    """Return the network and the pictures that its page shows, the same each time."""
    torch.manual_seed(1)
    return ViT().eval(), torch.rand(2, *SHAPE)


def black() -> str:
    """Return a black picture as an address has it: runs of at most 255 zeros, in base64."""
    size = int(np.prod(SHAPE))
    runs = [min(255, size - at) for at in range(0, size, 255)]
    return base64.urlsafe_b64encode(b"".join(bytes([0, run, 0]) for run in runs)).decode().rstrip("=")


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


def test_a_view_that_nothing_computes_has_no_tab_and_says_so(page: Page) -> None:
    page.open("l=en")
    tabs = page.js("Array.from(document.querySelectorAll('nav a'), a => a.dataset.view)")
    assert "where" not in tabs
    assert "contrast" in tabs
    page.open("v=where&l=en")
    assert WORDS["where.cannot"] in page.text("#view")
    assert page.all("#view canvas") == []


def test_why_not_another_class_says_what_it_needs(page: Page) -> None:
    page.open("v=loss&l=en")
    assert WORDS["why.cannot"] in page.text(".loss")
    assert len(page.all(".loss select")) == 1, "the label; nothing is asked of a rival"


def test_two_samples_are_contrasted_by_what_python_captured(page: Page) -> None:
    """Behind the attention too: the scores are torch's, and each token's layer is as far apart as torch has it."""
    page.open("v=contrast&p=s0&a=s1&n=blocks.1.norm&l=en")
    page.wait(600)
    net, x = made()
    seen: list[torch.Tensor] = []
    handle = net.blocks[1].norm.register_forward_hook(lambda module, given, out: seen.append(out))
    with torch.no_grad():
        a, b = net(x)
    handle.remove()
    rows = [
        [c.text.replace("\u2212", "-") for c in row.find_elements("css selector", "th, td")]
        for row in page.all("#view tbody tr")
    ]
    assert len(rows) == len(a)
    for name, *found in rows:
        k = int(name)
        wanted = [float(a[k]), float(b[k]), float(a[k] - b[k])]
        assert [float(one) for one in found[:3]] == pytest.approx(wanted, abs=6e-4)
    apart = (seen[0][0] - seen[0][1]).abs().sum() / (seen[0][0].abs() + seen[0][1].abs()).sum()
    pressed = page.text(".contrast-layers [aria-pressed=true]")
    assert pressed == f"blocks.1.norm{100 * float(apart):.0f}\u00a0%"
    assert page.console() == []


def test_a_picture_of_ones_own_is_contrasted_as_far_as_it_is_computed(page: Page) -> None:
    page.open(f"v=contrast&p=s0&a=d{black()}&l=en")
    page.wait(600)
    said = [one.text for one in page.all(".contrast-pictures p")]
    assert said[0].startswith("Read as")
    assert said[1].startswith("No answer: the computing ends at blocks.0.attention")
    assert page.all("#view tbody") == [], "no row of scores against none"
    assert "patch" in page.text(".contrast-layers")
    assert "head" not in page.text(".contrast-layers")
    assert page.console() == []


def test_the_sample_shown_is_kept_as_b_with_pythons_numbers(page: Page) -> None:
    page.open("v=contrast&p=s1&a=s0&l=en")
    page.one(".contrast .controls button").click()
    page.wait(600)
    assert page.state()["a"] == "s1"
    assert page.text(".contrast-pictures div:nth-child(1) p") == page.text(".contrast-pictures div:nth-child(2) p")


def test_a_box_has_no_sum_to_open(page: Page) -> None:
    page.open("v=layer&n=blocks.0.attention&c=1&y=5&l=en")
    assert page.text(".controls .primary") == WORDS["open.number"]
    assert WORDS["click.number"] in page.text(".drawing")
    assert page.all(".drawing .operator") == []


def test_a_small_epsilon_is_not_written_as_nothing(page: Page) -> None:
    page.open("v=value&n=blocks.0.norm&c=1&y=5&l=en")
    assert "+ 0.0000010" in page.text("#view")
