"""Python's errors as the lab's page shows them: in English as Python prints them, in Korean by the same keys."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest
from selenium import webdriver

from convscope.data import load
from convscope.errors import ConvscopeError, EnvironmentFault, InputError, UsageError, phrase, system_reason
from convscope.lab.records import whole
from convscope.training.recipes import named
from tests.browser.test_formula_js import FormulaPage

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def page(browser: webdriver.Chrome, tmp_path_factory: pytest.TempPathFactory) -> FormulaPage:
    return FormulaPage(browser, tmp_path_factory.mktemp("faults"))


def said(page: FormulaPage, language: str, *errors: ConvscopeError) -> list[str]:
    faults = [error.to_json() for error in errors]
    found: list[str] = page.browser.execute_script("return bench.said(arguments[0], arguments[1])", faults, language)
    return found


@pytest.fixture
def errors(tmp_path: Path) -> list[ConvscopeError]:
    (tmp_path / "cats").mkdir()
    (tmp_path / "cats" / "a.png").write_bytes(b"none")
    with pytest.raises(ConvscopeError) as few:
        load(str(tmp_path))
    with pytest.raises(UsageError) as seed:
        whole(-3, "seed", 0, 9000)
    with pytest.raises(UsageError) as epochs:
        named("fast").changed(-1)
    few.value.where = "pets"
    reason = phrase("error.where", place="dogs/0.png", what=InputError("file.empty").brief())
    full = OSError(errno.ENOSPC, "No space left on device")
    return [
        few.value,
        seed.value,
        epochs.value,
        InputError("file.unreadable", reason=system_reason(OSError(errno.EACCES, "")), where="cats/a.png"),
        UsageError("lab.busy", n=4, hint=phrase("lab.busy.try")),
        ConvscopeError("error.bug", what="KeyError: 'x'"),
        InputError("folder.class.unreadable", where="dogs", hint=phrase("folder.class.unreadable.try", reason=reason)),
        EnvironmentFault("file.unwritable", reason=system_reason(full), where="run.json"),
    ]


def test_english_is_what_python_prints(page: FormulaPage, errors: list[ConvscopeError]) -> None:
    assert said(page, "en", *errors) == [str(error).replace("\ntry: ", "\nTry: ") for error in errors]


def test_korean(page: FormulaPage, errors: list[ConvscopeError]) -> None:
    sentences = said(page, "ko", *errors)
    assert sentences[0] == (
        "pets: 클래스가 너무 적습니다 (지금: 1개 (cats), 허용: 2 이상)\n"
        "이렇게 해 보세요: 클래스마다 이미지가 든 폴더를 하나씩 두거나, train/, val/, test/ 안에 그렇게 두세요"
    )
    assert sentences[1] == "seed 값이 범위를 벗어났습니다 (지금: -3, 허용: 0부터 9,000까지의 정수)"
    assert sentences[2].startswith("epochs 값이 범위를 벗어났습니다 (지금: -1, 허용: 0보다 크고")
    assert sentences[3:] == [
        "cats/a.png: 읽을 수 없습니다: 권한이 없습니다",
        "학습 4개가 돌아가고 있습니다\n이렇게 해 보세요: 하나가 끝나기를 기다리거나, 하나를 멈추세요",
        "convscope 자체의 잘못입니다: KeyError: 'x'",
        "dogs: 이 클래스에 읽을 수 있는 이미지가 없습니다\n이렇게 해 보세요: 지우세요. dogs/0.png: 빈 파일입니다",
        "run.json: 쓸 수 없습니다: 디스크에 남은 공간이 없습니다",
    ]
