"""The contents: a digit that the shipped network reads while it draws itself, and a live picture for each chapter."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from selenium import webdriver

import convscope.page
from convscope.lab.payload import lab_payload
from convscope.prediction import load
from tests.browser.chromium import until
from tests.browser.lab_page import LabPage

pytestmark = pytest.mark.browser
SLIDES = Path(convscope.page.__file__).parent / "slides" / "model.onnx"
CALM = [{"name": "prefers-reduced-motion", "value": "reduce"}]
# how many pixels of a picture differ from its first
INK = "[...c.getContext('2d').getImageData(0, 0, c.width, c.height).data].filter((v, i, a) => v !== a[i % 4]).length"


@pytest.fixture(scope="module")
def lab(browser: webdriver.Chrome, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LabPage]:
    yield LabPage(browser, tmp_path_factory.mktemp("contents"))
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})


def calm(lab: LabPage, on: bool = True) -> None:
    lab.browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": CALM if on else []})


def test_it_ends_at_what_the_model_file_says_of_that_digit(lab: LabPage) -> None:
    calm(lab)
    digits = lab_payload().digits
    model = load(SLIDES)
    for i in (0, 7, 12, 19):
        lab.open("", f"&i={i}")
        answer = model.predict(np.asarray(digits.pictures[i])[0])[0]
        said = re.fullmatch(r"It reads (\d): ([\d.]+)\s%", lab.text(".opening-said"))
        assert said
        assert said[1] == answer.label == str(digits.labels[i])
        assert float(said[2]) == pytest.approx(100 * answer.probability, abs=0.06)
        shares = lab.js("return [...document.querySelectorAll('.opening-score')].map((r) => r.className.includes('w'))")
        assert shares.index(True) == digits.labels[i]


def test_it_moves_by_itself_ink_first_then_what_the_layers_make_of_it(lab: LabPage) -> None:
    calm(lab, False)
    ink = f"const c = document.querySelector('.opening-digit'); return {INK}"
    lab.open("")
    few = lab.js(ink)
    until(lambda: lab.text(".opening-said").startswith("It reads 3"))
    assert lab.js(ink) > few
    lab.js("document.querySelectorAll('.opening-digits button')[6].click()")
    until(lambda: lab.text(".opening-said").startswith("It reads 6"))
    assert "i=" in lab.js("return location.hash")


def test_every_chapter_has_a_picture_which_stands_still_for_those_who_want_that(lab: LabPage) -> None:
    calm(lab)
    lab.open("")
    cards = "document.querySelectorAll('.cover a')"
    shown = lab.js(f"return [...{cards}].map((a) => a.querySelector('.cover-picture')?.innerHTML.length ?? 0)")
    assert len(shown) >= 11
    assert min(shown) > 100
    blank = f"[...document.querySelectorAll('.cover canvas')].filter((c) => !({INK})).length"
    assert lab.js(f"return {blank}") == 0
    before = lab.js(f"return [...{cards}].map((a) => a.innerHTML)")
    lab.js(f"[...{cards}].forEach((a) => a.dispatchEvent(new Event('pointerenter')))")
    assert lab.js(f"return [...{cards}].map((a) => a.innerHTML)") == before
    assert "✗" in lab.text(".of-plain")  # the plain network loses the X that moved
    assert "✓" in lab.text(".of-plain")


def test_one_column_on_a_phone(lab: LabPage) -> None:
    calm(lab)
    lab.open("", width=390)
    lefts = lab.js("return [...document.querySelectorAll('.cover li')].map((e) => e.getBoundingClientRect().left)")
    assert len(set(lefts)) == 1
    assert lab.js("return document.documentElement.scrollWidth") <= 390
