"""What the page's engine refuses, in Chromium: each limit at its last allowed value and at the first beyond."""

from __future__ import annotations

import json
from typing import Any

import pytest
from selenium import webdriver

from convscope.explain.payload.encoding import as_json
from convscope.explain.payload.nodes import page_nodes
from convscope.formula import parse, trace
from convscope.pictures.input_spec import InputSpec
from tests.browser.engine_page import EnginePage
from tests.reference import random_weights

pytestmark = pytest.mark.browser
PICTURE = [0] * 25


@pytest.fixture(scope="module")
def page(browser: webdriver.Chrome, tmp_path_factory: pytest.TempPathFactory) -> EnginePage:
    return EnginePage(browser, tmp_path_factory.mktemp("refused"))


def answers(page: EnginePage, formula: str, *calls: tuple[object, ...]) -> list[str]:
    """Return what each call is refused with, "" where it is not, on a network for pictures of 5×5 and 3 classes."""
    network = trace(parse(formula), (1, 5, 5), 3)
    page.load(network, InputSpec((1, 5, 5)), random_weights(network, 0))
    page.call("forward", PICTURE)
    return list(page.call("refusals", [list(call) for call in calls]))


def test_a_picture_of_another_size(page: EnginePage) -> None:
    assert answers(page, "fc", *(("forward", [0] * n) for n in (24, 25, 26))) == [
        "RangeError: a picture of 25 numbers is wanted, got 24",
        "",
        "RangeError: a picture of 25 numbers is wanted, got 26",
    ]


def test_a_value_that_is_not_there(page: EnginePage) -> None:
    places = [(0, 0, 0), (1, 2, 2), (2, 0, 0), (-1, 0, 0), (0, 3, 0), (0, -1, 0), (0, 0, 3), (0, 0, -1)]
    found = answers(page, "conv(2, 3) + fc", *(("terms", [[0, *place]]) for place in places))
    wanted = [f"RangeError: conv1 has no value at channel {c}, row {y}, column {x}" for c, y, x in places[2:]]
    assert found == ["", "", *wanted]


@pytest.mark.parametrize("name", ["gradients", "contributions"])
def test_a_class_that_is_not_there(page: EnginePage, name: str) -> None:
    found = answers(page, "conv(2, 3) + fc", *((name, k) for k in (0, 2, 3, -1)))
    assert found == ["", "", "RangeError: no class 3: there are 3", "RangeError: no class -1: there are 3"]


def test_grad_cam_without_feature_maps(page: EnginePage) -> None:
    found = answers(page, "conv(2, 3) + fc", *(("gradCam", 0, index) for index in (0, 2, 9)))
    assert found == ["", *["RangeError: Grad-CAM needs a layer that makes maps"] * 2]


def test_grad_cam_of_a_layer_that_the_score_does_not_depend_on(page: EnginePage) -> None:
    network = trace(parse("conv(1, 1) + conv(1, 1) + gap"), (1, 5, 5), 1)
    page.load(network, InputSpec((1, 5, 5)), random_weights(network, 0))
    payload: Any = json.loads(json.dumps(page.waiting.pop()[1]))
    payload["nodes"][1] |= {"sources": [-1]}
    page.ask([("load", payload), ("forward", PICTURE)])
    assert page.call("refusals", [["gradCam", 0, 0], ["gradCam", 0, 1]]) == [
        "RangeError: the score does not depend on this layer",
        "",
    ]


def test_an_occluding_square_and_its_stride(page: EnginePage) -> None:
    sizes = [(1, 1), (3, 3), (3, 1), (0, 1), (3, 0), (3, 4)]
    found = answers(page, "fc", *(("occlusion", PICTURE, 0, size, stride) for size, stride in sizes))
    assert found == ["", "", "", *["RangeError: stride must be 1 to the square's size"] * 3]


def test_captured_numbers_without_samples(page: EnginePage) -> None:
    assert answers(page, "fc", ("captured", 0)) == ["RangeError: the payload holds no samples"]


@pytest.mark.parametrize("kind", ["square_root", "toString"])
def test_a_kind_that_the_page_does_not_know(page: EnginePage, kind: str) -> None:
    network = trace(parse("fc"), (1, 5, 5), 3)
    spec = InputSpec((1, 5, 5)).to_json()
    given = {"input": spec, "tensors": {}, "nodes": [{**node, "kind": kind} for node in as_json(page_nodes(network))]}
    assert page.call("refusals", [["load", given]]) == [f"RangeError: flatten1 is of no kind that is known: {kind}"]
