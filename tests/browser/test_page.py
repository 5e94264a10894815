"""The page in a real Chromium, from file:// and without network: every level by click and by keyboard, drawing, languages, sizes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import numpy as np
import pytest
from scipy.ndimage import affine_transform
from selenium import webdriver
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from convscope.build import build, load_weights
from convscope.page.inline import document, page_html
from convscope.page.modules import join
from convscope.see import payload
from convscope.see.binary import decode, encode
from convscope.see.samples import Samples
from convscope.see.subject import of_net
from tests.samples import sample

pytestmark = pytest.mark.browser

FORMULA = "conv(4, 5) + relu + maxpool(2) + skip(conv(4, 3, pad=1) + bn + tanh) + avgpool(2) + dropout(0.2) + fc(12) + leaky_relu + fc"
HOSTILE = "<img src=x onerror=window.hacked=1>"
VIEWS = ("network", "layer", "value", "draw", "loss", "where", "training", "errors")


def whole_payload(language: str = "en", **changes: Any) -> dict[str, Any]:
    """Return a payload with every part filled: random weights and pictures, one class with a hostile name."""
    network, spec, weights, _ = sample(FORMULA, (1, 20, 20), 3, seed=5)
    classes = ("zero", HOSTILE, "two & more")
    rng = np.random.default_rng(0)
    pictures = rng.integers(0, 256, (4, 1, 20, 20), dtype=np.uint8)
    samples = Samples(pictures, (0, 1, 2, None), ("first", HOSTILE, "third", "fourth"))
    net = load_weights(build(network, spec), weights).eval()
    patch = {"picture": encode(pictures[0][:, :5, :5]), "value": 1.5, "label": 1, "at": [0, 0]}
    card = {"top": [patch], "bottom": [patch], "active": 0.0, "by_class": [0.0, None, 0.5], "state": "dead"}
    shot = {
        "tensors": {"conv1.weight": encode(rng.normal(size=(4, 1, 5, 5)))},
        "maps": {"conv1": encode(rng.normal(size=(4, 16, 16)))},
    }
    made = payload.gather(of_net(net, classes), samples, title=f"A page {HOSTILE}", language=language)
    made["channels"] = {"conv1": [card] * 4}
    made["run"] = {
        "steps": [0, 10],
        "log": [{"step": s, "epoch": s / 10, "loss": 2.0 - s / 10, "accuracy": 0.5, "lr": 0.1} for s in range(11)],
        "snapshots": [
            {"step": s, "loss": 2.0 - s / 10, "accuracy": 0.5, "confusion": [[1, 2, 0]] * 3, **shot} for s in (0, 10)
        ],
        "confusion_on": "held-out",
    }
    made["errors"] = {
        "confusion": [[3, 1, 0], [0, 4, 0], [0, 0, 5]],
        "n": 13,
        "split": "test",
        "cells": {"0,1": [{"sample": 0}]},
        "mistakes": {
            "pictures": encode(pictures[1:2]),
            "labels": [0],
            "predicted": [1],
            "probability": [0.8],
            "loss": [2.5],
        },
    }
    return {**made, **changes}


class Page:
    """One page in the browser, and what a person does with it."""

    def __init__(self, browser: webdriver.Chrome, path: Path) -> None:
        self.browser, self.path = browser, path

    def open(self, hash: str = "", width: int = 1280) -> Page:
        self.browser.execute_cdp_cmd(
            "Emulation.setDeviceMetricsOverride",
            {"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": width < 500},
        )
        self.browser.get("about:blank")
        self.browser.get_log("browser")  # type: ignore[no-untyped-call]
        self.browser.get(f"{self.path.as_uri()}#{hash}")
        return self

    def js(self, script: str, *arguments: object) -> Any:
        return self.browser.execute_script(f"return {script}", *arguments)

    def all(self, css: str) -> list[Any]:
        return self.browser.find_elements(By.CSS_SELECTOR, css)

    def one(self, css: str) -> Any:
        return self.browser.find_element(By.CSS_SELECTOR, css)

    def text(self, css: str) -> str:
        return str(self.js("document.querySelector(arguments[0])?.textContent ?? ''", css))

    def press(self, *keys: str) -> None:
        actions = ActionChains(self.browser)
        for key in keys:
            actions.send_keys(key)
        actions.perform()

    def state(self) -> dict[str, str]:
        """Return the address as names and values, once a small change has come to it."""
        self.browser.execute_async_script("setTimeout(arguments[0], 220)")
        parts = str(self.js("location.hash")).lstrip("#").split("&")
        return {name: unquote(value) for name, _, value in (part.partition("=") for part in parts) if name}

    def view(self) -> str:
        return self.state().get("v", "network")

    def console(self) -> list[str]:
        return [entry["message"] for entry in self.browser.get_log("browser")]  # type: ignore[no-untyped-call]


@pytest.fixture(scope="module")
def page(browser: webdriver.Chrome, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    path = tmp_path_factory.mktemp("page") / "page.html"
    path.write_text(page_html(whole_payload()), encoding="utf-8")
    yield Page(browser, path)
    browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def test_each_level_by_click(page: Page) -> None:
    page.open()
    assert len(page.all(".column")) == 14, "the input and 13 layers"
    page.one(".column:nth-of-type(2) .tile").click()
    assert page.view() == "layer"
    assert page.text("#view h2") == "conv1, map 1 of 4"
    page.one(".framed.result").click()
    assert page.view() == "value"
    assert "conv1, map 1, row" in page.text("#view h2")
    page.one(".numbers.values button").click()
    assert page.view() == "value"
    assert page.text("#view h2").startswith("picture, row")
    assert "conv1" in page.text(".trail")
    page.one(".trail li:nth-child(2) button").click()
    assert page.text("#view h2").startswith("conv1, map 1, row")
    assert page.console() == []


def test_each_level_by_keyboard_and_back(page: Page) -> None:
    page.open()
    page.press(Keys.ARROW_DOWN, Keys.ARROW_RIGHT, Keys.ARROW_RIGHT, Keys.ARROW_DOWN, Keys.ENTER)
    assert page.view() == "layer"
    assert page.text("#view h2") == "relu1, map 2 of 4"
    page.js("document.activeElement.blur()")
    before = page.text(".readout")
    page.press(Keys.ARROW_RIGHT)
    assert page.text(".readout") != before
    page.press(Keys.ENTER)
    assert page.view() == "value"
    assert page.text("#live") == page.text("#view h2")
    page.press(Keys.ESCAPE)
    assert page.view() == "layer"
    page.press(Keys.ESCAPE)
    assert page.view() == "network"
    assert page.console() == []


def test_drawing_changes_what_the_network_says(page: Page) -> None:
    page.open("v=draw")
    before = page.js("Array.from(document.querySelectorAll('.score .logit'), (e) => e.textContent).join()")
    pad = page.one("canvas.pad")
    ActionChains(page.browser).move_to_element_with_offset(pad, -60, -60).click_and_hold().move_by_offset(
        100, 30
    ).move_by_offset(-60, 80).release().perform()
    page.browser.execute_async_script("setTimeout(arguments[0], 300)")
    assert page.js("Array.from(document.querySelectorAll('.score .logit'), (e) => e.textContent).join()") != before
    assert page.state()["p"][0] == "d"
    seen = page.js(
        "Array.from(document.querySelector('.panel canvas').getContext('2d').getImageData(0, 0, 20, 20).data)"
    )
    assert max(seen[::4]) == 255
    assert min(seen[::4]) == 0
    drawn = page.js("location.hash")
    said = page.text(".verdict")
    page.open(drawn[1:])
    assert page.text(".verdict") == said, "a link shows the same drawing"


def test_ink_comes_before_the_answer_and_keeps_up(page: Page) -> None:
    page.open("v=draw")
    frames = page.browser.execute_async_script(
        """
        const done = arguments[0], pad = document.querySelector("canvas.pad"), box = pad.getBoundingClientRect(), times = [];
        const send = (kind, i) => pad.dispatchEvent(new PointerEvent(kind, {pointerId: 1, bubbles: true, clientX: box.left + 40 + (i * 3) % 200, clientY: box.top + 60 + 50 * Math.sin(i / 9)}));
        try { send("pointerdown", 0); } catch (error) {}
        let i = 0;
        const step = (now) => { times.push(now); send("pointermove", ++i); if (i < 90) requestAnimationFrame(step); else { send("pointerup", i); done(times); } };
        requestAnimationFrame(step);
        """
    )
    gaps = np.diff(frames)
    assert np.median(gaps) < 34, f"{np.median(gaps):.1f} ms a frame"


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("width", [390, 768, 1280])
def test_nothing_flows_over_and_nothing_goes_wrong(page: Page, view: str, width: int) -> None:
    page.open(f"v={view}&n=conv2&c=1&y=2&x=2", width)
    assert page.js("document.documentElement.scrollWidth <= innerWidth")
    assert page.js("document.querySelector('#view').textContent.trim().length") > 100
    assert page.console() == []


@pytest.mark.parametrize(
    "node",
    [
        "conv1",
        "relu1",
        "maxpool1",
        "conv2",
        "bn1",
        "tanh1",
        "add1",
        "avgpool1",
        "dropout1",
        "flatten1",
        "fc1",
        "leaky_relu1",
        "fc2",
    ],
)
def test_every_kind_of_layer_has_its_drawing_and_its_sum(page: Page, node: str) -> None:
    page.open(f"v=layer&n={node}&c=1&y=1&x=1")
    assert page.all(".drawing canvas, .drawing svg")
    shown = page.text(".readout").rsplit("= ", 1)[1]
    page.open(f"v=value&n={node}&c=1&y=1&x=1")
    total = page.text(".sum-body b:last-of-type") or page.text(".answer")
    value = float(page.text(".answer").replace("−", "-"))
    assert abs(float(shown.replace("−", "-")) - value) < 0.006
    assert total
    assert page.console() == []


def test_korean(page: Page, tmp_path: Path, browser: webdriver.Chrome) -> None:
    path = tmp_path / "ko.html"
    path.write_text(page_html(whole_payload("ko")), encoding="utf-8")
    korean = Page(browser, path).open()
    assert korean.js("document.documentElement.lang") == "ko"
    assert "네트워크" in korean.text("nav")
    korean.one(".segmented button[data-value=en]").click()
    assert "The network" in korean.text("nav")


def test_hostile_names_stay_text(page: Page) -> None:
    for view in VIEWS:
        page.open(f"v={view}&n=conv1&c=0&p=s1")
        page.browser.execute_async_script("setTimeout(arguments[0], 60)")
        assert page.js("window.hacked === undefined && document.querySelectorAll('img').length === 0")
    page.open()
    assert HOSTILE in page.text(".scores")


@pytest.mark.parametrize(
    "hash",
    [
        "#v=nowhere",
        "#n=%E0%A4%A",
        "#v=layer&n=conv9",
        "#v=value&n=conv1&c=999999&y=77&x=-5",
        "#p=d***",
        "#e=1_x_NaN",
        "#v=layer&n=conv1&c=-3",
        "#q=9,9&v=errors",
        "#s=99&v=training",
    ],
)
def test_an_address_that_makes_no_sense_still_opens(page: Page, hash: str) -> None:
    page.open(hash[1:])
    assert page.js("document.querySelector('#view').textContent.trim().length") > 50
    assert page.console() == []


def test_the_tour_can_be_left_at_any_time(page: Page) -> None:
    page.open()
    page.js("Array.from(document.querySelectorAll('button')).find((b) => b.textContent === 'Guided tour').click()")
    for stop in range(2, 7):
        assert page.one(".tour").is_displayed()
        page.one(".tour .primary").click()
        assert page.text(".tour .small").startswith(f"{stop} /")
    page.press(Keys.ESCAPE)
    assert not page.one(".tour").is_displayed()


def test_an_error_opens_its_pictures_and_a_picture_the_network(page: Page) -> None:
    page.open("v=errors")
    page.one(".confusion button").click()
    assert page.state()["q"] == "0,1"
    page.one(".mistake").click()
    assert page.view() == "network"
    assert page.state()["p"] == "m0"
    assert "mistake 1" in page.text(".caption")


def test_what_is_not_there_is_said(browser: webdriver.Chrome, tmp_path: Path) -> None:
    path = tmp_path / "bare.html"
    path.write_text(page_html(whole_payload(channels=None, run=None, errors=None)), encoding="utf-8")
    page = Page(browser, path)
    for view in ("training", "errors"):
        page.open(f"v={view}")
        assert "convscope" in page.text(".empty code")
    page.open("v=layer&n=conv1")
    assert "convscope look MODEL DATA" in page.text(".card")
    assert page.console() == []


def test_the_sums_of_the_page_are_the_frameworks(page: Page) -> None:
    page.open()
    assert "max |Δ|" in page.text(".measured")
    stored = decode(whole_payload()["samples"]["logits"])[0]
    shown = [float(e.text.replace("−", "-")) for e in page.all(".score .logit")]
    assert np.abs(stored - shown).max() < 0.006


@pytest.fixture(scope="module")
def tools(browser: webdriver.Chrome, tmp_path_factory: pytest.TempPathFactory) -> Page:
    """Return a page that gives the page's own functions to the tests."""
    path = tmp_path_factory.mktemp("tools") / "tools.html"
    here = Path(__file__).parent
    script = join(here / "page_tools.js", here.parent.parent)
    path.write_text(
        document(script=script, style="", title="tools", language="en", payload=None, dictionary={}), encoding="utf-8"
    )
    return Page(browser, path)


