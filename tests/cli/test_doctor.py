"""`convscope doctor`: the facts, what is missing, and its exit code."""

from __future__ import annotations

import json
import platform
from pathlib import Path

import pytest

from convscope.cli.main import main
from convscope.machine import examination
from convscope.machine.packages import Package

HERE = [Package("numpy", "2.0", "", "2.4.6", "")]


@pytest.fixture(autouse=True)
def light(monkeypatch: pytest.MonkeyPatch) -> None:
    """Packages that need no import of torch, and no measurement."""
    monkeypatch.setattr(examination, "packages", lambda: HERE)


def test_the_facts_are_a_line_each(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor"]) == 0
    shown = capsys.readouterr().out
    lines = dict(line.split(maxsplit=1) for line in shown.splitlines() if " " in line)
    assert lines["python"].startswith(platform.python_version())
    assert lines["numpy"] == "2.4.6"
    assert lines["memory"].endswith("GB for this process")


def test_what_is_missing_comes_first_and_gives_exit_code_4(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    there = [Package("pillow-heif", "1.1", "heic", None, ""), Package("onnx", "1.18", "", "1.2.0", ""), *HERE]
    monkeypatch.setattr(examination, "packages", lambda: there)
    assert main(["doctor", "--json"]) == 4
    said = json.loads(capsys.readouterr().out)
    first, *others = said["findings"]
    assert first["level"] == "missing"
    assert first["what"] == "onnx 1.2.0 is too old; needed is onnx 1.18 or newer"
    assert any(one["hint"] == "pip install -U 'convscope[heic]'" for one in others)
    assert said["facts"]["pillow-heif"] == "not installed (for heic)"


def test_a_cache_that_cannot_be_written_is_found(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("CONVSCOPE_CACHE", str(tmp_path / "file" / "cache"))
    assert main(["doctor"]) == 0
    shown = capsys.readouterr().out
    assert "slow: " in shown
    assert "file/cache can't be written to: pictures are decoded" in shown
    assert "nothing is slow" not in shown
