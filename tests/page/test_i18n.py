"""The dictionaries: the same keys in both languages, every key that the page uses, none that it does not, the same
gaps.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from convscope.errors import messages
from convscope.formula import ZOO
from convscope.page.inline import SHARED, plans

PAGE = Path(__file__).parents[2] / "convscope" / "page"
CALLS = re.compile(r"\b(?:t|phrase)\(\"([^\"]+)\"")


def part_of(path: Path) -> str:
    """Return whose words a module says: the lab's, a report's, or those that every page has."""
    room = path.relative_to(PAGE / "js").parts[0]
    return room if room in ("lab", "report") else "look"


HERE = {
    part: [p for p in sorted((PAGE / "js").rglob("*.js")) if part_of(p) == part] for part in ("look", "lab", "report")
}
SOURCE = {part: "\n".join(path.read_text(encoding="utf-8") for path in paths) for part, paths in HERE.items()}
USED = {part: set(CALLS.findall(text)) for part, text in SOURCE.items()}


def words(name: str) -> dict[str, str]:
    found: dict[str, str] = json.loads((PAGE / "i18n" / f"{name}.json").read_text(encoding="utf-8"))
    return found


BOTH = {
    "look": (words("en"), words("ko")),
    "lab": (words("lab.en"), words("lab.ko")),
    "report": (words("report.en"), words("report.ko")),
}
KOREAN = {part: korean for part, (_, korean) in BOTH.items()} | {"messages": messages("ko")}
PARTICLES = {"이/가", "을/를", "은/는", "과/와", "으로/로", "이나/나", "이면/면", "이라고/라고", "이자/자"}
BARE = re.compile(
    r"\{\w+\}[’”'\"]*(?:으?로|이?나|이자|이면|이?라고|[이가을를은는와과])(?![가-힣])|[이가을를은는와과]\(|\(으\)"
)
SENTENCES = [(part, key) for part, (english, _) in BOTH.items() for key in english]


@pytest.mark.parametrize("part", BOTH)
def test_both_languages_have_the_same_keys(part: str) -> None:
    english, korean = BOTH[part]
    assert list(english) == list(korean)


def test_every_key_used_is_there_and_every_key_there_is_used() -> None:
    look, lab, report = (set(BOTH[part][0]) for part in ("look", "lab", "report"))
    assert look == USED["look"]
    assert report == USED["report"] - set(SHARED)
    assert set(SHARED) <= look
    assert not report & (look | lab)
    assert lab == USED["lab"] - look - set(messages("en"))  # those are tests/test_errors.py's
    assert not look & lab
    assert not (look | lab | report) & set(messages("en"))


@pytest.mark.parametrize("part", BOTH)
def test_keys_are_written_out_so_that_they_can_be_found(part: str) -> None:
    assert not re.findall(r"(?<![\w.])(?:(?:app|lab)\.)?t\((?!\"|key)", SOURCE[part])
    assert not re.findall(r"\bphrase\((?!\"|key)", SOURCE[part])


@pytest.mark.parametrize(("part", "key"), SENTENCES)
def test_the_same_gaps_and_real_sentences(part: str, key: str) -> None:
    english, korean = (one[key] for one in BOTH[part])
    assert sorted(re.findall(r"\{\w+\}", english)) == sorted(re.findall(r"\{\w+\}", korean))
    assert english.strip() == english != ""
    assert korean.strip() == korean != ""


def test_every_named_plan_has_a_line_in_both_languages_with_the_same_figures() -> None:
    for plan in plans():
        english, korean = (plan["about"][language] for language in ("en", "ko"))
        assert english == ZOO[plan["id"]][1]
        figures = re.compile(r"\d[\d,.×]*\d")
        assert re.search("[가-힣]", korean)
        assert sorted(figures.findall(english)) == sorted(figures.findall(korean)), plan["id"]
    assert set(words("plans.ko")) == set(ZOO)


@pytest.mark.parametrize("part", BOTH)
def test_korean_is_korean(part: str) -> None:
    """A sentence without Hangul is one that both languages write alike: a name, a formula."""
    english, korean = BOTH[part]
    assert not [key for key in korean if not re.search(r"[가-힣]", korean[key]) and korean[key] != english[key]]


@pytest.mark.parametrize("part", KOREAN)
def test_particles_after_words_are_chosen_by_the_word(part: str) -> None:
    """Both forms stand behind the gap, {n}{이/가}; behind one's own words the particle is known."""
    for key, text in KOREAN[part].items():
        assert not BARE.search(text), key
        pairs = re.findall(r"\{([^{}]*/[^{}]*)\}", text)
        assert set(pairs) <= PARTICLES, key
        assert len(pairs) == len(re.findall(r"\{\w+\}[’”'\"]*\{[^{}]*/[^{}]*\}", text)), key
