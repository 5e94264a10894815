"""`convscope describe` and the frame around every verb."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import convscope
from convscope.cli.main import main
from convscope.formula import ZOO, describe


def test_a_table(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["describe", "slides"]) == 0
    out, err = capsys.readouterr()
    assert out == f"{describe('slides')}\n"
    assert err == ""


def test_other_pictures_and_classes(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["describe", "conv(8, 3) + fc", "--input", "3x32x40", "--classes", "7", "--json"]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert (printed["input"], printed["classes"], printed["layers"][-1]["output"]) == ([3, 32, 40], 7, [7, 1, 1])


def test_channels_that_come_last_are_asked_about(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["describe", "conv(8, 3) + fc", "--input", "224x224x3"]) == 0
    assert capsys.readouterr().err == "224x224x3 is 224 channels of 224×3; did you mean 3x224x224?\n"
    assert main(["describe", "conv(8, 3) + fc", "--input", "3x224x224"]) == 0
    assert capsys.readouterr().err == ""


def test_without_a_formula_the_named_plans_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["describe"]) == 0
    out = capsys.readouterr().out
    assert all(name in out for name in ZOO)


def test_a_run_directory_is_described_by_its_model(
    model: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert main(["describe", str(model / "model.onnx")]) == 0
    table = capsys.readouterr().out
    run = model.rename(model.parent / "slides")
    (run / "empty").mkdir()
    assert main(["describe", str(run)]) == 0
    assert capsys.readouterr().out == table
    assert main(["describe", str(run / "empty")]) == 3
    assert "no model.onnx in this folder\ntry: a run directory" in capsys.readouterr().err
    monkeypatch.chdir(run.parent)  # a plan's name still means the plan
    assert main(["describe", "slides"]) == 0
    assert capsys.readouterr().out == f"{describe('slides')}\n"


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (["describe", "konv(3, 3)"], 3, "did you mean conv?"),
        (["describe", "slidse"], 3, "did you mean slides?"),
        (["describe", "conv(3, 29)"], 3, "its rows would be floor((28 − 29 + 2×0)/1) + 1 = 0"),
        (["describe", "slides", "--input", "28x28"], 2, "--input is channels, rows and columns, got 28x28"),
        (["describe", "slides", "--input", "0x28x28"], 3, "1 or more"),
        (["describe", "slides", "--classes", "0"], 3, "one class or more"),
        (["describe", "slides", "--classes", "ten"], 2, "invalid int value"),
        (["describe", "slides", "--nope"], 2, "--nope"),
        (["descirbe"], 2, "did you mean describe?"),
        (["\udcff"], 2, "there is no such verb"),
    ],
)
def test_mistakes_are_reported_in_one_place_with_a_code(
    words: list[str], code: int, says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    try:
        got = main(words)
    except SystemExit as leave:
        got = leave.code  # type: ignore[assignment]
    out, err = capsys.readouterr()
    assert got == code
    assert out == ""
    assert says in err
    assert "Traceback" not in err


def test_the_version(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as leave:
        main(["--version"])
    assert not leave.value.code
    assert capsys.readouterr().out == f"{convscope.__version__}\n"
