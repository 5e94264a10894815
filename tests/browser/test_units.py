"""A layer and one of its numbers in a real Chromium: its window, its sum, its receptive field, what follows, and what
it says of itself.
"""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
import torch
from selenium import webdriver
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys

from convscope.explain.payload import gather
from convscope.explain.subject.samples import Samples
from convscope.explain.subject.subject import subject_of_net
from convscope.nn import build, load_weights
from convscope.page.inline import page_html
from tests.browser.look_page import FORMULA, Page
from tests.samples import sample

pytestmark = pytest.mark.browser


def readout(page: Page) -> tuple[int, int]:
    """Return the row and the column, from 0, that the line above the drawing is about."""
    row, column = page.js("document.querySelector('.readout').textContent.match(/row (\\d+), column (\\d+)/).slice(1)")
    return int(row) - 1, int(column) - 1


def value_at(page: Page, y: int, x: int) -> str:
    """Return what Python computes for conv2, map 2, written as the page writes it."""
    network, spec, weights, _ = sample(FORMULA, (1, 20, 20), 3, seed=5)
    net = load_weights(build(network, spec), weights).eval().double()
    net.mean, net.std = (torch.tensor(v, dtype=torch.float64).view(-1, 1, 1) for v in (spec.mean, spec.std))
    picture = np.random.default_rng(0).integers(0, 256, (4, 1, 20, 20), dtype=np.uint8)[:1]
    made = net.outputs(torch.from_numpy(picture).double())
    value = float(made[[node.name for node in network.nodes].index("conv2")][0, 1, y, x].detach())
    digits = 0 if abs(value) >= 1000 else 1 if abs(value) >= 100 else 2 if abs(value) >= 10 else 3
    return f"{value:.{digits}f}".replace("-", "−")


def test_the_window_plays_and_rests_under_the_pointer(page: Page) -> None:
    page.open("v=layer&n=conv2&c=1&y=0&x=0")
    page.one(".player [data-value=fast]").click()
    page.one(".play").click()
    page.wait(500)
    assert readout(page) != (0, 0), "it plays"
    page.point(page.one(".drawing h3"))
    page.wait(100)
    held, place = page.text(".readout"), readout(page)
    assert held == f"conv2, map 2, row {place[0] + 1}, column {place[1] + 1} = {value_at(page, *place)}"
    page.wait(250)
    assert page.text(".readout") == held, "a resting pointer pauses it"
    page.point(page.one(".lead"))
    page.wait(250)
    assert readout(page) > place, "it goes on from there, column by column"
    page.one(".play").click()
    page.js("document.activeElement.blur()")
    page.press(" ")
    assert "Pause" in page.text(".play")
    page.press(" ")
    assert "Play" in page.text(".play")


def test_live_text_reads_the_current_sum(page: Page) -> None:
    page.open("v=layer&n=conv2&c=1&y=2&x=2")
    page.press(Keys.ARROW_RIGHT, Keys.ARROW_DOWN)
    assert page.text("#live").startswith("conv2, map 2, row 4, column 4 = ")
    assert page.text("#live") == page.text(".readout")


def test_the_formula_adds_up_and_its_terms_light_up_together(page: Page) -> None:
    page.open("v=value&n=conv2&c=1&y=3&x=3&f=2")
    written = page.js("Array.from(document.querySelectorAll('.written .product'), (e) => e.textContent)")
    factors = [[float(f.strip("()").replace("−", "-")) for f in term.split("×")] for term in written]
    assert len(written) == 9
    assert abs(sum(a * b for a, b in factors) - page.number(".written b")) < 0.02
    page.point(page.all(".numbers.weights .cell")[4])
    assert page.js("Array.from(document.querySelectorAll('.twin'), (e) => e.dataset.term)") == ["4"] * 4
    a, b, product = page.js("document.querySelector('.reading').textContent.match(/−?[0-9.]+/g)")
    a, b, product = (float(v.replace("−", "-")) for v in (a, b, product))
    assert abs(a * b - product) < 2e-4
    page.all(".written .product")[4].click()
    assert page.text("#view h2").startswith("maxpool1, map 3, row 4, column 4 = ")
    assert "conv2, map 2, row 4, column 4" in page.text(".trail")


def test_the_two_small_maps_of_the_formula_move_and_descend(page: Page) -> None:
    page.open("v=value&n=conv2&c=1&y=3&x=3&f=2")
    for box, at in ((1, 8), (0, 4)):
        frame = page.all(".places .framed")[box]
        ActionChains(page.browser, duration=10).move_to_element_with_offset(frame, at, at).click().perform()
        if box == 1:
            assert (page.state()["y"], page.state()["x"]) == ("4", "4")
    assert page.state()["n"] == "maxpool1"
    assert page.state()["t"] == "conv2.1.4.4"


def test_what_follows_is_an_activation_with_the_number_put_in(page: Page) -> None:
    page.open("v=value&n=conv1&c=0&y=5&x=5")
    value = page.number(".answer")
    assert page.text(".next .display") == f"max(0, {page.text('.answer')})={max(0.0, value):.4f}"


