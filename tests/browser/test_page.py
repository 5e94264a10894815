"""The page in a real Chromium, from file:// and without network: every level by click and by keyboard, drawing,
languages, sizes.
"""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from selenium import webdriver
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys

from convscope.explain.payload.encoding import decode
from convscope.page.inline import page_html
from tests.browser.chromium import until
from tests.browser.look_page import HOSTILE, VIEWS, Page, whole_payload

pytestmark = pytest.mark.browser


def test_each_level_by_click(page: Page) -> None:
    page.open("m=number")
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
    page.open("m=number")
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
    inked = page.browser.execute_async_script(
        """
        const done = arguments[0], inked = [];
        const pad = document.querySelector("canvas.pad"), box = pad.getBoundingClientRect();
        const place = (i) => ({clientX: box.left + 40 + (i * 3) % 200, clientY: box.top + 60 + 50 * Math.sin(i / 9)});
        const send = (kind, i) => pad.dispatchEvent(new PointerEvent(kind, {pointerId: 1, bubbles: true, ...place(i)}));
        const colour = (x, y) => {
            const [scale, drawing] = [pad.width / box.width, pad.getContext("2d")];
            return drawing.getImageData((x - box.left) * scale, (y - box.top) * scale, 1, 1).data.join();
        };
        const paper = colour(box.left + 4, box.top + 4);
        try { send("pointerdown", 0); } catch (error) {}
        let i = 0;
        const step = () => {
            send("pointermove", ++i);
            const {clientX, clientY} = place(i);
            inked.push(colour(clientX, clientY) !== paper);
            if (i < 60) return requestAnimationFrame(step);
            send("pointerup", i);
            done(inked);
        };
        requestAnimationFrame(step);
        """
    )
    assert inked == [True] * 60  # in the frame of the pointer's move, whatever the network is at


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
    assert "신경망" in korean.text("nav")
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


# what share of the thing that a step is about its box covers, and whether that thing fits beside the box at all
COVERED = """(() => {
  const [a, b] = [".walk-lit", ".tour"].map((css) => document.querySelector(css).getBoundingClientRect());
  const across = Math.max(0, Math.min(a.right, b.right) - Math.max(a.left, b.left));
  const down = Math.max(0, Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top));
  return { share: (across * down) / (a.width * a.height), fits: a.height < innerHeight - b.height - 60 };
})()"""


@pytest.mark.parametrize("width", [1280, 390])
def test_the_walk_shows_what_it_speaks_of_and_can_be_left_and_taken_up(page: Page, width: int) -> None:
    page.open("g=1", width=width)
    for stop in range(1, 9):
        assert page.text(".tour .small").startswith(f"{stop} /")
        until(lambda: page.js("document.querySelector('.walk-lit') !== null"))
        covered = page.js(COVERED)
        assert covered["share"] == 0 or not covered["fits"], (stop, page.js("location.hash"))
        if "Subsampling" in page.text(".tour"):
            numbers, kept = re.findall(r"of ([\d., −]+) only ([\d.]+) is", page.text(".tour"))[0]
            four = [float(n.replace("−", "-")) for n in numbers.split(", ")]
            assert len(set(four)) == 4
            assert float(kept) == max(four) > 0
        page.press(Keys.ARROW_RIGHT)
    page.press(Keys.ESCAPE)
    assert not page.one(".tour").is_displayed()
    assert page.js("document.querySelector('.walk-lit')") is None
    page.open("g=5", width=width)
    assert page.text(".tour .small").startswith("5 /")


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
        assert page.text(".empty p").startswith("This page was made without")
        assert not page.all(".save-view"), "there is nothing to save"
        assert not page.all(f"nav [data-view={view}]"), "a view that holds nothing has no place among the others"
        assert page.all("nav [data-view=loss]")
    page.open()
    assert page.all(".save-view")
    page.open("v=layer&n=conv1")
    assert not page.all(".card"), "a heading with nothing below it says nothing"
    assert page.console() == []


def test_the_sums_of_the_page_are_the_frameworks(page: Page) -> None:
    page.open()
    assert "max |Δ|" in page.text(".measured")
    stored = decode(whole_payload()["samples"]["logits"])[0]
    shown = [float(e.text.replace("−", "-")) for e in page.all(".score .logit")]
    assert np.abs(stored - shown).max() < 0.006


def test_a_name_of_one_word_stands_on_one_line_below_a_patch(page: Page) -> None:
    page.open("v=layer&n=conv1")
    named = "(e.textContent = 'astronaut', e.clientHeight)"
    high = page.js(f"[...document.querySelectorAll('.patch-item .small')].map((e) => {named})")
    assert high
    assert max(high) < 20
