"""The page for teachers: every link opens its state, every answer is what the lab takes, sheets fit their paper."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from selenium import webdriver

from convscope.page.inline import lab_dictionary
from tests.browser.chromium import console, resize, until, visit

pytestmark = pytest.mark.browser
PAPER = {"A4": (8.27, 11.69), "Letter": (8.5, 11.0)}
# What each point of the lecture shows, where its link leads: a place of the page, and a text within it.
SHOWN = {
    "S1": (".plain-answer.is-wrong", "O"),
    "S2": (".plain-said", "26×26"),
    "S3": ("[data-figure='parameters']", "61,706"),
    "S4": (".numbers-out", "0.778"),
    "S5": (".size-formula", "4"),
    "S6": (".filter-row .small", "198×148"),
    "S7": (".weight-0[aria-pressed='true']", "w0"),
    "S8": ("[data-figure='slope']", "0.250"),
    "S9": ("[data-figure='size4']", "1×1"),
    "S10": (".numbers-out", "0.222"),
    "S11": ("[data-figure='plain-fits']", "300 / 300"),
    "S12": (".built code", "[(conv(16, 3)*2 + relu)*2 + maxpool(2)]*2 + fc"),
    "S13": (".architecture-result", "12,832"),
    "S14": (".softmax .broken", "∞"),
    "S15": ("[data-figure='entropy']", "1.00"),
    "S16": ("[data-figure='kl']", "0.875"),
    "S17": (".penalty-table .mine", "2.30259"),
    "S18": (".script-code", "zero_grad()"),
}


class Teacher:
    def __init__(self, browser: webdriver.Chrome, folder: Path) -> None:
        self.browser, self.folder = browser, folder

    def open(self, language: str = "en", width: int = 1280) -> None:
        resize(self.browser, width)
        self.visit(f"{(self.folder / 'teacher.html').as_uri()}#l={language}")

    def visit(self, address: str) -> None:
        """Open a page and wait until it has unpacked what it was given."""
        visit(self.browser, address)
        until(lambda: self.js("return document.querySelector('h1')"))

    def js(self, code: str, *arguments: object) -> Any:
        return self.browser.execute_script(code, *arguments)

    def links(self, css: str) -> dict[str, str]:
        """Return the addresses of the links that `css` finds, by what their data say."""
        return dict(
            self.js(
                "return [...document.querySelectorAll(arguments[0])].map((e) => "
                "[e.dataset.point ?? e.dataset.answer ?? e.href, e.href])",
                css,
            )
        )


@pytest.fixture(scope="module")
def teacher(browser: webdriver.Chrome, built: Path) -> Iterator[Teacher]:
    yield Teacher(browser, built)
    browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def test_it_is_dark_where_the_lab_is_and_its_paper_is_white(teacher: Teacher) -> None:
    teacher.visit(f"{(teacher.folder / 'index.html').as_uri()}#l=ko&h=dark")
    link = teacher.js("return [...document.querySelectorAll('.side-links a')].map((a) => a.href)")[-1]
    assert link.endswith("teacher.html#l=ko&h=dark")
    teacher.visit(link)
    colour = "return getComputedStyle(document.querySelector(arguments[0])).backgroundColor"
    assert teacher.js(colour, "html") == "rgb(22, 24, 28)"
    assert teacher.js(colour, ".sheet") == "rgb(255, 255, 255)"
    assert all("h=dark" in address for address in teacher.links("[data-point]").values())
    teacher.browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    assert teacher.js(colour, "html") == "rgb(255, 255, 255)", "on paper it is light"
    teacher.browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})
    teacher.js("document.querySelector('.teach-head .icon').click()")
    until(lambda: teacher.js(colour, "html") == "rgb(250, 247, 240)")
    assert teacher.js("return location.hash") == "#l=ko&h=light"
    assert console(teacher.browser) == []


def test_every_point_of_the_lecture_opens_the_state_that_shows_it(teacher: Teacher) -> None:
    teacher.open()
    links = teacher.links("[data-point]")
    assert list(links) == [f"S{n}" for n in range(1, 19)] == list(SHOWN)
    first, *others = links.items()
    teacher.visit(first[1])
    for point, address in (first, *others):
        teacher.js("location.hash = arguments[0]", address.split("#")[1])
        css, text = SHOWN[point]
        look = "return [...document.querySelectorAll(arguments[0])].map((e) => e.textContent).join(' ')"
        teacher.browser.set_script_timeout(10)
        teacher.browser.execute_async_script("setTimeout(arguments[0], 60)")
        assert text in teacher.js(look, css), point
    assert not console(teacher.browser)


def test_every_other_link_opens_its_chapter(teacher: Teacher) -> None:
    teacher.open("ko")
    links = list(teacher.links(".teach-plan a, .teach-wrong a").values())
    assert len(links) >= 20
    words = lab_dictionary("ko")
    titles = {words[key] for key in words if re.fullmatch(r"\w+\.title", key)}
    teacher.visit(links[0])
    for link in links:
        teacher.js("location.hash = arguments[0]", link.split("#")[1])
        teacher.browser.execute_async_script("setTimeout(arguments[0], 30)")
        chapter = re.search(r"[#&]c=(\w+)", link)
        assert chapter
        assert re.sub(r"^\d+", "", teacher.js("return document.querySelector('h1').textContent")) in titles, link
        assert f"c={chapter[1]}" in teacher.browser.current_url
    assert not console(teacher.browser)


def test_every_answer_is_taken_by_the_lab(teacher: Teacher) -> None:
    """For a seed typed in: a typed answer put into the chapter's field, a built one as its link opens it."""
    teacher.open()
    teacher.js("""const e = document.querySelector('.teach-seed'); e.value = '4711';
        e.dispatchEvent(new Event('input', {bubbles: true}))""")
    typed = dict(
        teacher.js(
            "return [...document.querySelectorAll('b[data-answer]')].map((e) => [e.dataset.answer, e.textContent])"
        )
    )
    built = teacher.links("a[data-answer]")
    assert len(typed) > 10
    assert len(built) >= 20
    assert all("tk=4711" in link for link in built.values())
    chapters = {link.rsplit("c=", 1)[1].split("&")[0]: task[0] for task, link in built.items()}
    teacher.visit(next(iter(built.values())))
    check = """const [done, id, text] = [arguments[2], arguments[0], arguments[1]];
        const card = () => document.querySelector(`[data-task='${id}']`);
        const wait = (n) => {
            if (!card()?.querySelector('.task-check')) return n ? setTimeout(wait, 20, n - 1) : done('not there');
            if (text !== null) card().querySelector('input').value = text;
            card().querySelector('.task-check').click();
            done(card().classList.contains('is-done') ? '' : card().querySelector('.task-said').textContent);
        };
        wait(100)"""
    for task, link in built.items():
        teacher.js("location.hash = arguments[0]", link.split("#")[1])
        teacher.browser.execute_async_script("setTimeout(arguments[0], 30)")
        assert teacher.browser.execute_async_script(check, task, None) == "", task
    for chapter, letter in chapters.items():
        teacher.js("location.hash = arguments[0]", f"c={chapter}&l=en&tk=4711")
        teacher.browser.execute_async_script("setTimeout(arguments[0], 30)")
        for task, answer in typed.items():
            if task[0] == letter:
                assert teacher.browser.execute_async_script(check, task, answer) == "", task
    assert not console(teacher.browser)


