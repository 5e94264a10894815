"""A large network runs in a worker: the same numbers, the overview first, and nothing that takes long on the page."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from convscope.page import inline
from convscope.page import large as large_pages
from tests.browser.chromium import PATIENCE, until
from tests.browser.look_page import Page, whole_payload
from tests.browser.test_one_step import after, figure, loss_of, net

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def large(browser: webdriver.Chrome, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """Return the page with every part filled, as one whose network is large."""
    path = tmp_path_factory.mktemp("running") / "page.html"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(large_pages, "LARGE_MACS", 0)
        path.write_text(inline.page_html(whole_payload()), encoding="utf-8")
    yield Page(browser, path)
    browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def test_only_a_large_network_brings_a_worker() -> None:
    assert 'id="forward"' not in inline.page_html(whole_payload())
    assert "wasm-unsafe-eval" not in inline.page_html(whole_payload())


def test_the_worker_makes_what_python_made(large: Page) -> None:
    large.open("v=network")
    wait = WebDriverWait(large.browser, PATIENCE)
    wait.until(lambda browser: "max |Δ|" in browser.find_element(By.CSS_SELECTOR, ".outcome").text)
    said = large.one(".outcome").text
    found = re.search(r"= ([\d.]+)(?:·10\s*(−\d+))?$", said)  # 0 where this machine rounds as the page does
    assert found, said
    assert float(found[1]) * 10 ** int((found[2] or "0").replace("−", "-")) < 1e-4
    assert large.all(".save-view"), "a view that was there before its numbers can be saved"


def test_gradients_and_steps_come_from_the_worker(large: Page) -> None:
    large.open("v=layer&n=conv2&c=1&k=2&o=0.05_weight_30")
    made = net()
    assert figure(large, "before") == pytest.approx(loss_of(made, 0, 2).item(), rel=1e-4)
    for name, only in (("one", ("conv2", 1)), ("all", None)):
        assert figure(large, name) == pytest.approx(after(made, 0.05, 0, 2, only), rel=1e-4)


def test_health_says_what_is_awaited_before_the_first_sample(large: Page) -> None:
    large.open("v=network&l=en")
    large.js("(Worker.prototype.postMessage = () => {}, location.hash = 'v=health&l=en')")  # no sample is ever run
    WebDriverWait(large.browser, PATIENCE).until(lambda browser: browser.find_elements(By.CSS_SELECTOR, ".health"))
    assert re.fullmatch(r"Running the samples through the network … 0\s%", large.text(".health [role=status]"))


def test_hiding_parts_is_done_by_the_worker(large: Page) -> None:
    large.open("v=where&w=occlusion")
    WebDriverWait(large.browser, PATIENCE).until(
        lambda browser: "%" in browser.find_element(By.CSS_SELECTOR, "[role=status]").text
    )


def test_the_samples_units_are_the_same_by_the_worker(large: Page, page: Page) -> None:
    """Each sample's outputs are written over the last one's, and read before."""
    said = []
    for one in (large, page):
        one.open("v=health")
        until(lambda one=one: one.all(".health table"))
        said.append(one.text(".health"))
    assert said[0] == said[1]


FIGURES = "Array.from(document.querySelectorAll('.contrast-layers .chip .figure'), (e) => e.textContent)"


def test_a_kept_picture_stays_while_ten_others_run(large: Page) -> None:
    """B's outputs are its own: pictures that pass on the other side neither take nor overwrite its arrays."""
    asked = "v=contrast&p={}&a=s3"
    large.open(asked.format("s0"))
    until(lambda: large.js(FIGURES))
    seen = [large.js(FIGURES)]
    assert any(figure.strip("\xa0%") != "0" for figure in seen[0])
    for sample in (1, 2, 1, 2, 1, 2, 1, 2, 1, 0):
        large.js("void (location.hash = arguments[0])", asked.format(f"s{sample}"))
        until(lambda: large.js(FIGURES) not in ([], seen[-1]))
        seen.append(large.js(FIGURES))
    assert seen[-1] == seen[0]
    assert seen[1:9:2] == seen[1:2] * 4
    assert seen[2:9:2] == seen[2:3] * 4
