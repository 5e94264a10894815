"""What the network made of a picture, in a real Chromium: its loss, where it looked, and how it learned to."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from selenium import webdriver
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys

from convscope.explain.payload import records
from convscope.explain.payload.encoding import as_json, decode, encode
from convscope.page.inline import page_html
from tests.browser.chromium import until
from tests.browser.look_page import CLASSES, FORMULA, HOSTILE, Page, whole_payload
from tests.rejection.made import rejecting
from tests.samples import sample

pytestmark = pytest.mark.browser


LOGITS = decode(whole_payload()["samples"]["logits"]).astype(np.float64)


def test_loss_and_why_not_are_right(page: Page) -> None:
    page.open("v=loss&p=s0&b=2")
    z = LOGITS[0]
    p = np.exp(z) / np.exp(z).sum()
    shown = page.js(
        "Array.from(document.querySelectorAll('.loss table tbody td:last-child'), (e) => Number(e.textContent))"
    )
    np.testing.assert_allclose(shown, p, atol=6e-5)
    loss = page.js("document.querySelector('.loss-grid .display b').textContent")
    assert abs(float(loss) - -np.log(p[0])) < 2e-5, "its label is class 0"
    winner = int(z.argmax())
    gap = page.js("document.querySelector('.why .display b').textContent").replace("−", "-")
    assert abs(float(gap) - (z[winner] - z[2 if winner != 2 else 1])) < 2e-3
    bars = page.js("Array.from(document.querySelectorAll('.why .value'), (e) => e.textContent)")
    assert abs(sum(float(v.replace("−", "-")) for v in bars) - float(gap)) < 0.01
    page.open("v=loss&p=s3")
    assert (
        "no label" in page.text(".loss-grid")
        or "Choose" in page.text(".loss-grid")
        or not page.all(".loss-grid .display")
    )


def test_a_calibrated_networks_sums_show_the_temperature(browser: webdriver.Chrome, tmp_path: Path) -> None:
    path = tmp_path / "calibrated.html"
    path.write_text(page_html(whole_payload(temperature=0.625)), encoding="utf-8")
    page = Page(browser, path).open("v=loss&p=s0&b=2")
    p = np.exp(LOGITS[0] / 0.625) / np.exp(LOGITS[0] / 0.625).sum()
    shown = page.js(
        "Array.from(document.querySelectorAll('.loss table tbody td:last-child'), (e) => Number(e.textContent))"
    )
    np.testing.assert_allclose(shown, p, atol=6e-5)
    powers = page.js("document.querySelector('.loss table tfoot td:nth-child(4)').textContent")
    assert abs(float(powers) - 1 / p.max()) < 6e-5, "the sum of e^((z − m)/T), whose largest is 1"
    assert abs(page.number(".loss-grid .display b") - -np.log(p[0])) < 2e-5
    assert "T = 0.625" in page.text(".loss .display")
    assert "/ T" in page.text(".loss .display")
    assert page.text(".loss .calibrated").startswith("This network is calibrated")
    page.open("v=network&p=s0")
    assert page.text(".outcome .shape") == "softmax of z / 0.625 · score z"
    bars = page.js("Array.from(document.querySelectorAll('.score .figure:not(.logit)'), (e) => e.textContent)")
    np.testing.assert_allclose([float(text.split()[0]) / 100 for text in bars], p, atol=6e-4)


def test_a_network_that_is_not_calibrated_shows_none(page: Page) -> None:
    page.open("v=loss&p=s0&b=2")
    assert not page.all(".loss .calibrated")
    assert "T" not in page.text(".loss .display")


PRESSED = "document.querySelector('.where .segmented [aria-pressed=true]').dataset.value"
AREAS = """return Object.fromEntries(Array.from(document.querySelectorAll('.deletion-card'),
    (card) => [card.querySelector('b').textContent, Number(card.querySelector('.words').textContent.split(' ')[1])]))"""


def winner_of_the_test(page: Page) -> str:
    """Wait until the ways of asking are compared, and return what the page calls the best."""
    until(lambda: page.all(".deletion-card .best"))
    areas = page.browser.execute_script(AREAS)  # type: ignore[no-untyped-call]
    best = page.js("document.querySelector('.deletion-card:has(.best) b').textContent")
    assert len(areas) == 4
    assert areas[best] == min(areas.values())
    return {"LRP-ε": "lrp", "LRP-γ": "gamma", "Grad-CAM": "cam", "Occlusion": "occlusion"}[best]


def test_where_it_looked_opens_with_what_wins_the_deletion_test(browser: webdriver.Chrome, tmp_path: Path) -> None:
    """Where that would take long it waits to be asked, and the score is shared out, or Grad-CAM does that exactly."""
    payload, path = whole_payload(), tmp_path / "page.html"
    path.write_text(page_html(payload), encoding="utf-8")
    page = Page(browser, path)
    for k in range(3):
        page.open(f"v=where&b={k}")
        best = winner_of_the_test(page)
        assert page.js(PRESSED) == best
    other = "cam" if best != "cam" else "lrp"
    assert page.open(f"v=where&w={other}").js(PRESSED) == other
    page.open("v=where&w=nonsense&b=2")
    assert winner_of_the_test(page) == page.js(PRESSED) == best
    payload["nodes"][0]["macs"] = 2 * 10**8
    path.write_text(page_html(payload), encoding="utf-8")
    page.open("v=where&b=2")  # a network so large runs in a worker, and the view waits for it
    until(lambda: page.all(".where .segmented"))
    assert page.js(PRESSED) == "gamma"
    assert not page.all(".deletion-card")
    until(lambda: "strongest pixel" in page.text(".where [role=status]"))
    page.one(".where > .note .link").click()
    assert winner_of_the_test(page) == page.js(PRESSED)  # the worker's numbers are the page's


def test_a_score_shared_out_adds_up_on_the_page(page: Page) -> None:
    """The sum of the whole, of every layer, and of a pixel that is pressed and the unit that gave it most."""
    page.open("v=where&w=gamma&z=0.1_0.5&b=1")
    found = re.findall(r"([=+−]?)\s*(−?\d+\.\d+)", texts(page, ".relevance .display")[0])
    score, *parts = [figure(value) * (-1 if sign == "−" else 1) for sign, value in found]
    assert len(parts) == 3
    assert score == pytest.approx(sum(parts), abs=3e-4)
    assert abs(parts[2]) > 1e-3
    rows = page.browser.execute_script(CELLS, ".relevance details tbody tr")  # type: ignore[no-untyped-call]
    for arrives, bias, epsilon, carried, _ in ([figure(v.split(" = ")[-1]) for v in row[1:]] for row in rows):
        assert arrives == pytest.approx(carried + bias + epsilon, abs=3e-4)
    assert len({row[-1].split(" = ")[1] for row in rows}) == 1
    page.browser.execute_script(PRESS)  # type: ignore[no-untyped-call]
    assert page.state()["t"].startswith("picture.0.")
    for _ in range(2):
        whole = figure(texts(page, ".relevance-unit h3")[0].split(" ")[-1])
        ends = texts(page, ".relevance-unit tfoot td:nth-child(2)")
        assert figure(ends[-1]) == pytest.approx(whole, abs=1e-4)
        tables = page.browser.execute_script(TABLES)  # type: ignore[no-untyped-call]
        for lines in tables:
            *parts, total = [figure(v) for v in lines]
            assert sum(parts) == pytest.approx(total, abs=6e-4)
        page.all(".relevance-unit tbody .link")[0].click()
    assert "Where it has that from" in page.text(".relevance-unit")
    assert "Whom it hands that on to" in page.text(".relevance-unit")


def test_two_pictures_are_contrasted(page: Page) -> None:
    """Scores are those of each picture alone, the same picture twice is 0 % apart, and a press opens a layer."""
    page.open("v=contrast&p=s0&a=s1")
    until(lambda: page.all(".contrast tbody tr"))
    rows = page.browser.execute_script(CELLS, ".contrast tbody tr")  # type: ignore[no-untyped-call]
    wanted = whole_payload()["samples"]["logits"]
    for name, a, b, minus, *_ in rows[: len(CLASSES)]:
        assert figure(minus) == pytest.approx(figure(a) - figure(b), abs=2e-3), name
    assert wanted["shape"][1] == len(CLASSES)
    page.all(".contrast-layers .chip")[0].click()
    assert page.state()["n"] == "conv1"
    assert len(page.all(".contrast-map")) > 1
    aparts = [figure(text) for text in texts(page, ".contrast-map .figure")]
    assert aparts == sorted(aparts, reverse=True)
    page.open("v=contrast&p=s0&a=s0")
    until(lambda: page.all(".contrast-layers .chip"))
    assert {text.strip() for text in texts(page, ".contrast-layers .chip .figure")} == {"0\xa0%"}
    page.one(".contrast .controls .button").click()
    assert page.state()["a"] == "s0", "an unchanged sample by its name"


def test_health_counts_units_over_the_samples(page: Page) -> None:
    page.open("v=health")
    until(lambda: page.all(".health tfoot"))
    rows = page.browser.execute_script(CELLS, ".health tbody tr, .health tfoot tr")  # type: ignore[no-untyped-call]
    counts = np.array([[int(v) for v in row[1:]] for row in rows])
    np.testing.assert_array_equal(counts[:-1].sum(0), counts[-1])
    ill = int(counts[-1, 1:-1].sum())  # the last column, always on, is no fault
    said = page.text(".health [role=status]")
    assert said.startswith(f"{ill} of" if ill else "All ")
    assert f"these {whole_payload()['samples']['pictures']['shape'][0]} pictures" in said


CELLS = """return Array.from(document.querySelectorAll(arguments[0]),
    (row) => Array.from(row.children, (c) => c.textContent))"""
TABLES = """return Array.from(document.querySelectorAll('.relevance-unit table'), (table) => [
    ...Array.from(table.querySelectorAll('tbody td b'), (e) => e.textContent),
    ...Array.from(table.querySelectorAll('tfoot td:nth-child(2)'), (e) => e.textContent)])"""
PRESS = """const stack = document.querySelector('.where .stack.pressable'), box = stack.getBoundingClientRect();
    const at = { clientX: box.left + box.width * 0.52, clientY: box.top + box.height * 0.48 };
    stack.dispatchEvent(new MouseEvent('click', { ...at, bubbles: true }))"""


def texts(page: Page, selector: str) -> list[str]:
    found: list[str] = page.js(f"Array.from(document.querySelectorAll({selector!r}), (e) => e.textContent)")
    return found


def figure(text: str) -> float:
    return float(text.replace("−", "-"))


def test_grad_cam_says_where_its_strongest_place_shows_nothing(page: Page) -> None:
    black = "d" + page.js("btoa(String.fromCharCode(0, 200, 0, 0, 200, 0))").replace("=", "")
    said = [page.open(f"v=where&w=cam&p={black}&n=conv1&b={k}").text(".where [role=status]") for k in range(3)]
    spoken = [text for text in said if not text.startswith("Nothing speaks")]
    assert spoken
    assert all("The picture shows nothing there" in text for text in spoken)
    page.open("v=where&w=cam&p=s0&n=conv1")  # noise everywhere
    assert page.text(".where [role=status]").startswith("Largest value")
    assert "shows nothing" not in page.text(".where [role=status]")


def test_a_large_network_is_tested_unasked_where_grad_cam_points_at_nothing(
    browser: webdriver.Chrome, tmp_path: Path
) -> None:
    """Elsewhere so large a network waits to be asked."""
    payload, path = whole_payload(), tmp_path / "page.html"
    payload["nodes"][0]["macs"] = 2 * 10**8
    path.write_text(page_html(payload), encoding="utf-8")
    page = Page(browser, path)
    page.open("v=where&w=cam&p=s0&n=conv1")  # noise everywhere
    until(lambda: page.text(".where [role=status]").startswith("Largest value"))
    assert page.all(".where > .note .link")
    assert not page.all(".deletion-card")
    black = "d" + page.js("btoa(String.fromCharCode(0, 200, 0, 0, 200, 0))").replace("=", "")
    for k in range(3):
        page.open(f"v=where&w=cam&p={black}&n=conv1&b={k}")
        until(lambda: page.text(".where [role=status]").startswith(("Largest value", "Nothing speaks")))
        if "shows nothing" in page.text(".where [role=status]"):
            break
    assert "The picture shows nothing there" in page.text(".where [role=status]")
    winner_of_the_test(page)
    assert page.js(PRESSED) == "cam"  # it was chosen: the verdict stands beside it


def test_the_heading_counts_the_mistakes_that_are_left_out(browser: webdriver.Chrome, tmp_path: Path) -> None:
    payload, path = whole_payload(), tmp_path / "page.html"
    path.write_text(page_html(payload), encoding="utf-8")
    page = Page(browser, path).open("v=errors")
    assert page.text(".errors-grid h3") == "All mistakes, worst first"
    payload["errors"]["confusion"][0][2] = 2
    path.write_text(page_html(payload), encoding="utf-8")
    page.open("v=errors")
    assert page.text(".errors-grid h3") == "The 1 worst of 3 mistakes"


def test_a_map_that_is_0_everywhere_says_so(browser: webdriver.Chrome, tmp_path: Path) -> None:
    """A last layer whose weights are all negative: nothing that a ReLU makes speaks for any class."""
    payload, path = whole_payload(), tmp_path / "page.html"
    (name,) = (name for name in payload["tensors"] if name == f"{payload['nodes'][-1]['name']}.weight")
    shape = payload["tensors"][name]["shape"]
    payload["tensors"][name] = as_json(encode(-np.ones(shape, np.float32)))
    path.write_text(page_html(payload), encoding="utf-8")
    page = Page(browser, path).open("v=where&w=cam")
    assert page.text(".where [role=status]") == "Nothing speaks for this class: the map is 0 everywhere."
    assert page.js("[...document.querySelectorAll('.class-cam')].every(e => e.textContent.includes('0 everywhere'))")


def test_where_it_looked_for_each_class_and_by_hiding(page: Page) -> None:
    page.open("v=where&w=cam")
    assert len(page.all(".class-cam")) == len(CLASSES)
    page.all(".class-cam")[2].click()
    assert page.state()["b"] == "2"
    assert page.js("document.querySelector('.where select').value") == "2"
    page.one(".segmented [data-value=occlusion]").click()
    for _ in range(40):
        page.wait(50)
        if "%" in page.text(".where [role=status]") and "…" not in page.text(".where [role=status]"):
            break
    assert page.text(".where [role=status]").startswith("Hiding the strongest place")
    assert not page.one(".every-class").is_displayed()


def test_the_training_is_scrubbed_by_key_by_pointer_and_played(page: Page) -> None:
    page.open("v=training")
    assert page.text(".readout").startswith("step 10")
    page.press(Keys.ARROW_LEFT)
    assert page.text(".readout").startswith("step 0")
    names = page.js("Array.from(document.querySelectorAll('.training-grid h3'), (e) => e.textContent)")
    assert names.index("conv1, 4 of its maps") < names.index("conv2, 4 of its maps"), "as the network has them"
    assert HOSTILE in page.text(".followed-row")
    assert "60.0\xa0%" in page.text(".followed-row"), "scores 0, ln 3, 0 make 1/5, 3/5, 1/5"
    page.point(svg := page.one(".loss-curve"))
    width = svg.size["width"]
    ActionChains(page.browser, duration=10).move_to_element_with_offset(svg, width // 2 - 16, 0).click().perform()
    assert page.text(".readout").startswith("step 10")
    page.one(".play").click()
    assert page.text(".readout").startswith("step 0"), "from the start again"
    page.wait(900)
    assert page.text(".readout").startswith("step 10")
    assert "held-out" in page.text(".training")


def test_a_layer_that_was_fitted_at_once_has_no_course_to_play(browser: webdriver.Chrome, tmp_path: Path) -> None:
    payload = whole_payload()
    payload["run"] = {
        **payload["run"],
        "snapshots": payload["run"]["snapshots"][-1:],
        "log": payload["run"]["log"][-1:],
    }
    path = tmp_path / "fitted.html"
    path.write_text(page_html(payload), encoding="utf-8")
    page = Page(browser, path).open("v=training")
    assert page.text(".training .lead").startswith("One moment of the training was kept")
    assert page.text(".readout").startswith("step 10")
    assert not page.all(".loss-curve, .scrubber, .play")
    page.press(Keys.ARROW_LEFT)
    assert page.text(".readout").startswith("step 10")


@pytest.mark.parametrize("threshold", [-1e6, 1e6])
def test_a_picture_of_no_class_is_said_to_be_none(browser: webdriver.Chrome, tmp_path: Path, threshold: float) -> None:
    """The bound lies once below every score, once above every one."""
    network = sample(FORMULA, (1, 20, 20), len(CLASSES))[0]
    made = records.Rejection.of(rejecting(network), network)
    assert made is not None
    path = tmp_path / "rejecting.html"
    path.write_text(page_html(whole_payload(rejection=replace(made, threshold=threshold).to_json())), encoding="utf-8")
    page = Page(browser, path).open("v=draw&p=s0")
    said = page.text(".outcome .outsider")
    if threshold < 0:
        assert said.startswith("None of these; nearest: ")
        assert said.endswith("than −1000000.00 is none of them.")
        assert page.text(".verdict").startswith("None of these; nearest: ")
    else:
        assert said.startswith("How foreign it is: ")
        assert page.text(".verdict").startswith("Read as ")


def test_a_network_that_cannot_tell_says_nothing_of_it(page: Page) -> None:
    page.open("v=draw&p=s0")
    assert page.text(".outcome .outsider") == ""
    assert page.text(".verdict").startswith("Read as ")
