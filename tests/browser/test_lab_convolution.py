"""Chapter 3 in Chromium, convolution: windows, strides, padding and their sizes, changed by hand."""

from __future__ import annotations

import re

import numpy as np
import pytest
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from tests.browser.chromium import until
from tests.browser.lab_page import LabPage

pytestmark = pytest.mark.browser


def test_the_lectures_table_and_its_padding(lab: LabPage) -> None:
    from tests.arithmetic.test_convolution import TABLE

    lab.open("convolution")
    assert lab.table(".numbers-out") == TABLE
    assert lab.shown(".size-formula .display:last-child").endswith("+ 1 = 7")
    lab.press("Padding 1")
    assert lab.shown(".sum-of-window") == "( -1 + 1 + 1 + 1 ) / 9 = 0.2222"
    padded = lab.table(".numbers-out")
    assert (len(padded), padded[0][0]) == (9, 0.222)
    assert [line[1:-1] for line in padded[1:-1]] == TABLE


def test_an_output_lights_its_window_by_pointer_and_by_keyboard(lab: LabPage) -> None:
    lab.open("convolution")
    cell = lab.one(".numbers-out [data-at='2.3']")
    ActionChains(lab.browser).move_to_element(cell).perform()
    lit = {c.get_attribute("data-at") for c in lab.all(".pixels-in .in-window")}
    assert lit == {f"{y}.{x}" for y in (2, 3, 4) for x in (3, 4, 5)}
    assert lab.shown(".sum-of-window .answer") == "-0.3333"
    lab.js("arguments[0].focus()", cell)
    ActionChains(lab.browser).send_keys(Keys.ARROW_UP, Keys.ARROW_UP).perform()
    assert lab.js("return document.activeElement.dataset.at") == "0.3"
    assert lab.shown(".sum-of-window .answer") == "0.3333"


def test_pixels_and_weights_can_be_changed(lab: LabPage) -> None:
    lab.open("convolution")
    lab.one(".pixels-in [data-at='1.1']").click()
    assert lab.shown(".sum-of-window .answer") == "0.5556"  # one of nine products turned from 1 to −1
    lab.type(lab.all(".kernel-editor input")[4], "5")
    assert lab.shown(".sum-of-window .answer") == "0.1111"
    lab.type(lab.all(".kernel-editor input")[4], "five")
    assert lab.shown(".sum-of-window .answer") == "0.1111"
    assert lab.all(".kernel-editor input")[4].get_attribute("aria-invalid") == "true"


def test_a_pixel_takes_five_shades_by_pointer_and_by_key(lab: LabPage) -> None:
    lab.open("convolution")
    shades = lab.all(".ink.shade")
    assert [shade.text for shade in shades] == ["−1", "−½", "0", "½", "1"]
    shades[3].click()
    corner, third, below = (lab.one(f".pixels-in [data-at='{at}']") for at in ("0.0", "0.2", "1.1"))
    ActionChains(lab.browser, duration=30).click_and_hold(corner).move_to_element(third).release().perform()
    assert [cell.text for cell in lab.all(".pixels-in .line:first-child .cell")[:4]] == ["½", "½", "½", "−1"]
    assert lab.shown(".sum-of-window") == "( 0.5 - 0.5 - 0.5 + 1 + 1 + 1 + 1 + 1 + 1 ) / 9 = 0.6111"
    ActionChains(lab.browser).move_to_element(below).perform()  # no button held: nothing is drawn
    assert below.text == "1"
    lab.one(".ink").click()
    corner.click()
    assert corner.text == "−1"  # ½ turns over as 1 does
    corner.send_keys("+")
    assert corner.text == "−½"
    corner.send_keys("+++++")
    assert corner.text == "1"
    corner.send_keys("0")
    assert corner.get_attribute("aria-label") == "Row 1, column 1: 0"
    assert not lab.errors()


def test_a_stride_drops_pixels_and_the_formula_says_so(lab: LabPage) -> None:
    lab.open("convolution")
    lab.press("Stride 4")
    assert lab.table(".numbers-out") == [[0.778, 0.556], [0.556, 1.0]]
    assert len(lab.all(".pixels-in .dropped")) == 45
    assert "45 of 81" in lab.shown(".dropped-note")
    lab.press("Dilation 2")
    assert lab.shown(".size-formula .display:last-child").endswith("+ 1 = 5")
    lab.open("convolution", "&k=" + "_".join("1" * 25) + "&d=3")
    assert lab.one(".no-output").is_displayed()
    assert lab.shown(".size-formula .display:last-child").endswith("= 0")


