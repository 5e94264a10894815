"""`convscope quantise`: what it prints, and how it ends."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from convscope.cli.main import main
from tests.cli.measured import write_model, write_pictures


@pytest.fixture
def model(tmp_path: Path) -> Path:
    return write_model(tmp_path)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_pictures(tmp_path, 45)


@pytest.mark.medium
def test_the_lines(model: Path, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["quantise", str(model), str(folder), "--most-loss", "100"]) == 0
    out = capsys.readouterr().out.splitlines()
    assert out[0].endswith(": 30")
    assert [line.split("  ")[0] for line in out[1:-1]] == [
        "accuracy before",
        "accuracy after",
        "difference",
        "speed",
        "size",
    ]
    assert out[-1] == str(model.with_name("model.int8.onnx"))
    assert main(["evaluate", out[-1], str(folder), "--json"]) == 0
    after = json.loads(capsys.readouterr().out)["accuracy"]
    assert out[2].startswith(f"accuracy after   {100 * after:.2f} %")


@pytest.mark.medium
def test_json(model: Path, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["quantise", str(model), str(folder), "--most-loss", "100", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["after"]["accuracy"] - said["before"]["accuracy"] == pytest.approx(said["difference"])
    assert said["bytes_after"] == Path(said["path"]).stat().st_size


def test_nothing_is_written_where_it_loses(
    model: Path, folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from convscope.quantisation.quantising import Quantised

    monkeypatch.setattr(Quantised, "difference", -0.02)
    assert main(["quantise", str(model), str(folder)]) == 3
    said = capsys.readouterr()
    assert "got 2.00 points of the accuracy, expected at most 0.5" in said.err
    assert said.out == ""
    assert not model.with_name("model.int8.onnx").exists()