@pytest.mark.parametrize(
    "hash",
    [
        "#",
        "#v=value&n=conv2&c=3&y=4&x=1&t=conv1.0.1.2~relu1.3.0.0",
        "#v=draw&p=s2&e=1_-2_30_1.25_4_3_5_6",
        "#r=layer&q=0%2C1&l=ko&h=dark",
        "#v=loss&k=2&b=1&g=3",
    ],
)
def test_the_address_round_trips(tools: Page, hash: str) -> None:
    assert tools.open().js("tools.roundTrip(arguments[0])", hash) == hash


def test_pixels_in_the_address_round_trip(tools: Page) -> None:
    tools.open()
    rng = np.random.default_rng(1)
    sparse = (rng.random(400) < 0.1).astype(np.uint8) * 255
    for picture in (
        np.zeros(1200, np.uint8),
        rng.integers(0, 256, 400, dtype=np.uint8),
        sparse,
        np.full(300, 7, np.uint8),
    ):
        assert tools.js("tools.pixels(arguments[0])", picture.tolist()) == picture.tolist()
    for text in ("", "***", "AAAA", "AP8A" * 9):
        assert tools.js("tools.badPixels(arguments[0], 100)", text) is None


def test_legend_and_pixels_have_one_zero(tools: Page) -> None:
    tools.open()
    for dark in (False, True):
        zeros = set()
        for scale in ("activations", "weights"):
            left, zero, right = (
                tools.js("tools.colour(arguments[0], arguments[1], arguments[2], 2)", scale, dark, v)
                for v in (-2, 0, 2)
            )
            assert len({left, zero, right}) == 3
            assert tools.js("tools.colour(arguments[0], arguments[1], 99, 2)", scale, dark) == right
            zeros.add(zero)
        assert len(zeros) == 1