@pytest.mark.parametrize("language", ["en", "ko"])
def test_a_sheet_is_a_page_of_either_paper_and_black_on_white(teacher: Teacher, language: str) -> None:
    teacher.open(language)
    sheets = len(teacher.js("return [...document.querySelectorAll('.sheet')]"))
    assert sheets >= 10
    teacher.js("window.print = () => {}")
    for which, pages in (("all", sheets), ("one", 1)):
        for width, height in list(PAPER.values())[: 2 if which == "all" else 1]:
            css = ".sheet-tools button" if which == "all" else ".sheet-holder:nth-of-type(3) button"
            teacher.js("document.querySelector(arguments[0]).click()", css)
            paper = {"paperWidth": width, "paperHeight": height}
            pdf = base64.b64decode(teacher.browser.execute_cdp_cmd("Page.printToPDF", paper)["data"])
            assert len(re.findall(rb"/Type\s*/Page[^s]", pdf)) == pages, which
            teacher.js("dispatchEvent(new Event('afterprint'))")
            assert not teacher.js("return document.querySelectorAll('.sheet-holder[hidden]').length")
    colours = teacher.js(
        "return [...document.querySelectorAll('.sheet, .sheet *')].map((e) => getComputedStyle(e).color)"
    )
    assert set(colours) == {"rgb(0, 0, 0)"}


@pytest.mark.parametrize("language", ["en", "ko"])
def test_it_says_everything_in_both_languages_and_fits_a_phone(teacher: Teacher, language: str) -> None:
    teacher.open(language, width=390)
    assert teacher.js("return document.documentElement.scrollWidth") <= 390
    shown = teacher.js("return document.body.innerText")
    assert not re.search(r"undefined|NaN|\[object|\{\w+\}|\b(teach|sheet|task)\.\w", shown)
    assert bool(re.search("[가-힣]", shown.replace("한국어", ""))) is (language == "ko")
    minutes = teacher.js("return [...document.querySelectorAll('.teach-plan tfoot td')].map((e) => e.textContent)")
    assert minutes[:2] == ["90′", "45′"]
    assert not console(teacher.browser)
    teacher.visit(f"{(teacher.folder / 'index.html').as_uri()}#l={language}")
    assert "teacher.html" in teacher.js(
        "return [...document.querySelectorAll('.side-links a')].map((e) => e.href).join()"
    )
