"""Which font a picture is written with: the one that is given, one with Hangul where it needs one, else the usual."""

from __future__ import annotations

from pathlib import Path

import pytest

from convscope.drawing import fonts
from convscope.drawing.shapes import Line, Sheet, Text
from convscope.errors import InputError


def sheet(text: str) -> Sheet:
    return Sheet(10, 10, (Line(((0, 0), (1, 1)), "#000000"), Text(5, 5, text, 8, "#000000")), "")


def test_the_given_font_goes_before_all(tmp_path: Path) -> None:
    own = tmp_path / "own.ttf"
    own.write_bytes(b"")
    assert fonts.chosen(sheet("합성곱"), own) == own
    with pytest.raises(InputError, match=r"none\.ttf"):
        fonts.chosen(sheet("words"), tmp_path / "none.ttf")


@pytest.mark.parametrize(
    ("text", "korean"),
    [("conv 3×3", False), ("합성곱", True), ("x ᄀ", True), ("ㄱ", True), ("힣", True), ("é", False)],
)
def test_korean_words_need_a_font_that_has_them(
    text: str, korean: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    nanum = tmp_path / "NanumGothic.ttf"
    nanum.write_bytes(b"")
    monkeypatch.setattr(fonts, "KOREAN", (str(tmp_path / "none.ttf"), str(nanum)))
    assert fonts.chosen(sheet(text), None) == (nanum if korean else None)
    monkeypatch.setattr(fonts, "KOREAN", (str(tmp_path / "none.ttf"),))
    if korean:
        with pytest.raises(InputError, match="font"):
            fonts.chosen(sheet(text), None)
    else:
        assert fonts.chosen(sheet(text), None) is None
