"""`convscope draw`: the file it names is there, and every option reaches the picture."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest

from convscope.cli.main import main


def test_draws_into_this_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["draw", "slides"]) == 0
    assert capsys.readouterr() == ("network.svg\n", "")
    ElementTree.parse(tmp_path / "network.svg")


def test_every_option_is_heeded(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    formula = 'conv(8, 3, pad="same") + relu + skip(conv(8, 3, pad="same") + relu)*4 + gap + fc'
    out = tmp_path / "net.svg"
    words = ["--style", "graph", "--lang", "ko", "--title", "제목", "--fold", "yes", "--input", "3x16x16"]
    assert main(["draw", formula, *words, "--classes", "7", "-o", str(out)]) == 0
    text = out.read_text(encoding="utf-8")
    assert all(word in text for word in ("합성곱 3×3", "제목", "× 4", "3×16×16", "클래스 7개"))
    assert "--fold no" in capsys.readouterr().err


def test_what_is_wrong_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["draw", "slides", "-o", str(tmp_path / "net.jpg")]) == 2
    assert "got .jpg, expected .svg, .pdf, .png" in capsys.readouterr().err