@pytest.mark.parametrize(
    ("node", "steps"), [("conv1", ["1 + (5 − 1)·1"]), ("conv2", ["1 + (5 − 1)·1", "5 + (2 − 1)·1", "6 + (3 − 1)·2"])]
)
def test_a_receptive_field_says_how_it_came_about(page: Page, node: str, steps: list[str]) -> None:
    page.open(f"v=layer&n={node}&c=1&y=0&x=0")
    shown = page.js("Array.from(document.querySelectorAll('.recurrence td:nth-child(2)'), (e) => e.textContent)")
    assert shown == steps
    box = {
        k: float(page.js(f"document.querySelector('.panel .window-box').getAttribute('{k}')"))
        for k in ("x", "y", "width", "height")
    }
    assert box == {"x": 0, "y": 0, **dict.fromkeys(("width", "height"), 5 if node == "conv1" else 8)}, (
        "padding 1 is cut off"
    )
    page.one(".field-note summary").click()
    page.press(Keys.ARROW_RIGHT)
    assert not page.js("document.querySelector('.field-note details').open"), "stays folded while the window moves"


def test_flatten_says_which_number_of_the_row(page: Page) -> None:
    page.open("v=layer&n=flatten1&c=37")
    assert page.text(".drawing .display") == "2 · 4·4 + 1 · 4 + 1 + 1=number 38 of the row"
    page.open("v=value&n=flatten1&c=37")
    page.one(".numbers.values button").click()
    assert page.text("#view h2").startswith("dropout1, map 3, row 2, column 2 = ")


def test_dropout_draws_anew(page: Page) -> None:
    page.open("v=layer&n=dropout1&c=0")
    shot = "document.querySelectorAll('.drawing canvas')[1].toDataURL()"
    draws = set()
    for _ in range(6):
        draws.add(page.js(shot))
        page.one(".drawing .link").click()
    assert len(draws) > 1
    assert page.js(
        "document.querySelectorAll('.drawing canvas')[0].toDataURL() === document.querySelectorAll('.drawing "
        "canvas')[2].toDataURL()"
    )


def test_pooling_tells_what_the_other_one_keeps(page: Page) -> None:
    page.open("v=layer&n=maxpool1&c=1&y=2&x=2")
    numbers = page.js("Array.from(document.querySelectorAll('.numbers .cell'), (e) => e.title)")
    values = [float(title.rsplit("= ", 1)[1].replace("−", "-")) for title in numbers]
    mean = page.js("document.querySelector('.window-numbers .note').textContent.match(/[0-9.]+/)[0]")
    assert len(values) == 4
    assert abs(float(mean) - np.mean(values)) < 0.006


def test_a_dead_channel_says_so_with_a_remedy(page: Page) -> None:
    page.open("v=layer&n=conv1&c=0")
    assert "dying neuron" in page.text(".badge")
    assert "leaky_relu" in page.text(".badge")
    assert page.text(".class-bars").startswith("0\xa0%")


def test_the_open_slice_is_seen_in_a_long_list(page: Page) -> None:
    page.open("v=value&n=conv2&c=1&y=3&x=4")
    rule = ".chips { max-height: 30px !important; grid-template-columns: 1fr !important }"
    page.js("document.styleSheets[0].insertRule(arguments[0], document.styleSheets[0].cssRules.length)", rule)
    box = "(({ top, bottom }) => [top, bottom])(document.querySelector(arguments[0]).getBoundingClientRect())"
    for chosen in (3, 0, 2):
        page.js("document.querySelectorAll('.chip')[arguments[0]].click()", chosen)
        page.wait(120)
        (above, below), (top, bottom) = page.js(box, ".chips"), page.js(box, ".chip[aria-pressed=true]")
        assert below - above <= 30
        assert above <= (top + bottom) / 2 <= below, chosen


def test_only_the_layers_of_the_formula_are_set_apart(page: Page) -> None:
    page.open("")
    bold = page.js("[...document.querySelectorAll('.formula b')].map((e) => e.textContent)")
    assert bold == re.findall(r"\b([a-z_]\w*)\b(?![=\"])", page.text(".formula"))
    assert "pad" not in bold


def test_a_layer_without_a_bias_has_none_in_its_formula(page: Page, browser: webdriver.Chrome, tmp_path: Path) -> None:
    page.open("v=value&n=conv2&c=1&y=2&x=2")
    assert "b" in letters(page)
    formula = "conv(4, 5, bias=False) + bn + relu + conv(4, 3, bias=False) + relu + fc"
    network, spec, weights, _ = sample(formula, (1, 20, 20), 3)
    net = load_weights(build(network, spec), weights).eval()
    subject = subject_of_net(net, ("a", "b", "c"), "without")
    pictures = np.random.default_rng(0).integers(0, 256, (1, 1, 20, 20), dtype=np.uint8)
    made = gather.gather(subject, Samples(pictures, (0,), ("first",)), title="without", language="en")
    (tmp_path / "page.html").write_text(page_html(made.to_json()), encoding="utf-8")
    bare = Page(browser, tmp_path / "page.html")
    for node in ("conv1", "conv2"):
        bare.open(f"v=value&n={node}&c=1&y=2&x=2")
        assert "w" in letters(bare)
        assert "b" not in letters(bare)
        assert "+ 0.0000" not in bare.text("#view"), "nothing is added that is not there"


def letters(page: Page) -> list[str]:
    """Return what the general formula and its sum are written with."""
    return list(page.js("Array.from(document.querySelectorAll('#view .display i'), (e) => e.textContent)"))
