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
from convscope.page.inline import SHARED, lab_dictionary, plans

pytestmark = pytest.mark.medium

PAGE = Path(__file__).parents[2] / "convscope" / "page"
CALLS = re.compile(r"\b(?:t|phrase|refused)\(\"([^\"]+)\"")


def part_of(path: Path) -> str:
    """Return whose words a module says: the lab's, a report's, or those that every page has."""
    room = path.relative_to(PAGE / "js").parts[0]
    lab = ("lab", "modelfile", "formula")  # a see-through page reads no formula and writes no model file
    drop = ("foreign", "drop")  # the page without a network yet
    return "lab" if room in lab else "drop" if room in drop else "report" if room == "report" else "look"


PARTS = ("look", "lab", "report", "drop")
HERE = {part: [p for p in sorted((PAGE / "js").rglob("*.js")) if part_of(p) == part] for part in PARTS}
SOURCE = {part: "\n".join(path.read_text(encoding="utf-8") for path in paths) for part, paths in HERE.items()}
USED = {part: set(CALLS.findall(text)) for part, text in SOURCE.items()}


def words(name: str) -> dict[str, str]:
    found: dict[str, str] = json.loads((PAGE / "i18n" / f"{name}.json").read_text(encoding="utf-8"))
    return found


BOTH = {
    "look": (words("en"), words("ko")),
    "lab": (lab_dictionary("en"), lab_dictionary("ko")),
    "report": (words("report.en"), words("report.ko")),
    "drop": (words("drop.en"), words("drop.ko")),
}
KOREAN = {part: korean for part, (_, korean) in BOTH.items()} | {"messages": messages("ko")}
PARTICLES = {"이/가", "을/를", "은/는", "과/와", "으로/로", "이나/나", "이면/면", "이라고/라고", "이자/자"}
BARE = re.compile(
    r"\{\w+\}[’”'\"]*(?:으?로|이?나|이자|이면|이?라고|[이가을를은는와과])(?![가-힣])|[이가을를은는와과]\(|\(으\)"
)
# One word for one thing in the page, the lab, the report and the messages: what is not said, and what is.
TERMS = {
    r"네트워크": "신경망",
    r"훈련": "학습",
    r"매개변수": "파라미터",
    r"레이블": "라벨",
    r"특징": "특성",
    r"유닛": "뉴런",
    r"내트|나트": "nat",
    r"화소": "픽셀",
    r"수식": "식",
    r"실험실|작업대": "실습실, lab",
    r"견주|견줄": "비교",
    r"오답": "오류",
    r"성적": "수치",
    r"디렉터리": "폴더",
    r"에포크|스텝": "에폭, 단계",
    r"고리:": "동그라미",
    r"속 보기": "내부 보기",
    r"따로 (?:남|둔)|떼어 둔 (?:그림|이미지)|검증용 이미지": "검증 이미지",
    r"(?i)(?<![-(])learning rate": "학습률",
    r"(?i)(?<!\()softmax": "소프트맥스(softmax)",
    r"(?i)confusion matrix": "혼동 행렬",
    r"(?<![-\w{])recipe": "레시피",
    r"(?i)(?<!\(max )(?<!\(average )(?<!\()pooling": "최대 풀링(max pooling)",
    r"(?i)subsampling(?!\))": "서브샘플링",
    r"(?i)(?:stride|padding|kernel) [A-Z]": "스트라이드 S, 패딩 P, 커널 K",
    r"(?<![\w{])epoch(?![\w)])": "에폭(epoch)",
    r"[\d}] 에폭": "5에폭, as 5단계 and 5장",
    r"(?<![({])gradient|기울기의 반대|(?:×|모든) 기울기": "그래디언트(gradient), of a loss; 기울기 is a curve's slope",
    r"BatchNorm": "배치 정규화(batch normalisation)",
    r"이미지(?:가|는)? (?:모두 )?(?:\{\w+\}|[\d,]+)개": "이미지 {n}장",
    r"\}(?:%|퍼센트)포인트": "{n} %포인트",
    r"단추": "버튼",
    r"leaky ReLU": "Leaky ReLU",
    r"견본|(?<!이미지 )표본": "샘플; 표본 is a statistical sample, as 학습 이미지 표본",
}
# Keys whose sentences are about what is drawn on the image: 그림. Elsewhere it is 이미지.
DRAWINGS = re.compile(
    r"upload\.(light|uneven|tiny|away)|centre\.model|note\.(ground|drawing|inverted)|planned\.invert|draw\.(ending|large)|info\.blocks"
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
    assert set(BOTH["drop"][0]) == USED["drop"] - look - set(messages("en"))
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
    """A sentence without Hangul is one that both languages write alike: a name, a formula, but for the plural."""
    english, korean = BOTH[part]
    assert not [
        key
        for key in korean
        if not re.search(r"[가-힣]", korean[key]) and korean[key] != english[key].removesuffix("s")
    ]


@pytest.mark.parametrize("part", BOTH)
def test_one_and_several_stand_behind_their_number(part: str) -> None:
    """{n} {step/steps}: which of the two is said goes by the number just before."""
    for key, text in BOTH[part][0].items():
        pairs = re.findall(r"\{([^{}]*/[^{}]*)\}", text)
        assert pairs == re.findall(r"\{\w+\} \{([a-z]+/[a-z]+s)\}", text), key


@pytest.mark.parametrize("part", KOREAN)
def test_particles_after_words_are_chosen_by_the_word(part: str) -> None:
    """Both forms stand behind the gap, {n}{이/가}; behind one's own words the particle is known."""
    for key, text in KOREAN[part].items():
        assert not BARE.search(text), key
        pairs = re.findall(r"\{([^{}]*/[^{}]*)\}", text)
        assert set(pairs) <= PARTICLES, key
        assert len(pairs) == len(re.findall(r"\{\w+\}[’”'\"]*\{[^{}]*/[^{}]*\}", text)), key


@pytest.mark.parametrize("part", KOREAN)
def test_one_word_for_one_thing(part: str) -> None:
    for key, text in KOREAN[part].items():
        assert not {f"{found[0]}: {word}" for wrong, word in TERMS.items() if (found := re.search(wrong, text))}, key
        assert "그림" not in text or DRAWINGS.match(key), key
