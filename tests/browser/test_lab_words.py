"""The words of the vocabulary, marked where they come first, and the quiz of chapter 10."""

from __future__ import annotations

from typing import Any

import pytest
from selenium import webdriver
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from convscope.data import load as load_data
from convscope.lab.payload import HARD, read_hardest
from convscope.page.inline import dictionary, lab_html
from tests.browser.chromium import console
from tests.browser.lab_page import LabPage
from tests.browser.look_page import Page

pytestmark = pytest.mark.browser
ENGLISH, KOREAN = dictionary("en"), dictionary("ko")


@pytest.fixture(scope="module")
def lab(browser: webdriver.Chrome, tmp_path_factory: pytest.TempPathFactory) -> LabPage:
    made = LabPage(browser, tmp_path_factory.mktemp("lab"))
    test = load_data("mnist").test
    assert test is not None
    made.payload |= {"hard": read_hardest(test).to_json()}
    made.file.write_text(lab_html(made.payload, False), encoding="utf-8")
    return made


def tip(lab: LabPage) -> str | None:
    """Return what is said of a word, None while nothing is."""
    found: Any = lab.js("const e = document.querySelector('.word-tip'); return e.hidden ? null : e.textContent")
    return None if found is None else str(found)


def said(word: str, words: dict[str, str] = ENGLISH) -> str:
    return words[f"word.{word}"] + words[f"word.{word}.said"]


def marks(lab: LabPage) -> list[str]:
    return list(lab.js("return [...document.querySelectorAll('.word-mark')].map((e) => e.dataset.word)"))


def test_each_word_is_marked_once_and_only_one_mark_is_a_tab_stop(lab: LabPage) -> None:
    for chapter, language in (("loss", "en"), ("convolution", "ko"), ("depth", "en"), ("mnist", "ko")):
        lab.open(chapter, language=language)
        found = marks(lab)
        assert len(found) >= 3, chapter
        assert len(set(found)) == len(found), chapter
        assert lab.js("return document.querySelectorAll('.word-mark[tabindex=\"0\"]').length") == 1
        assert not lab.js(
            "return document.querySelectorAll('button .word-mark, table .word-mark, a .word-mark').length"
        )
    assert not console(lab.browser)


def test_a_word_is_said_by_pointer_and_by_key_and_sent_away_by_escape(lab: LabPage) -> None:
    lab.open("loss")
    assert tip(lab) is None
    mark = lab.browser.find_element(By.CSS_SELECTOR, "[data-word='softmax']")
    ActionChains(lab.browser).move_to_element(mark).perform()
    assert tip(lab) == said("softmax")
    own = lab.browser.find_element(By.CSS_SELECTOR, ".word-tip")
    ActionChains(lab.browser).move_to_element(own).pause(0.5).perform()
    assert tip(lab) == said("softmax")  # the pointer may come over to it
    ActionChains(lab.browser).send_keys(Keys.ESCAPE).perform()
    assert tip(lab) is None
    ActionChains(lab.browser).move_by_offset(-300, 300).perform()
    first, second = marks(lab)[:2]
    lab.js("document.querySelector('.word-mark[tabindex=\"0\"]').focus()")
    assert tip(lab) == said(first)
    assert lab.js("return document.activeElement.getAttribute('aria-describedby')") == "word-tip"
    ActionChains(lab.browser).send_keys(Keys.ARROW_RIGHT).perform()
    assert tip(lab) == said(second)
    ActionChains(lab.browser).send_keys(Keys.ENTER).perform()
    assert tip(lab) is None
    lab.open("loss", language="ko", width=390)
    ActionChains(lab.browser).click(lab.browser.find_element(By.CSS_SELECTOR, "[data-word]")).perform()
    assert tip(lab) == said(marks(lab)[0], KOREAN)  # pressing has focused and so shown it before the click comes
    box = lab.js("const b = document.querySelector('.word-tip').getBoundingClientRect(); return [b.left, b.right]")
    assert 0 <= box[0] < box[1] <= 390
    ActionChains(lab.browser).click(lab.browser.find_element(By.TAG_NAME, "h1")).perform()
    assert tip(lab) is None


def test_the_see_through_page_marks_them_too(page: Page) -> None:
    page.open("v=loss")
    words = page.js("[...document.querySelectorAll('.word-mark')].map((e) => e.dataset.word)")
    assert words
    page.js("document.querySelector('.word-mark').focus()")
    assert page.js("document.querySelector('.word-tip').textContent") == said(words[0])


def test_all_words_stand_on_one_page(lab: LabPage) -> None:
    lab.open("glossary")
    ids = [key.split(".")[1] for key in ENGLISH if key.startswith("word.") and not key.endswith(".said")]
    assert len(ids) >= 40
    listed = lab.js("return [...document.querySelectorAll('.glossary > div')].map((e) => e.textContent)")
    assert sorted(listed) == sorted(said(one) for one in ids)
    for one in ids:
        assert ENGLISH[f"word.{one}.said"].count(". ") + ENGLISH[f"word.{one}.said"].endswith(".") == 2, one


def test_you_or_the_network(lab: LabPage) -> None:
    labels = lab.payload["hard"]["labels"]
    lab.open("mnist")
    assert lab.text(".quiz-score") == "Nothing answered yet."
    lab.js("document.querySelectorAll('.quiz-key')[arguments[0]].click()", labels[0])
    assert lab.text(".quiz-result").startswith(f"You: {labels[0]}. The network: ")
    assert lab.text(".quiz-result").endswith(f"It is a {labels[0]}.")
    assert lab.text(".quiz-score").startswith("You 1, the network ")
    lab.press("Next digit")
    assert lab.text(".quiz h3") == "Digit 2 of 20"
    ActionChains(lab.browser).send_keys(str((labels[1] + 1) % 10)).perform()
    assert lab.text(".quiz-score").startswith("You 1, the network ")
    lab.open("mnist", f"&qz={''.join(map(str, labels))}")
    assert lab.text(".quiz-score") == f"You 20, the network {HARD}, of 20 You read better than it does."
    assert lab.js("return document.querySelectorAll('.quiz-tiles figure').length") == 20
    assert not console(lab.browser)
