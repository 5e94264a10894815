"""The lab's looks as far as they can be measured: contrast, clipping, colliding labels, sizes to hit, the ring of the
focus.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium import webdriver
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from convscope.lab.payload import lab_payload
from convscope.page.inline import lab_html
from tests.browser.chromium import resize, visit
from tests.browser.lab_page import recorded

pytestmark = pytest.mark.browser
FAULTS = "return " + (Path(__file__).parent / "lab_appearance.js").read_text(encoding="utf-8").split("\n\n", 1)[1]
PLACES = (
    "",
    "c=plain",
    "c=plain&d=mnist&m=turn",
    "c=local&n=4",
    "c=convolution",
    "c=convolution&p=2&s=2",
    "c=filters",
    "c=sharing",
    "c=activation",
    "c=depth",
    "c=architecture",
    "c=architecture&f=conv(3",
    "c=loss",
    "c=mnist",
    "c=backwards&m=4&r=1.5&n=2&st=11&g=1",
    "c=workbench",
)


@pytest.fixture(scope="module")
def page(browser: webdriver.Chrome, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Return the address of a whole lab, as a static build has it."""
    path = tmp_path_factory.mktemp("looks") / "lab.html"
    path.write_text(lab_html({**lab_payload().to_json(), "recorded": recorded()}, False), encoding="utf-8")
    yield path.as_uri()
    browser.execute_cdp_cmd("Emulation.setTouchEmulationEnabled", {"enabled": False})


def opened(browser: webdriver.Chrome, address: str, width: int) -> None:
    """Open a place on a window of that width, with the keyboard in use: only then does a ring show where the focus
    is."""
    resize(browser, width)
    browser.execute_cdp_cmd("Emulation.setTouchEmulationEnabled", {"enabled": width < 500, "maxTouchPoints": 5})
    visit(browser, address)
    ActionChains(browser).send_keys(Keys.TAB).perform()


@pytest.mark.slow
@pytest.mark.parametrize(("width", "look"), [(1280, "h=dark&l=en"), (390, "h=light&l=ko")])
def test_all_can_be_read_and_reached(browser: webdriver.Chrome, page: str, width: int, look: str) -> None:
    found = {}
    for place in PLACES:
        opened(browser, f"{page}#{look}&{place}", width)
        if faults := browser.execute_script(FAULTS):
            found[place] = faults
    assert not found


@pytest.mark.parametrize("place", ["local&n=4", "plain&d=mnist", "depth"])
def test_a_row_of_pictures_is_one_stop_and_arrow_keys_walk_it(browser: webdriver.Chrome, page: str, place: str) -> None:
    opened(browser, f"{page}#h=light&l=en&c={place}", 1280)
    stops = "return [...document.querySelectorAll('main .thumb')].filter((one) => one.tabIndex === 0).length"
    groups = 2 if place.startswith("local") else 1
    assert browser.execute_script(stops) == groups
    thumbs = browser.find_elements(By.CSS_SELECTOR, "main [role=group] > .thumb")
    chosen = next(i for i, thumb in enumerate(thumbs) if thumb.get_attribute("aria-pressed") == "true")
    browser.execute_script("arguments[0].focus()", thumbs[chosen])
    ActionChains(browser).send_keys(Keys.ARROW_LEFT, Keys.ARROW_LEFT, Keys.ARROW_RIGHT, Keys.ENTER).perform()
    assert browser.switch_to.active_element == thumbs[chosen - 1]
    assert [thumb.get_attribute("aria-pressed") for thumb in thumbs].index("true") == chosen - 1
    ActionChains(browser).send_keys(Keys.HOME).perform()
    assert browser.switch_to.active_element == thumbs[0]
    assert browser.execute_script(stops) == groups


def test_what_the_arrow_keys_find_is_said(browser: webdriver.Chrome, page: str) -> None:
    """A screen reader hears the sum under the window, in every chapter whose windows move on a picture."""
    for place, field in (
        ("local&n=4", "canvas.unit-map, .unit-map canvas"),
        ("filters", ".filter-result canvas"),
        ("depth", ".pool-map"),
    ):
        opened(browser, f"{page}#h=light&l=en&c={place}", 1280)
        browser.execute_script("document.querySelector(arguments[0]).focus()", field)
        ActionChains(browser).send_keys(Keys.ARROW_DOWN, Keys.ARROW_LEFT).perform()
        said = browser.execute_script("return document.getElementById('live').textContent")
        assert len(said) > 10
        assert said in browser.execute_script("return document.querySelector('main').textContent")


@pytest.mark.parametrize("width", [1280, 768, 390])
@pytest.mark.parametrize(
    ("chapter", "press", "stays"),
    [
        ("convolution", "Padding P: one more", ".convolving .stepper:last-of-type"),
        ("convolution", "Stride S: one more", ".size-formula"),
        ("depth", "Padding P: one more", ".pooling"),
        ("sharing", "w1", ".share-two"),
    ],
)
def test_nothing_jumps_from_under_the_finger(
    browser: webdriver.Chrome, page: str, width: int, chapter: str, press: str, stays: str
) -> None:
    opened(browser, f"{page}#h=light&l=en&c={chapter}", width)
    where = "return document.querySelector(arguments[0]).getBoundingClientRect().top + scrollY"
    before = browser.execute_script(where, stays)
    button = next(
        b
        for b in browser.find_elements(By.CSS_SELECTOR, "main button")
        if press in (b.get_attribute("aria-label"), b.text)
    )
    said = browser.execute_script("return document.querySelector('main').textContent")
    for _ in range(2 if chapter == "convolution" else 1):
        browser.execute_script("arguments[0].click()", button)
        assert browser.execute_script(where, stays) == pytest.approx(before, abs=1)
    assert browser.execute_script("return document.querySelector('main').textContent") != said
