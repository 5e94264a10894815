"""The lab's frame and its chapters 1 to 5 in a real Chromium, from file://: each chapter's numbers are there and change
when touched.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from selenium import webdriver
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement

from convscope.lab.payload import lab_payload
from convscope.page.inline import lab_html
from tests.browser.chromium import console, resize, visit

pytestmark = pytest.mark.browser


class LabPage:
    """The lab in a browser: open an address, look, touch."""

    def __init__(self, driver: webdriver.Chrome, path: Path) -> None:
        self.driver, self.path = driver, path

    def open(self, address: str = "", width: int = 1280) -> None:
        """Open an address on a window of that width, with an empty console."""
        self.width(width)
        visit(self.driver, f"{self.path.as_uri()}#l=en&{address}")

    def width(self, width: int) -> None:
        resize(self.driver, width)

    def js(self, code: str, *args: Any) -> Any:
        return self.driver.execute_script(code, *args)  # type: ignore[no-untyped-call]

    def one(self, css: str) -> WebElement:
        return self.driver.find_element(By.CSS_SELECTOR, css)

    def all(self, css: str) -> list[WebElement]:
        return self.driver.find_elements(By.CSS_SELECTOR, css)

    def text(self, css: str) -> str:
        return re.sub(r"\s+", " ", self.one(css).text).replace("−", "-")

    def press(self, words: str) -> None:
        """Press the button or link with these words."""
        self.js("arguments[0].click()", next(b for b in self.all("button, .lab a") if b.text == words))

    def table(self, css: str) -> list[list[float]]:
        lines = self.js(
            "return [...arguments[0].children].map(l => [...l.children].map(c => c.textContent))", self.one(css)
        )
        return [[float(text.replace("−", "-")) for text in line] for line in lines]

    def type(self, field: WebElement, text: str) -> None:
        field.send_keys(Keys.CONTROL + "a" + Keys.NULL, text)

    def errors(self) -> list[str]:
        return console(self.driver)


@pytest.fixture(scope="module")
def lab(browser: webdriver.Chrome, tmp_path_factory: pytest.TempPathFactory) -> LabPage:
    path = tmp_path_factory.mktemp("lab") / "lab.html"
    path.write_text(lab_html(lab_payload().to_json(), False), encoding="utf-8")
    return LabPage(browser, path)


def set_slider(lab: LabPage, name: str, value: float) -> None:
    """Move the slider with that name, as dragging does."""
    slider = next(s for s in lab.all("label.slider") if s.text.startswith(name)).find_element(By.TAG_NAME, "input")
    lab.js("arguments[0].value = arguments[1]; arguments[0].dispatchEvent(new Event('input'))", slider, value)


def test_the_contents_lead_to_every_chapter_and_on(lab: LabPage) -> None:
    lab.open()
    names = [link.get_attribute("data-chapter") for link in lab.all(".lab-head nav a")][1:]
    assert names[:5] == ["plain", "local", "convolution", "filters", "sharing"]
    assert len(lab.all(".cover a")) == len(names)
    lab.js("arguments[0].click()", lab.all(".cover a")[0])
    assert lab.text("h1") == "1Why not a plain network"
    lab.js("arguments[0].click()", lab.one(".lab-pager a:last-child"))
    assert lab.text("h1") == "2Local stimuli"
    assert lab.js("return document.activeElement.id") == "view"
    assert lab.one(".lab-head nav a[aria-current]").text.startswith("2")
    lab.driver.back()
    assert lab.text("h1") == "1Why not a plain network"
    assert lab.errors() == []


@pytest.mark.parametrize(
    "chapter",
    [
        "",
        "plain",
        "plain&d=mnist",
        "local&n=4",
        "convolution&p=3&k=1_2_3_4",
        "convolution&rgb=1&size=28",
        "filters",
        "sharing",
    ],
)
def test_nothing_is_wider_than_the_window_or_untranslated(lab: LabPage, chapter: str) -> None:
    lab.open(f"c={chapter}&h=dark")
    for language in ("en", "ko"):
        lab.js("document.querySelector(`.lab-settings [data-value=${arguments[0]}]`).click()", language)
        text = lab.js("return document.querySelector('.lab').textContent")
        assert not re.search(r"\b(lab|conv|share|filter|plain|local|photo|step)\.[a-z]", text)
        assert not re.search(r"undefined|NaN|\{\w+\}", text)
        assert lab.one("html").get_attribute("lang") == language
        for width in (1280, 768, 390):
            lab.width(width)
            assert lab.js("return document.documentElement.scrollWidth") <= width
    assert lab.errors() == []


def test_language_and_light_stay_while_chapters_change(lab: LabPage) -> None:
    lab.open("c=convolution&p=1")
    lab.press("한국어")
    assert lab.text("h1") == "3합성곱(convolution)"
    assert lab.text(".sum-of-window .answer") == "0.2222"
    lab.js("arguments[0].click()", lab.one(".lab-settings .icon"))
    light = lab.one("html").get_attribute("data-theme")
    lab.js("arguments[0].click()", lab.one(".lab-pager a:last-child"))
    assert lab.text("h1") == "4필터"
    assert lab.one("html").get_attribute("data-theme") == light
    assert "p=1" not in lab.driver.current_url


def test_a_phone_chooses_chapters_from_a_list(lab: LabPage) -> None:
    lab.open("c=sharing", 390)
    chooser = lab.one(".lab-chooser select")
    assert chooser.is_displayed()
    assert not lab.one(".lab-head nav").is_displayed()
    lab.js("arguments[0].value = 'filters'; arguments[0].dispatchEvent(new Event('change'))", chooser)
    assert lab.text("h1") == "4Filters"


@pytest.mark.parametrize(
    "address",
    [
        "c=nothing",
        "c=convolution&k=1_2&s=99&p=x&at=70.99&x=pp",
        "c=convolution&size=99x0&rgb=1&k=1&b=1e9&x=pp&at=9.9",
        "c=plain&i=999&dx=1e9&d=mnist",
        "c=local&n=9&k=0&y=99",
        "c=filters&k=1_2_3&at=999.999&p=own",
    ],
)
def test_an_address_from_elsewhere_does_no_harm(lab: LabPage, address: str) -> None:
    lab.open(address)
    assert lab.one("h1").text
    assert lab.errors() == []


# 3 Convolution


def test_the_lectures_table_and_its_padding(lab: LabPage) -> None:
    from tests.arithmetic.test_convolution import TABLE

    lab.open("c=convolution")
    assert lab.table(".numbers-out") == TABLE
    assert lab.text(".size-formula .display:last-child").endswith("+ 1 = 7")
    lab.press("Padding 1")
    assert lab.text(".sum-of-window") == "( -1 + 1 + 1 + 1 ) / 9 = 0.2222"
    padded = lab.table(".numbers-out")
    assert (len(padded), padded[0][0]) == (9, 0.222)
    assert [line[1:-1] for line in padded[1:-1]] == TABLE


def test_an_output_lights_its_window_by_pointer_and_by_keyboard(lab: LabPage) -> None:
    lab.open("c=convolution")
    cell = lab.one(".numbers-out [data-at='2.3']")
    ActionChains(lab.driver).move_to_element(cell).perform()
    lit = {c.get_attribute("data-at") for c in lab.all(".pixels-in .in-window")}
    assert lit == {f"{y}.{x}" for y in (2, 3, 4) for x in (3, 4, 5)}
    assert lab.text(".sum-of-window .answer") == "-0.3333"
    lab.js("arguments[0].focus()", cell)
    ActionChains(lab.driver).send_keys(Keys.ARROW_UP, Keys.ARROW_UP).perform()
    assert lab.js("return document.activeElement.dataset.at") == "0.3"
    assert lab.text(".sum-of-window .answer") == "0.3333"


def test_pixels_and_weights_can_be_changed(lab: LabPage) -> None:
    lab.open("c=convolution")
    lab.one(".pixels-in [data-at='1.1']").click()
    assert lab.text(".sum-of-window .answer") == "0.5556"  # one of nine products turned from 1 to −1
    lab.type(lab.all(".kernel-editor input")[4], "5")
    assert lab.text(".sum-of-window .answer") == "0.1111"
    lab.type(lab.all(".kernel-editor input")[4], "five")
    assert lab.text(".sum-of-window .answer") == "0.1111"
    assert lab.all(".kernel-editor input")[4].get_attribute("aria-invalid") == "true"


def test_a_pixel_takes_five_shades_by_pointer_and_by_key(lab: LabPage) -> None:
    lab.open("c=convolution")
    shades = lab.all(".ink.shade")
    assert [shade.text for shade in shades] == ["−1", "−½", "0", "½", "1"]
    shades[3].click()
    corner, third, below = (lab.one(f".pixels-in [data-at='{at}']") for at in ("0.0", "0.2", "1.1"))
    ActionChains(lab.driver, duration=30).click_and_hold(corner).move_to_element(third).release().perform()
    assert [cell.text for cell in lab.all(".pixels-in .line:first-child .cell")[:4]] == ["½", "½", "½", "−1"]
    assert lab.text(".sum-of-window") == "( 0.5 - 0.5 - 0.5 + 1 + 1 + 1 + 1 + 1 + 1 ) / 9 = 0.6111"
    ActionChains(lab.driver).move_to_element(below).perform()  # no button held: nothing is drawn
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
    lab.open("c=convolution")
    lab.press("Stride 4")
    assert lab.table(".numbers-out") == [[0.778, 0.556], [0.556, 1.0]]
    assert len(lab.all(".pixels-in .dropped")) == 45
    assert "45 of 81" in lab.text(".dropped-note")
    lab.press("Dilation 2")
    assert lab.text(".size-formula .display:last-child").endswith("+ 1 = 5")
    lab.open("c=convolution&k=" + "_".join("1" * 25) + "&d=3")
    assert lab.one(".no-output").is_displayed()
    assert lab.text(".size-formula .display:last-child").endswith("= 0")


def test_the_size_of_28_with_kernel_5_stride_2_padding_1_is_found_step_by_step(lab: LabPage) -> None:
    lab.open("c=convolution")
    set_slider(lab, "Size I", 28)
    for control, times in (("Kernel K", 2), ("Stride S", 1), ("Padding P", 1)):
        for _ in range(times):
            lab.js("document.querySelector(`button[aria-label='${arguments[0]}: one more']`).click()", control)
    assert lab.text(".size-formula .display:last-child").endswith("+ 1 = 13")
    assert "25 / 2 = 12.5. Whole steps that fit: 12." in lab.text(".why-floor")
    assert len(lab.all(".pixels-in .rest")) == 59  # a row and a column of the 30×30, of padding
    assert "rows 1, columns 1" in lab.text(".unread-legend")
    assert "Pixels of the picture in it: 0" in lab.text(".unread-legend")
    assert len(lab.all(".products-of-window .product-of")) == 25
    wait_for(lambda: "size=28" in lab.driver.current_url)
    lab.js("location.reload()")
    assert lab.text(".size-formula .display:last-child").endswith("+ 1 = 13")


def test_gaps_and_the_rest_are_told_apart_and_counted(lab: LabPage) -> None:
    lab.open("c=convolution&size=9x7&s=4")  # rows 0-2, 4-6 and a rest of 2; columns 0-2, 4-6
    assert len(lab.all(".pixels-in .gap")) == 7 + 7 - 1
    assert len(lab.all(".pixels-in .rest")) == 2 * 7
    assert lab.text(".dropped-note").startswith(f"{13 + 14} of 63")
    assert "13 pixels" in lab.text(".unread-legend li:first-child")
    assert "rows 2, columns 0" in lab.text(".unread-legend li:last-child")
    assert [d.text.split()[-1] for d in lab.all(".size-formula .answer")] == ["2", "2"]


def test_pixel_times_weight_stands_as_a_product(lab: LabPage) -> None:
    lab.open("c=convolution&p=1")
    terms = [re.sub(r"\s+", " ", term.text) for term in lab.all(".product-of")]
    assert terms[:2] == ["0 × 1", "+ 0 × −1"]
    assert terms[4:] == ["+ −1 × 1", "+ −1 × −1", "+ 0 × −1", "+ −1 × −1", "+ 1 × 1"]


def test_three_slices_have_a_kernel_each_and_the_bias_is_added_once(lab: LabPage) -> None:
    lab.open("c=convolution")
    lab.press("In colour, RGB")
    assert len(lab.all(".pixels-in")) == len(lab.all(".kernel-editor")) == len(lab.all(".products-block")) == 3
    assert lab.one(".colour-picture").is_displayed()
    lab.js("arguments[0].focus()", lab.one(".numbers-out [data-at='1.1']"))
    # on the red line: three pixels 1 of red, three −1 times −1 of green and of blue
    assert lab.text(".sum-of-window") == "Red 3 + Green 3 + Blue 3 + Bias 1 = 10.0000"
    lab.type(lab.all(".kernel-editor")[2].find_elements(By.TAG_NAME, "input")[0], "2")
    assert lab.text(".sum-of-window") == "Red 3 + Green 3 + Blue 0 + Bias 1 = 7.0000"
    lab.all(".pixels-in")[0].find_element(By.CSS_SELECTOR, "[data-at='1.1']").click()
    assert lab.text(".sum-of-window") == "Red 1 + Green 3 + Blue 0 + Bias 1 = 5.0000"
    address = lab.js("return location.hash")
    wait_for(lambda: lab.js("return location.hash") != address)
    lab.js("location.reload()")
    assert lab.text(".sum-of-window") == "Red 1 + Green 3 + Blue 0 + Bias 1 = 5.0000"
    assert lab.errors() == []


def test_a_kernel_turned_by_half_a_turn_is_mathematics_convolution(lab: LabPage) -> None:
    from scipy.signal import convolve2d

    from convscope.arithmetic import lecture_x

    lab.open("c=convolution")
    assert "no output changes" in lab.text(".flip-said")  # the lecture's kernel looks the same
    lab.press("Kernel flipped")
    kernel = [[1, -1, -1], [1, -1, -1], [1, 1, 1]]
    wanted = convolve2d(lecture_x(), kernel, mode="valid") / 9
    assert lab.table(".numbers-out") == np.round(wanted, 3).tolist()
    lab.js("arguments[0].click()", lab.one(".flip-row input"))
    written = lab.table(".numbers-out")
    changed = (np.abs(wanted - np.array(written)) > 1e-3).sum()
    assert changed > 0
    assert lab.text(".flip-said").startswith(f"The other way, {changed} of 49")
    assert f"{wanted[0][1]:.4f} instead of" in lab.text(".flip-said")


# 4 Filters


def test_filters_are_chosen_typed_and_summed(lab: LabPage) -> None:
    lab.open("c=filters&at=60.56")
    window, products = (
        lab.table(".window-sums section .number-table"),
        lab.table(".window-sums > :last-child .number-table"),
    )
    assert sum(map(sum, products)) == 9 * window[1][1] - sum(map(sum, window))
    assert f"Σ = {sum(map(sum, products)):.3f}" in lab.text(".filtering .sum-of-window")
    lab.press("emboss")
    emboss = [[-2, -1, 0], [-1, 1, 1], [0, 1, 2]]
    total = sum(
        w * v for weights, values in zip(emboss, window, strict=True) for w, v in zip(weights, values, strict=True)
    )
    assert f"Σ = {total:.3f}" in lab.text(".filtering .sum-of-window")
    lab.type(lab.all(".kernel-editor input")[8], "3")
    assert f"Σ = {total + window[2][2]:.3f}" in lab.text(".filtering .sum-of-window")
    lab.press("5×5")
    assert len(lab.all(".kernel-editor input")) == 25
    assert f"Σ = {total + window[2][2]:.3f}" not in lab.text(
        ".filtering .sum-of-window"
    )  # its window begins one pixel further


def test_a_photo_of_ones_own(lab: LabPage, tmp_path: Path) -> None:
    photo = np.full((30, 40, 3), (0, 200, 0), np.uint8)
    Image.fromarray(photo).save(tmp_path / "green.png")
    (tmp_path / "text.png").write_text("no picture")
    lab.open("c=filters&at=3.3")
    upload = lab.one("#own-photo")
    upload.send_keys(str(tmp_path / "text.png"))
    wait_for(lambda: "no picture that" in lab.text(".photo"))
    upload.send_keys(str(tmp_path / "green.png"))
    wait_for(lambda: "40×30" in lab.text(".filter-row"))
    assert lab.table(".window-sums section .number-table") == [[117.0] * 3] * 3  # 0.587 · 200
    assert "38×28" in lab.text(".filter-row")
    assert lab.errors() == []


def wait_for(what: Callable[[], bool]) -> None:
    from selenium.webdriver.support.ui import WebDriverWait

    WebDriverWait(None, 10).until(lambda _: what())  # type: ignore[type-var]


# 5 Shared weights


def test_a_weight_is_shown_everywhere_it_is_used(lab: LabPage) -> None:
    lab.open("c=sharing")
    ActionChains(lab.driver).move_to_element(lab.one("[data-weight='2']")).perform()
    assert lab.text(".said") == "w2 = 0.5 is used 4 times, from pixel → to output: 3 → 0, 4 → 1, 6 → 2, 7 → 3."
    assert len(lab.all(".neurons .join.lit")) == len(lab.all(".sparse .weight-cell.lit")) == 4
    assert [c.text for c in lab.all(".sparse .weight-cell.lit")] == ["0.5"] * 4
    assert [c.text for c in lab.all(".share-outputs .out-cell")] == ["0\n2.500", "1\n6.500", "2\n4.000", "3\n3.500"]
    lab.type(lab.all(".kernel-editor input")[11], "1.5")  # w2
    assert [c.text for c in lab.all(".sparse .out-total")] == ["5.500", "7.500", "4.000", "4.500"]
    assert len(lab.all(".sparse .none")) == 20
    lab.js("arguments[0].focus()", lab.all(".out-cell")[3])
    assert "= 4.500" in lab.text(".said")
    assert len(lab.all(".neurons .join.lit")) == 4


def test_a_real_layers_parameters_are_counted_factor_by_factor(lab: LabPage) -> None:
    import torch

    lab.open("c=sharing")
    count = lambda layer: f"{sum(p.numel() for p in layer.parameters()):,}"  # noqa: E731
    assert lab.text("[data-figure=shared]") == "416" == count(torch.nn.Conv2d(1, 16, 5))
    assert lab.text("[data-figure=full]") == "7,234,560" == count(torch.nn.Linear(784, 16 * 24 * 24, device="meta"))
    lab.press("The second: 16 → 32 channels, 5×5")
    assert lab.text("[data-figure=shared]") == "12,832" == count(torch.nn.Conv2d(16, 32, 5))
    assert lab.text(".factors") == "32 kernels × ( 16 slices × 5 rows × 5 columns + 1 bias ) = 12,832"
    full = torch.nn.Linear(16 * 24 * 24, 32 * 20 * 20, device="meta")
    assert lab.text("[data-figure=full]") == count(full)
    set_slider(lab, "Side of a kernel", 3)
    assert lab.text("[data-figure=shared]") == count(torch.nn.Conv2d(16, 32, 3))


# 1 Why not a plain network


def test_a_moved_x_is_another_input_and_the_plain_network_errs(lab: LabPage) -> None:
    lab.open("c=plain")
    assert lab.text(".strips + .plain-said") == "All 81 inputs are as they were."
    says = lambda kind: lab.text(f"[data-network={kind}] .verdict")  # noqa: E731
    assert says("dense").startswith("It says X.")
    assert says("cnn").startswith("It says X.")
    set_slider(lab, "Size", 0.65)
    set_slider(lab, "Shift to the right", 2)
    assert re.match(
        r"18 of 81 inputs have changed; of the 13 inputs that had ink, 2 still", lab.text(".strips + .plain-said")
    )
    assert says("dense").startswith("It says O.")
    assert says("cnn").startswith("It says X.")
    assert "Shift to the right 2.0" in lab.text(".sweep-row .plain-said")
    assert lab.one("[data-network=dense]").get_attribute("class") == "plain-answer is-wrong"
    lab.press("Back to the middle")
    assert says("dense").startswith("It says X.")


@pytest.mark.parametrize(("change", "name"), [("dx", "Shift to the right"), ("dy", "Shift down")])
def test_the_plot_shows_what_was_measured(lab: LabPage, change: str, name: str) -> None:
    measured = lab_payload().plain.measured.mnist.sweeps[change]
    at = measured.at.index(4)
    lab.open("c=plain&d=mnist")
    set_slider(lab, name, 4)  # the plot follows what was moved last
    said = lab.text(".sweep-row .plain-said")
    assert f"right for {100 * measured.dense[at][0]:.1f} %" in said
    assert f"one for {100 * measured.cnn[at][0]:.1f} %" in said
    before = said
    set_slider(lab, "Turn", 60)
    assert lab.text(".sweep-row .plain-said") != before
    assert lab.text(".sweep-row .plain-said").startswith("Turn 60")


# 2 Local stimuli


def test_a_unit_sees_its_field_and_leads_down_to_what_it_is_made_of(lab: LabPage) -> None:
    lab.open("c=local&n=4")
    assert "sees 26×26 of the 784 pixels" in lab.text(".local > div > .plain-said")
    assert [row.text.split("= ")[-1] for row in lab.all(".growth tbody tr")] == ["5", "9", "10", "18", "26"]
    sums = re.findall(r"-?\d+\.\d{3}", lab.text(".local .worked .plain-said").replace("- ", "-"))
    *parts, total = map(float, sums)
    assert sum(parts) == pytest.approx(total, abs=0.004)
    assert parts[:4] == sorted(parts[:4], reverse=True)
    assert parts[3] >= parts[4] / 60  # the least of those shown is at least the mean of the 60 others
    lab.js("arguments[0].click()", lab.one(".unit-part .link"))
    assert "sees 18×18" in lab.text(".local > div > .plain-said")
    lab.js("arguments[0].click()", lab.one(".unit-part .link"))
    assert "sees 9×9" in lab.text(".local > div > .plain-said")
    lab.js("arguments[0].click()", lab.one(".unit-part .link"))
    assert "sees 5×5" in lab.text(".local > div > .plain-said")
    said = lab.text(".local div:has(> .unit-parts) > .plain-said")
    assert said.startswith("The first layer reads the picture itself")
    assert lab.errors() == []
