"""What Python says in English is said in Korean by the lab's page, and what is not known stays as it is."""

from __future__ import annotations

from pathlib import Path

import pytest
from selenium import webdriver

from convscope.data import load
from convscope.errors import ConvscopeError, UsageError
from convscope.lab.catalogue import whole
from convscope.training.recipes import named
from tests.browser.test_formula_js import FormulaPage

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def page(browser: webdriver.Chrome, tmp_path_factory: pytest.TempPathFactory) -> FormulaPage:
    return FormulaPage(browser, tmp_path_factory.mktemp("retell"))


def retold(page: FormulaPage, *texts: str) -> list[str]:
    found: list[str] = page.browser.execute_script("return bench.retold(arguments[0], 'ko')", texts)
    return found


def test_errors_as_the_server_and_trainings_make_them(page: FormulaPage, tmp_path: Path) -> None:
    (tmp_path / "cats").mkdir()
    (tmp_path / "cats" / "a.png").write_bytes(b"none")
    with pytest.raises(ConvscopeError) as few:
        load(str(tmp_path))
    with pytest.raises(UsageError) as seed:
        whole(-3, "seed", 0, 9000)
    with pytest.raises(UsageError) as epochs:
        named("fast").changed(-1)
    told = retold(page, str(few.value), str(seed.value), str(epochs.value))
    assert told[0] == (
        f"{tmp_path}: 클래스가 너무 적습니다 (지금: 하위 폴더 1개, 허용: 2 이상)\n"
        "이렇게 해 보세요: 클래스마다 이미지가 든 하위 폴더를 하나씩 두거나, train/과 test/ 안에 그렇게 두세요"
    )
    assert told[1] == "seed 값이 범위를 벗어났습니다 (지금: -3, 허용: 0부터 9,000까지의 정수)"
    assert told[2].startswith("epochs 값이 범위를 벗어났습니다 (지금: -1, 허용: 0보다 크고")


def test_sentences_within_sentences_and_strange_ones(page: FormulaPage) -> None:
    assert retold(
        page,
        "cats/a.png: cannot be read: Permission denied",
        "4 trainings are going on",
        "a mistake of convscope's own: KeyError: 'x'",
        "something nobody has ever said, got 3",
        "",
        "dogs: no readable picture in this class\ntry: remove it; dogs/0.png: an empty file",
        "run.json: cannot be written: No space left on device\ntry: free space, or a folder you may write to",
    ) == [
        "cats/a.png: 읽을 수 없습니다: 권한이 없습니다",
        "학습 4개가 돌아가고 있습니다",
        "convscope 자체의 잘못입니다: KeyError: 'x'",
        "something nobody has ever said, got 3",
        "",
        "dogs: 이 클래스에 읽을 수 있는 이미지가 없습니다\n이렇게 해 보세요: 지우세요. dogs/0.png: 빈 파일입니다",
        "run.json: 쓸 수 없습니다: 디스크에 남은 공간이 없습니다\n이렇게 해 보세요: 빈 공간을 만들거나, 쓸 수 있는 폴더를 쓰세요",  # noqa: E501
    ]
