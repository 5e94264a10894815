"""Pages of networks that others built: sigmoids, long names, what is shown while something waits."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from onnx import helper
from selenium import webdriver
from torch import nn

import convscope
from tests.browser.chromium import resize
from tests.browser.look_page import Page
from tests.foreign.graphs import model

pytestmark = pytest.mark.browser
WIDER = """Array.from(document.querySelectorAll("#page *")).filter((one) =>
  one.getBoundingClientRect().right > document.documentElement.clientWidth + 1 &&
  !one.closest(".graph-scroller, .table-scroll, .contrast-layers, nav")).map((one) => one.outerHTML.slice(0, 160))
"""
CLASSES = ("sky", "water", "night")


def network(classes: int) -> nn.Sequential:
    torch.manual_seed(0)
    parts = [nn.Conv2d(1, 4, 3, padding=1), nn.ReLU(), nn.Conv2d(4, 4, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(1)]
    return nn.Sequential(*parts, nn.Flatten(), nn.Linear(4, classes)).eval()


@pytest.fixture(scope="module")
def pictures() -> torch.Tensor:
    return torch.tensor(np.random.default_rng(0).random((3, 1, 12, 12), dtype=np.float32))


@pytest.mark.parametrize("classes", [3, 1])
def test_each_sigmoid_has_a_loss_of_its_own(
    browser: webdriver.Chrome,
    pictures: torch.Tensor,
    classes: int,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    net = network(classes)
    path = tmp_path_factory.mktemp("odds") / "page.html"
    convscope.look(nn.Sequential(net, nn.Sigmoid()), pictures, classes=CLASSES[:classes]).save(path)
    page = Page(browser, path).open("v=loss&p=s1&l=en")
    with torch.no_grad():
        z = net(pictures)[1]
    lost = [
        nn.functional.binary_cross_entropy_with_logits(z, torch.full_like(z, yes), reduction="none") for yes in (1, 0)
    ]
    rows = [
        [cell.text.replace("\u2212", "-") for cell in row.find_elements("css selector", "th, td")]
        for row in page.all("#view tbody tr")
    ]
    assert [row[0] for row in rows] == list(CLASSES[:classes])
    for k, row in enumerate(rows):
        found = [float(row[at]) for at in (1, 3, 4, 5)]
        wanted = [float(z[k]), float(torch.sigmoid(z[k])), *(float(one[k]) for one in lost)]
        assert found == pytest.approx(wanted, abs=6e-4)
    assert page.console() == []


@pytest.fixture(scope="module")
def deep(browser: webdriver.Chrome, tmp_path_factory: pytest.TempPathFactory) -> Page:
    """A file as PyTorch exports it: modules within modules, with names that no card has room for."""
    rng = np.random.default_rng(0)
    nodes, last = [], "x"
    tensors = {"w": rng.normal(size=(3, 3, 3, 3)).astype(np.float32), "v": rng.normal(size=(432, 3)).astype(np.float32)}
    for i in range(14):
        stage = f"/first_features_of_all/a_rather_long_stage_{i}"
        nodes += [
            helper.make_node("Conv", [last, "w"], [f"c{i}"], name=f"{stage}/inner_convolution/Conv", pads=[1, 1, 1, 1]),
            helper.make_node("Relu", [f"c{i}"], [f"r{i}"], name=f"{stage}/bend/Relu"),
        ]
        last = f"r{i}"
    nodes += [
        helper.make_node("Flatten", [last], ["f"]),
        helper.make_node("Gemm", ["f", "v"], ["y"], name="/head/Gemm"),
    ]
    folder = tmp_path_factory.mktemp("deep")
    (folder / "deep.onnx").write_bytes(model(nodes, tensors))
    pictures = rng.integers(0, 256, (3, 3, 12, 12), dtype=np.uint8)
    convscope.look(folder / "deep.onnx", pictures).save(folder / "page.html")
    return Page(browser, folder / "page.html")


@pytest.mark.parametrize("view", ["network", "health", "contrast", "layer&n=%2Fhead%2FGemm"])
@pytest.mark.parametrize("width", [1280, 390])
def test_long_names_leave_the_page_its_width(deep: Page, view: str, width: int) -> None:
    deep.open(f"v={view}&l=en", width)
    assert deep.js(WIDER) == []
    assert deep.console() == []


def test_a_card_shows_the_end_of_a_name_and_says_the_whole(deep: Page) -> None:
    deep.open("l=en")
    heads = deep.all(".graph-card .graph-name")[1:3]
    assert [head.text for head in heads] == ["inner_convolution"] * 2
    assert (
        heads[0]
        .get_attribute("title")
        .startswith("/first_features_of_all/a_rather_long_stage_0/inner_convolution/Conv")
    )


def test_a_column_shows_the_end_of_a_name_and_says_the_whole(
    browser: webdriver.Chrome, tmp_path_factory: pytest.TempPathFactory
) -> None:
    stem = "/features/features.0"
    nodes = [
        helper.make_node("Conv", ["x", "w"], ["c"], name=f"{stem}/convolution/Conv"),
        helper.make_node("GlobalAveragePool", ["c"], ["g"]),
        helper.make_node("Flatten", ["g"], ["y"]),
    ]
    folder = tmp_path_factory.mktemp("columns")
    weights = np.random.default_rng(0).normal(size=(3, 3, 3, 3)).astype(np.float32)
    (folder / "net.onnx").write_bytes(model(nodes, {"w": weights}))
    convscope.look(folder / "net.onnx", shape=(3, 12, 12)).save(folder / "page.html")
    page = Page(browser, folder / "page.html")
    page.open("l=en")
    head = page.all(".column h3")[1]
    assert head.text == "convolution"
    assert str(head.get_attribute("title")).startswith(f"{stem}/convolution/Conv: conv(3, 3")


def test_no_sum_is_promised_while_a_map_waits(deep: Page) -> None:
    """The section of LRP's sum is there once there is a sum."""
    resize(deep.browser, 1280, 800)
    deep.open("v=where&w=occlusion&l=en")
    assert not deep.one(".relevance").is_displayed()


def test_a_bar_stands_with_the_class_that_it_is_of(
    browser: webdriver.Chrome, pictures: torch.Tensor, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """However far apart the rows of few classes with long names lie beside the maps."""
    path = tmp_path_factory.mktemp("bars") / "page.html"
    convscope.look(network(4), pictures, classes=("mountain", "underwater", "night", "people")).save(path)
    page = Page(browser, path).open("l=en")
    gaps = page.js(
        "Array.from(document.querySelectorAll('.beside .score'), (row) => "
        "row.querySelector('.track').getBoundingClientRect().top - "
        "row.querySelector('.name').getBoundingClientRect().bottom)"
    )
    assert len(gaps) == 4
    assert max(gaps) < 10
