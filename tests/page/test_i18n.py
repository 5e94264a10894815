"""The dictionaries: the same keys in both languages, every key that the page uses, none that it does not, the same gaps."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[2] / "convscope" / "page"
EN, KO = (json.loads((PAGE / "i18n" / f"{name}.json").read_text(encoding="utf-8")) for name in ("en", "ko"))
SOURCE = "\n".join(path.read_text(encoding="utf-8") for path in sorted((PAGE / "js").rglob("*.js")))
USED = set(re.findall(r"\bt\(\"([^\"]+)\"", SOURCE))


def test_both_languages_have_the_same_keys() -> None:
    assert list(EN) == list(KO)


def test_every_key_used_is_there_and_every_key_there_is_used() -> None:
    assert set(EN) == USED


def test_keys_are_written_out_so_that_they_can_be_found() -> None:
    calls = re.findall(r"(?<![\w.])(?:app\.)?t\((?!\"|key)", SOURCE)
    assert not calls


@pytest.mark.parametrize("key", list(EN))
def test_the_same_gaps_and_real_sentences(key: str) -> None:
    assert sorted(re.findall(r"\{\w+\}", EN[key])) == sorted(re.findall(r"\{\w+\}", KO[key]))
    assert EN[key].strip() == EN[key] != ""
    assert KO[key].strip() == KO[key] != ""


def test_korean_is_korean() -> None:
    plain = [key for key in KO if not re.search(r"[가-힣]", KO[key])]
    assert plain == ["patch.name"]
