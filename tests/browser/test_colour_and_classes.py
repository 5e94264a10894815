"""A page of a network that reads colours and knows many classes: own pictures first, the top classes, every name."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image
from selenium import webdriver
from selenium.webdriver.common.by import By

from convscope.explain.payload import gather, records
from convscope.explain.subject.samples import Samples
from convscope.explain.subject.subject import subject_of_net
from convscope.nn import build, load_weights
from convscope.page.inline import page_html
from convscope.pictures.preprocessing import preprocess
from tests.browser.look_page import Page
from tests.samples import sample

pytestmark = pytest.mark.browser

CLASSES = 40
NAMES = tuple(f"a kind of animal with a long name, number {k}" for k in range(CLASSES))
FORMULA = (
    "conv(6, 3) + relu + concat(adaptive_avgpool(3) + flatten, "
    "concat(conv(2, 1), maxpool(2) + conv(3, 1) + adaptive_avgpool(18)) + gap + flatten) + fc"
)


@pytest.fixture(scope="module")
def page(browser: webdriver.Chrome, tmp_path_factory: pytest.TempPathFactory) -> Page:
    folder = tmp_path_factory.mktemp("colour")
    network, spec, weights, _ = sample(FORMULA, (3, 20, 20), CLASSES, seed=3)
    rng = np.random.default_rng(1)
    pictures = rng.integers(0, 256, (3, 3, 20, 20), dtype=np.uint8)
    confusion = np.eye(CLASSES, dtype=int) * 9
    confusion[3, 17], confusion[5, 8] = 4, 2
    mistakes = records.Mistakes(pictures[:1], labels=(3,), predicted=(17,), probability=(0.8,), loss=(2.5,))
    net = load_weights(build(network, spec), weights).eval()
    made = replace(
        gather.gather(subject_of_net(net, NAMES), Samples(pictures, (7, None, None), ("a", "b", "c")), language="en"),
        errors=records.Errors(tuple(map(tuple, confusion.tolist())), int(confusion.sum()), "test", mistakes),
    )
    (folder / "page.html").write_text(page_html(made.to_json()), encoding="utf-8")
    Image.fromarray(rng.integers(0, 256, (31, 47, 3), dtype=np.uint8)).save(folder / "own.png")
    return Page(browser, folder / "page.html")


def test_an_own_picture_comes_first_and_is_read_as_python_reads_it(page: Page) -> None:
    page.open("v=draw")
    assert page.text(".draw-grid h3") == "Your own picture"
    assert not page.one("canvas.pad").is_displayed(), "the pad is folded away"
    page.one("#upload").send_keys(str(page.path.parent / "own.png"))
    for _ in range(50):
        page.wait()
        if "own.png" in page.text(".upload > [role=status]"):
            break
    file = page.path.parent / "own.png"
    shown = page.js(
        "Array.from(document.querySelectorAll('.plane canvas')).map(c => Array.from(c.getContext('2d')"
        ".getImageData(0, 0, 20, 20).data))"
    )
    spec = sample(FORMULA, (3, 20, 20), CLASSES, seed=3)[1]
    wanted = preprocess(spec, file.read_bytes()).pixels
    for c, numbers in enumerate(shown):
        pixels = np.array(numbers, np.uint8).reshape(20, 20, 4)
        np.testing.assert_array_equal(pixels[:, :, c], wanted[c])
        assert not np.delete(pixels[:, :, :3], c, axis=2).any(), "the other colours are dark"
    assert page.console() == []


def test_the_picture_and_its_three_colours_stand_in_the_overview(page: Page) -> None:
    page.open("v=network")
    tiles = "Array.from(document.querySelectorAll('.kind-input .tile')).map(x => x.getAttribute('aria-label'))"
    assert page.js(tiles) == ["The picture", "red", "green", "blue"]
    page.open("v=value&n=picture&c=1&y=4&x=2")
    assert "picture, green, row 5, column 3 = " in page.text(".value h2")


def test_of_many_classes_the_top_ones_are_shown_whole_and_any_is_found(page: Page) -> None:
    page.open("v=network")
    z = page.js("Array.from(document.querySelectorAll('.score-list .logit')).map(x => x.textContent)")
    assert len(z) in (10, 11), "ten, and the true class"
    numbers = [float(text.replace("−", "-")) for text in z[:10]]
    assert numbers == sorted(numbers, reverse=True)
    cut = "Array.from(document.querySelectorAll('.score .name')).filter(x => x.scrollWidth > x.clientWidth + 1).length"
    assert page.js(cut) == 0
    page.one(".class-search input").send_keys("NUMBER 3")
    found = [row.find_element(By.CSS_SELECTOR, ".name").text for row in page.all(".found .score")]
    assert sorted(found) == sorted(name for name in NAMES if "number 3" in name)
    page.all(".found .score")[0].click()
    assert page.view() == "loss"


def test_the_softmax_of_many_classes_still_sums_to_one(page: Page) -> None:
    page.open("v=loss")
    rows = page.js("Array.from(document.querySelectorAll('.loss tbody tr')).map(r => r.lastChild.textContent)")
    assert len(rows) <= 16
    assert math.isclose(sum(float(p) for p in rows), 1, abs_tol=1e-3)
    assert "together" in page.text(".loss tbody tr:last-child th")


def test_the_whole_confusion_matrix_of_many_classes_is_read_and_opened(page: Page) -> None:
    page.open("v=errors")
    assert page.js("document.querySelector('.confusion-map').width") == CLASSES
    largest = page.all(".confusions button")
    assert [b.text for b in largest] == [f"{NAMES[3]} → {NAMES[17]} · 4", f"{NAMES[5]} → {NAMES[8]} · 2"]
    largest[0].click()
    assert page.state()["q"] == "3,17"
    assert len(page.all(".mistake")) == 1


def test_a_number_of_joined_rows_leads_back_to_its_branch(page: Page) -> None:
    page.open("v=layer&n=concat2&c=55")
    assert [b.get_attribute("aria-pressed") for b in page.all(".branches button")] == ["false", "true"]
    page.one(".drawing .sumline button").click()
    assert (page.state()["n"], page.state()["c"]) == ("flatten2", "1")
    page.all(".sum-body button, .sum-body .link")[0].click()
    assert page.state()["n"] == "gap1"
    assert page.console() == []
