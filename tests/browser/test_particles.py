"""Korean particles go by the last sound of the word that was put in, against a table made by hand."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest
from selenium import webdriver

from convscope.page.inline import document
from convscope.page.modules import join

pytestmark = pytest.mark.browser
HERE = Path(__file__).parent

# How each ends when it is read aloud; words are parted by |.
OPEN = """2|4|5|9|0.859|1,992|9×9|9 %|99.5%|3×|45°|∞|이미지|개|ㅏ|X|RGB|PNG|PDF|fc|relu|tanh|test|mask|network|card|boat
table.csv|model.onnx|café|sigmoid|conv|12ms|64 MiB|2.5 nat|conv(16, 3)|conv((3, 3), 1)|이미지(CNN)|이미지[10]|a/b_
“고양이”|‘5’|'relu'|고양이.|“9”!"""
L = """1|7|8|0.31|3×1|1/8|픽셀|레이블|ㄹ|l|R|URL|fcl|HTML|28px|28 px|file|table|maxpool|girl|style|½|픽셀(px)
“연필”|‘8’"""
CLOSED = """0|3|6|10|100|1,000|2.50|3×3|신경망|값|ㄱ|ㅎ|m|N|BN|JSON|RAM|CNN|map|net|digit|stack|music|web|book|time|ring
dropout|run.json|machine|skip(relu)|σ²|신경망(이미지)|(1, 28, 30)|[3]|“곰”|‘6’|"cat"|곰."""
WORDS = {
    "open": [*OPEN.replace("\n", "|").split("|"), unicodedata.normalize("NFD", "고양이")],
    "ㄹ": [*L.replace("\n", "|").split("|"), unicodedata.normalize("NFD", "연필")],
    "closed": [*CLOSED.replace("\n", "|").split("|"), unicodedata.normalize("NFD", "말뚝")],
}


class WordsPage:
    def __init__(self, browser: webdriver.Chrome, folder: Path) -> None:
        script = join(HERE / "words_page.js", HERE.parent.parent)
        page = document(script=script, style="", title="words", language="en", payload={}, dictionary={})
        (folder / "words.html").write_text(page, encoding="utf-8")
        browser.get((folder / "words.html").as_uri())
        self.browser = browser

    def say(self, sentence: str, words: list[str]) -> list[str]:
        said: list[str] = self.browser.execute_script("return bench.say(...arguments)", sentence, words)
        return said


@pytest.fixture(scope="module")
def page(browser: webdriver.Chrome, tmp_path_factory: pytest.TempPathFactory) -> WordsPage:
    return WordsPage(browser, tmp_path_factory.mktemp("words"))


@pytest.mark.parametrize(
    ("pair", "closed", "l", "opened"),
    [
        ("이/가", "이", "이", "가"),
        ("을/를", "을", "을", "를"),
        ("은/는", "은", "은", "는"),
        ("과/와", "과", "과", "와"),
        ("이나/나", "이나", "이나", "나"),
        ("이면/면", "이면", "이면", "면"),
        ("으로/로", "으로", "로", "로"),
    ],
)
def test_each_pair_after_each_sound(page: WordsPage, pair: str, closed: str, l: str, opened: str) -> None:  # noqa: E741
    for sound, form in (("closed", closed), ("ㄹ", l), ("open", opened)):
        words = WORDS[sound]
        assert page.say(f"{{word}}{{{pair}}}", words) == [word + form for word in words]


def test_the_ten_digits(page: WordsPage) -> None:
    digits = [str(digit) for digit in range(10)]
    assert page.say("{word}{이/가}", digits) == ["0이", "1이", "2가", "3이", "4가", "5가", "6이", "7이", "8이", "9가"]
    forms = ["으로", "로", "로", "으로", "로", "로", "으로", "로", "로", "로"]
    assert page.say("{word}{으로/로}", digits) == [digit + form for digit, form in zip(digits, forms, strict=True)]


@pytest.mark.parametrize("word", ["", "漢", "ねこ", "кот", "a…", "?!", "()", "🙂"])
def test_both_forms_where_the_sound_is_not_known(page: WordsPage, word: str) -> None:
    for pair, both in (("이/가", "이(가)"), ("을/를", "을(를)"), ("으로/로", "(으)로"), ("이나/나", "(이)나")):
        assert page.say(f"{{word}}{{{pair}}}", [word]) == [word + both]


def test_what_stands_between_word_and_particle_is_not_read(page: WordsPage) -> None:
    said = page.say("“{word}”{을/를} ‘{word}’{으로/로}", ["3", "5", "곰"])
    assert said == ["“3”을 ‘3’으로", "“5”를 ‘5’로", "“곰”을 ‘곰’으로"]
    assert page.say("이미지({word}){이/가}", ["3"]) == ["이미지(3)가"]


def test_a_word_that_looks_like_a_gap_or_a_pair_stays_itself(page: WordsPage) -> None:
    words = ["{word}", "{을/를}", "$&", "{"]
    assert page.say("{word}: {none}", words) == [f"{word}: {{none}}" for word in words]


def test_a_long_word_ends_in_time(page: WordsPage) -> None:
    assert page.say("{word}{이/가}", ["(" * 100_000 + "곰" + ")" * 100_000, " " * 100_000])[0].endswith(")이(가)")


def test_english_counts_one_step_and_two_steps(page: WordsPage) -> None:
    counts = ["0", "1", "2", "11", "0.1", "1.0", "1,001", "−1"]
    said = page.say("{word} {step/steps} made.", counts)
    several = [f"{n} steps made." for n in counts]
    assert said == [several[0], "1 step made.", *several[2:]]
    assert page.say("{step/steps}", ["1"]) == ["steps"], "no number before it"