def test_edits_against_scipy(tools: Page) -> None:
    tools.open()
    rng = np.random.default_rng(2)
    picture = rng.integers(0, 256, (1, 9, 7), dtype=np.uint8)
    edit = "tools.edited(arguments[0], [1, 9, 7], arguments[1])"
    moved = np.array(tools.js(edit, picture.ravel().tolist(), {"dx": 2, "dy": -1})).reshape(9, 7)
    assert (moved[:-1, 2:] == picture[0, 1:, :-2]).all()
    assert (moved[:, :2] == 0).all()
    turned = np.array(tools.js(edit, picture.ravel().tolist(), {"turn": 30, "scale": 1.3})).reshape(9, 7)
    angle = np.deg2rad(-30)
    matrix = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]]) / 1.3
    centre = np.array([4.0, 3.0])
    want = affine_transform(np.pad(picture[0].astype(float), 1), matrix, centre + 1 - matrix @ (centre + 1), order=1)[
        1:-1, 1:-1
    ]
    assert np.abs(turned - want).max() <= 1
    erased = np.array(tools.js(edit, picture.ravel().tolist(), {"es": 3, "ex": 1, "ey": 2})).reshape(9, 7)
    assert (erased[2:5, 1:4] == 0).all()
    assert (erased != picture[0]).sum() <= 9


def test_ink_is_centred_as_mnist_was(tools: Page) -> None:
    tools.open()
    ink = np.zeros((56, 56), np.uint8)
    ink[3:23, 30:40] = 255
    ink[23:43, 30:35] = 255
    made = np.array(tools.js("tools.centred(arguments[0], 56, 28)", ink.ravel().tolist())).reshape(28, 28)
    rows, _columns = np.nonzero(made)
    assert np.ptp(rows) + 1 == 20, "its longer side fills 20 of 28 pixels"
    mass = made / made.sum()
    centre = [(mass.sum(1) * np.arange(28)).sum(), (mass.sum(0) * np.arange(28)).sum()]
    assert np.abs(np.array(centre) - 13.5).max() <= 0.51, "its centre of mass is in the middle"
