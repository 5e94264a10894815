"""The lab's frame in Chromium: its contents, languages, addresses, and every chapter on narrow windows."""

from __future__ import annotations

import re

import pytest
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys

from convscope.page.inline import lab_dictionary
from tests.browser.chromium import resize
from tests.browser.lab_page import LabPage

pytestmark = pytest.mark.browser
CHAPTERS = ("activation", "depth", "architecture", "loss", "mnist")


def test_the_contents_lead_to_every_chapter_and_on(lab: LabPage) -> None:
    lab.open("")
    names = [link.get_attribute("data-chapter") for link in lab.all(".lab-head nav a")][1:]
    assert names[:5] == ["plain", "local", "convolution", "filters", "sharing"]
    assert len(lab.all(".cover a")) == len(names)
    lab.js("arguments[0].click()", lab.all(".cover a")[0])
    assert lab.shown("h1") == "1Why not a plain network"
    lab.js("arguments[0].click()", lab.one(".lab-pager a:last-child"))
    assert lab.shown("h1") == "2Local stimuli"
    assert lab.js("return document.activeElement.id") == "view"
    assert lab.one(".lab-head nav a[aria-current]").text.startswith("2")
    lab.browser.back()
    assert lab.shown("h1") == "1Why not a plain network"
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
    lab.open(f"{chapter}&h=dark")
    for language in ("en", "ko"):
        lab.js("document.querySelector(`.lab-settings [data-value=${arguments[0]}]`).click()", language)
        text = lab.js("return document.querySelector('.lab').textContent")
        assert not re.search(r"\b(lab|conv|share|filter|plain|local|photo|step)\.[a-z]", text)
        assert not re.search(r"undefined|NaN|\{\w+\}", text)
        assert lab.one("html").get_attribute("lang") == language
        for width in (1280, 768, 390):
            resize(lab.browser, width)
            assert lab.js("return document.documentElement.scrollWidth") <= width
    assert lab.errors() == []


def test_language_and_light_stay_while_chapters_change(lab: LabPage) -> None:
    lab.open("convolution", "&p=1")
    lab.one(".lab-settings [data-value=ko]").click()
    assert lab.shown("h1") == "3합성곱(convolution)"
    assert lab.shown(".sum-of-window .answer") == "0.2222"
    lab.js("arguments[0].click()", lab.one(".lab-settings .icon"))
    light = lab.one("html").get_attribute("data-theme")
    lab.js("arguments[0].click()", lab.one(".lab-pager a:last-child"))
    assert lab.shown("h1") == "4필터"
    assert lab.one("html").get_attribute("data-theme") == light
    assert "p=1" not in lab.browser.current_url


def test_a_phone_chooses_chapters_from_a_list(lab: LabPage) -> None:
    lab.open("sharing", width=390)
    chooser = lab.one(".lab-chooser select")
    assert chooser.is_displayed()
    assert not lab.one(".lab-head nav").is_displayed()
    lab.js("arguments[0].value = 'filters'; arguments[0].dispatchEvent(new Event('change'))", chooser)
    assert lab.shown("h1") == "4Filters"


@pytest.mark.parametrize(
    "address",
    [
        "nothing",
        "convolution&k=1_2&s=99&p=x&at=70.99&x=pp",
        "convolution&size=99x0&rgb=1&k=1&b=1e9&x=pp&at=9.9",
        "plain&i=999&dx=1e9&d=mnist",
        "local&n=9&k=0&y=99",
        "filters&k=1_2_3&at=999.999&p=own",
    ],
)
def test_an_address_from_elsewhere_does_no_harm(lab: LabPage, address: str) -> None:
    lab.open(address)
    assert lab.one("h1").text
    assert lab.errors() == []


def test_one_key_leads_past_the_list_of_chapters(lab: LabPage) -> None:
    lab.open("loss")
    assert lab.js("return document.querySelector('.skip').getBoundingClientRect().width") <= 1
    ActionChains(lab.browser).send_keys(Keys.TAB, Keys.ENTER).perform()
    assert lab.js("return document.activeElement.id") == "view"
    assert "c=loss" in lab.browser.current_url


@pytest.mark.parametrize("language", ["en", "ko"])
@pytest.mark.parametrize("width", [390, 768])
def test_nothing_is_wider_than_a_phone_and_the_console_stays_silent(lab: LabPage, language: str, width: int) -> None:
    words = lab_dictionary(language)
    titles = {
        "activation": "act.title",
        "depth": "deep.title",
        "architecture": "arch.title",
        "loss": "info.title",
        "mnist": "mnist.title",
    }
    for chapter in CHAPTERS:
        lab.open(chapter, language=language, width=width)
        assert lab.js("return document.documentElement.scrollWidth") <= width, chapter
        assert words[titles[chapter]] in lab.text("h1")
        assert not lab.errors(), chapter
        unnamed = lab.js(
            "return [...document.querySelectorAll('main button, main input, main textarea, main "
            "[role=button]')].filter((e) => !(e.textContent.trim() || e.getAttribute('aria-label') || "
            "e.closest('label'))).map((e) => e.outerHTML.slice(0, 80))"
        )
        assert not unnamed, chapter
