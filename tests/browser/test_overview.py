"""The overview in a real Chromium: what a map lights up, how many are shown, in which colours, and the ways in and out
of it.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from selenium import webdriver
from selenium.webdriver.common.keys import Keys

from convscope.page.inline import page_html
from tests.browser.chromium import until
from tests.browser.look_page import Page
from tests.page.samples import small_payload

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(
    ("column", "feeding"), [(2, ["input"]), (3, ["conv1"]), (5, ["maxpool1"] * 4), (8, ["tanh1", "maxpool1"])]
)
def test_a_map_lights_up_what_feeds_it(page: Page, column: int, feeding: list[str]) -> None:
    page.open()
    page.point(page.one(f".column:nth-of-type({column}) .tile"))
    lit = page.js(
        "Array.from(document.querySelectorAll('.tile.feeds'), (e) => e.closest('.column').ariaLabel.split(' ')[0])"
    )
    assert sorted(lit) == sorted(feeding)
    shares = page.js("Array.from(document.querySelectorAll('.tile.feeds .share-badge'), (e) => e.textContent)")
    assert len(shares) == len(feeding)
    assert all(shares), "each with its share as a number"
    assert len(page.all(".edge.lit")) >= len(feeding)
    page.point(page.one(".lead"))
    assert page.all(".tile.feeds, .edge.lit") == []


def test_maps_that_say_most_come_first_until_asked_for_by_number(browser: webdriver.Chrome, tmp_path: Path) -> None:
    path = tmp_path / "wide.html"
    path.write_text(page_html(small_payload("conv(40, 3) + relu + fc")), encoding="utf-8")
    wide = Page(browser, path).open()
    first = "Array.from(document.querySelectorAll('.column:nth-of-type(3) .number'), (e) => Number(e.textContent))"
    shown = wide.js(first)
    wide.one(".column:nth-of-type(3) .more").click()
    order = wide.js("Array.from(document.querySelectorAll('.all-maps-one p'), (e) => Number(e.firstChild.textContent))")
    shares = wide.js("Array.from(document.querySelectorAll('.all-maps .share'), (e) => e.textContent)")
    values = [float(text.replace("\u2212", "-")) for text in shares]
    assert (shown, sorted(order)) == (order[:12], list(range(1, 41)))
    assert values == sorted(values, reverse=True)
    assert values[0] > 0 > values[-1]
    assert shown != sorted(shown)
    wide.one(".shares-line [data-value=number]").click()
    assert wide.state()["m"] == "number"
    assert wide.js(first) == list(range(1, 13))
    assert wide.console() == []


def test_the_order_stays_while_the_picture_changes_and_is_found_again(page: Page) -> None:
    page.open()
    numbers = "Array.from(document.querySelectorAll('.column .number'), (e) => e.textContent).join()"
    said = "document.querySelector('.shares-said').textContent"
    order, rule = page.js(f"[{numbers}, {said}]")
    at_once = page.js(f"(document.querySelectorAll('.pager button')[2].click(), [{numbers}, {said}])")
    assert at_once[0] == order, "while it is not known, maps do not jump"
    assert "until" in at_once[1], "and no share of the last picture is said of this one"
    until(lambda: "until" not in page.js(said))
    assert page.js(said) != rule
    assert page.all(".overview.stale") == []


def test_many_channels_are_shown_on_request_and_put_away_again(browser: webdriver.Chrome, tmp_path: Path) -> None:
    path = tmp_path / "wide.html"
    path.write_text(page_html(small_payload("conv(40, 3) + relu + fc")), encoding="utf-8")
    wide = Page(browser, path).open()
    tiles = "document.querySelectorAll('.column:nth-of-type(2) .tile').length"
    assert wide.js(tiles) == 12
    wide.one(".column:nth-of-type(2) .more").click()
    grid = "document.querySelector('.all-maps')"
    assert wide.js(f"{grid}.querySelectorAll('.tile').length") == 40
    assert wide.js(f"{grid}.querySelector('h3').textContent").startswith("conv1 · all 40 maps")
    assert wide.js("document.querySelector('.column:nth-of-type(2) .more').ariaExpanded") == "true"
    feeding = "document.querySelectorAll('.column:nth-of-type(1) .tile.feeds').length"
    assert wide.js(f"(document.querySelector('.all-maps .tile').focus(), {feeding})") == 1
    wide.one(".column:nth-of-type(2) .more").click()
    assert wide.js(f"{grid}.hidden")
    assert wide.js(tiles) == 12
    assert wide.console() == []


def test_colours_by_layer_and_network_change_the_maps(page: Page) -> None:
    pictures = {}
    for by in ("map", "layer", "network"):
        page.open(f"r={by}")
        pictures[by] = page.js("Array.from(document.querySelectorAll('.tile canvas'), (c) => c.toDataURL()).join()")
    assert len(set(pictures.values())) == 3
    assert page.js("/[0-9]/.test(document.querySelector('.legend .ends').textContent.replace('0', ''))"), (
        "one range: its numbers"
    )


def test_a_map_grows_into_its_layer_unless_motion_is_reduced(page: Page) -> None:
    moving = "document.getAnimations().filter((a) => !(a instanceof CSSTransition)).length"
    for wish, expected in (("no-preference", 1), ("reduce", 0)):
        page.browser.execute_cdp_cmd(
            "Emulation.setEmulatedMedia", {"features": [{"name": "prefers-reduced-motion", "value": wish}]}
        )
        page.open()
        page.js("(document.querySelectorAll('.column')[2].querySelector('.tile').click(), 0)")
        assert page.js(moving) == expected
        page.press(Keys.ESCAPE)
        assert page.view() == "network"
    page.browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})


def test_the_focus_returns_to_the_map_it_came_from(page: Page) -> None:
    page.open()
    page.press(Keys.ARROW_DOWN, Keys.ARROW_RIGHT, Keys.ARROW_RIGHT, Keys.ARROW_DOWN)
    left = page.js("document.activeElement.ariaLabel")
    assert left.startswith("relu1, map ")
    page.press(Keys.ENTER, Keys.ESCAPE)
    assert page.js("document.activeElement.ariaLabel") == left