def test_the_size_of_28_with_kernel_5_stride_2_padding_1_is_found_step_by_step(lab: LabPage) -> None:
    lab.open("convolution")
    lab.slide("Size I", 28)
    for control, times in (("Kernel K", 2), ("Stride S", 1), ("Padding P", 1)):
        for _ in range(times):
            lab.js("document.querySelector(`button[aria-label='${arguments[0]}: one more']`).click()", control)
    assert lab.shown(".size-formula .display:last-child").endswith("+ 1 = 13")
    assert "25 / 2 = 12.5. Whole steps that fit: 12." in lab.shown(".why-floor")
    assert len(lab.all(".pixels-in .rest")) == 59  # a row and a column of the 30×30, of padding
    assert "rows 1, columns 1" in lab.shown(".unread-legend")
    assert "Pixels of the picture in it: 0" in lab.shown(".unread-legend")
    assert len(lab.all(".products-of-window .product-of")) == 25
    until(lambda: "size=28" in lab.browser.current_url)
    lab.js("location.reload()")
    assert lab.shown(".size-formula .display:last-child").endswith("+ 1 = 13")


def test_gaps_and_the_rest_are_told_apart_and_counted(lab: LabPage) -> None:
    lab.open("convolution", "&size=9x7&s=4")  # rows 0-2, 4-6 and a rest of 2; columns 0-2, 4-6
    assert len(lab.all(".pixels-in .gap")) == 7 + 7 - 1
    assert len(lab.all(".pixels-in .rest")) == 2 * 7
    assert lab.shown(".dropped-note").startswith(f"{13 + 14} of 63")
    assert "13 pixels" in lab.shown(".unread-legend li:first-child")
    assert "rows 2, columns 0" in lab.shown(".unread-legend li:last-child")
    assert [d.text.split()[-1] for d in lab.all(".size-formula .answer")] == ["2", "2"]


def test_pixel_times_weight_stands_as_a_product(lab: LabPage) -> None:
    lab.open("convolution", "&p=1")
    terms = [re.sub(r"\s+", " ", term.text) for term in lab.all(".product-of")]
    assert terms[:2] == ["0 × 1", "+ 0 × −1"]
    assert terms[4:] == ["+ −1 × 1", "+ −1 × −1", "+ 0 × −1", "+ −1 × −1", "+ 1 × 1"]


def test_three_slices_have_a_kernel_each_and_the_bias_is_added_once(lab: LabPage) -> None:
    lab.open("convolution")
    lab.press("In colour, RGB")
    assert len(lab.all(".pixels-in")) == len(lab.all(".kernel-editor")) == len(lab.all(".products-block")) == 3
    assert lab.one(".colour-picture").is_displayed()
    lab.js("arguments[0].focus()", lab.one(".numbers-out [data-at='1.1']"))
    # on the red line: three pixels 1 of red, three −1 times −1 of green and of blue
    assert lab.shown(".sum-of-window") == "Red 3 + Green 3 + Blue 3 + Bias 1 = 10.0000"
    lab.type(lab.all(".kernel-editor")[2].find_elements(By.TAG_NAME, "input")[0], "2")
    assert lab.shown(".sum-of-window") == "Red 3 + Green 3 + Blue 0 + Bias 1 = 7.0000"
    lab.all(".pixels-in")[0].find_element(By.CSS_SELECTOR, "[data-at='1.1']").click()
    assert lab.shown(".sum-of-window") == "Red 1 + Green 3 + Blue 0 + Bias 1 = 5.0000"
    address = lab.js("return location.hash")
    until(lambda: lab.js("return location.hash") != address)
    lab.js("location.reload()")
    assert lab.shown(".sum-of-window") == "Red 1 + Green 3 + Blue 0 + Bias 1 = 5.0000"
    assert lab.errors() == []


def test_a_kernel_turned_by_half_a_turn_is_mathematics_convolution(lab: LabPage) -> None:
    from scipy.signal import convolve2d

    from convscope.arithmetic import lecture_x

    lab.open("convolution")
    assert "no output changes" in lab.shown(".flip-said")  # the lecture's kernel looks the same
    lab.press("Kernel flipped")
    kernel = [[1, -1, -1], [1, -1, -1], [1, 1, 1]]
    wanted = convolve2d(lecture_x(), kernel, mode="valid") / 9
    assert lab.table(".numbers-out") == np.round(wanted, 3).tolist()
    lab.js("arguments[0].click()", lab.one(".flip-row input"))
    written = lab.table(".numbers-out")
    changed = (np.abs(wanted - np.array(written)) > 1e-3).sum()
    assert changed > 0
    assert lab.shown(".flip-said").startswith(f"The other way, {changed} of 49")
    assert f"{wanted[0][1]:.4f} instead of" in lab.shown(".flip-said")
