"""The overview in a real Chromium: what a map lights up, how many are shown, in which colours, and the ways in and out
of it.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from selenium import webdriver
from selenium.webdriver.common.keys import Keys

from convscope.page.inline import page_html
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
    assert page.js("document.querySelector('.edge.lit').getAttribute('d').split('M').length - 1") == len(feeding)
    page.point(page.one(".lead"))
    assert page.all(".tile.feeds") == []


def test_many_channels_are_shown_on_request_and_put_away_again(browser: webdriver.Chrome, tmp_path: Path) -> None:
    path = tmp_path / "wide.html"
    path.write_text(page_html(small_payload("conv(40, 3) + relu + fc")), encoding="utf-8")
    wide = Page(browser, path).open()
    tiles = "document.querySelectorAll('.column:nth-of-type(2) .tile').length"
    assert wide.js(tiles) == 12
    edges = wide.js("document.querySelector('.edge').getAttribute('d')")
    wide.one(".column:nth-of-type(2) .more").click()
    assert wide.js(tiles) == 40
    shown = "document.querySelector('.maps.all')"
    assert wide.js(f"{shown}.scrollHeight <= {shown}.clientHeight"), "beside one another, not in a box that scrolls"
    wide.one(".column:nth-of-type(2) .more").click()
    assert wide.js(tiles) == 12
    assert wide.js("document.querySelector('.edge').getAttribute('d')") == edges, "no lines to maps that are gone"
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
    page.press(Keys.ARROW_DOWN, Keys.ARROW_RIGHT, Keys.ARROW_RIGHT, Keys.ARROW_DOWN, Keys.ENTER, Keys.ESCAPE)
    assert page.js("document.activeElement.ariaLabel") == "relu1, map 2"
