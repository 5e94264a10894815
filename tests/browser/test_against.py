"""Two networks on one page, in a real Chromium: their differences are those that were put there by hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from selenium import webdriver

from convscope.explain.features import feature_maps, scores
from convscope.explain.payload.gather import gather
from convscope.explain.subject.samples import Samples
from convscope.explain.subject.subject import subject_of_net
from convscope.nn import Net, build, load_weights
from convscope.page.inline import page_html
from tests.browser.chromium import until
from tests.browser.look_page import CLASSES, Page
from tests.samples import sample

pytestmark = pytest.mark.browser

MOVED = (3, 0, -2)  # by how much the bias of each map is another in the second network
SHAPE = (1, 9, 8)
PICTURES = np.random.default_rng(4).integers(0, 256, (6, *SHAPE), dtype=np.uint8)
CELLS = "Array.from(document.querySelectorAll(arguments[0]), (row) => Array.from(row.children, (c) => c.textContent))"


def pair(formula: str = "conv(3, 3) + fc", second: str = "") -> tuple[Net, Net]:
    """Return a network, and the same with the biases of its maps moved; or another."""
    network, spec, weights, _ = sample(formula, SHAPE, 3, seed=2)
    first = load_weights(build(network, spec), weights).eval()
    if second:
        network, spec, others, _ = sample(second, SHAPE, 3, seed=5)
        return first, load_weights(build(network, spec), others).eval()
    moved = {**weights, "conv1.bias": weights["conv1.bias"] + np.array(MOVED, np.float32)}
    return first, load_weights(build(network, spec), moved).eval()


def page_of(browser: webdriver.Chrome, folder: Path, nets: tuple[Net, Net]) -> Page:
    samples = Samples(PICTURES, (None,) * 6, tuple(f"picture {i}" for i in range(6)))
    first, second = (subject_of_net(net, CLASSES, title) for net, title in zip(nets, ("one", "two"), strict=True))
    path = folder / "two.html"
    path.write_text(page_html(gather(first, samples, title="one", against=second).to_json()), encoding="utf-8")
    return Page(browser, path)


def numbers(text: str) -> float:
    return float(text.replace("−", "-"))


def test_the_difference_of_every_map_is_the_one_that_was_put_there(browser: webdriver.Chrome, tmp_path: Path) -> None:
    nets = pair()
    page = page_of(browser, tmp_path, nets).open("v=against&n=conv1&p=s1")
    until(lambda: page.all(".contrast-map"))
    said = page.js("Array.from(document.querySelectorAll('.contrast-map p'), (e) => e.textContent)")
    assert said == ["conv1, map 1 3.000", "conv1, map 3 2.000", "conv1, map 2 0.000"]
    area = 7 * 6
    weight = nets[0].weights()["fc1.weight"].reshape(3, 3, area)
    wanted = dict(zip(CLASSES, -(weight.sum(2) @ np.array(MOVED)), strict=True))
    rows = [row for row in page.js(CELLS, ".against table tbody tr") if row[0] in CLASSES]
    a, b = (scores(net, PICTURES[1:2])[0] for net in nets)
    assert len(rows) == 3
    for name, first, second, minus, *_ in rows:
        k = CLASSES.index(name)
        assert numbers(first) == pytest.approx(a[k], abs=1e-3)
        assert numbers(second) == pytest.approx(b[k], abs=1e-3)
        assert numbers(minus) == pytest.approx(wanted[name], abs=2e-3)
    # A − B of map 1 is −3 everywhere, of map 3 +2: one colour each, and not the same.
    colours = page.js(
        """Array.from(document.querySelectorAll('.contrast-map'), (map) => {
        const canvas = map.querySelectorAll('canvas')[2];
        const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
        const all = new Set();
        for (let i = 0; i < data.length; i += 4) all.add([...data.slice(i, i + 3)].join());
        return [...all]; })"""
    )
    assert [len(each) for each in colours] == [1, 1, 1]
    red, blue = ([int(part) for part in colours[i][0].split(",")] for i in (1, 0))
    assert red[0] > red[2], "+2 is of the warm side"
    assert blue[0] < blue[2], "−3 of the cold one"


def test_the_samples_that_are_read_apart_are_counted_and_open(browser: webdriver.Chrome, tmp_path: Path) -> None:
    nets = pair(second="conv(2, 5) + tanh + fc")
    said = [scores(net, PICTURES).argmax(1) for net in nets]
    apart = np.flatnonzero(said[0] != said[1])
    assert 0 < len(apart) < 6
    page = page_of(browser, tmp_path, nets).open("v=against")
    until(lambda: page.all(".agreement .thumb"))
    assert page.text(".agreement p").startswith(f"{6 - len(apart)} of 6")
    thumbs = page.all(".agreement .thumb")
    assert [thumb.get_attribute("data-picture") for thumb in thumbs] == [f"s{i}" for i in apart]
    thumbs[-1].click()
    assert page.state()["p"] == f"s{apart[-1]}"
    verdicts = [row[1] for row in page.js(CELLS, ".against table tbody tr")[:2]]
    assert [CLASSES[says[apart[-1]]] in words for says, words in zip(said, verdicts, strict=True)] == [True, True]


def test_layers_of_another_size_are_listed_with_their_zeros(browser: webdriver.Chrome, tmp_path: Path) -> None:
    """Only the scores have the same name and size in both; relu's share of zeros is counted with torch."""
    nets = pair("conv(3, 3) + relu + fc", "conv(2, 5) + relu + fc")
    page = page_of(browser, tmp_path, nets).open("v=against&p=s0")
    until(lambda: page.all(".contrast-layers .chip"))
    assert page.js("Array.from(document.querySelectorAll('.chip .number'), (e) => e.textContent)") == ["fc1"]
    rows = [row[:3] for row in page.js(CELLS, ".against table tbody tr") if row[0] in ("conv1", "relu1", "flatten1")]
    wanted = []
    for net, size in zip(nets, ("3×7×6", "2×5×4"), strict=True):
        maps = feature_maps(net, PICTURES[:1], ["relu1"])["relu1"]
        share = f"{round(100 * float((maps == 0).mean()))}\xa0%"
        wanted += [["conv1", size, "0\xa0%"], ["relu1", size, share], ["flatten1", str(maps.size), share]]
    assert rows == wanted
    assert page.console() == []


def test_what_is_drawn_runs_through_both(browser: webdriver.Chrome, tmp_path: Path) -> None:
    nets = pair()
    page = page_of(browser, tmp_path, nets)
    packed = page.open().js("btoa(String.fromCharCode(0, 30, 0, 0, 20, 255, 0, 22, 7))").replace("=", "")
    page.open(f"v=against&p=d{packed}")
    until(lambda: page.all(".contrast-layers .chip"))
    drawn = np.array([0] * 30 + [255] * 20 + [7] * 22, np.uint8).reshape(1, *SHAPE)
    rows = {row[0]: row for row in page.js(CELLS, ".against table tbody tr")}
    for k, name in enumerate(CLASSES):
        for net, cell in zip(nets, rows[name][1:3], strict=True):
            assert numbers(cell) == pytest.approx(scores(net, drawn)[0, k], abs=1e-3)
