"""What surrounds every verb: what goes wrong becomes one message and an exit code."""

from __future__ import annotations

import json
import sys

import pytest

from convscope.cli.main import main


def test_a_package_that_is_not_installed_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)  # importing it says that there is no such module
    assert main(["train", "mnist"]) == 4
    said = "convscope train needs a package that is not installed, got torch\ntry: pip install convscope\n"
    assert capsys.readouterr().err == said


def test_a_bug_of_ours_stays_a_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "convscope.training.session", None)
    with pytest.raises(ModuleNotFoundError):
        main(["train", "mnist"])


@pytest.mark.parametrize("error", [MemoryError(), RuntimeError("DefaultCPUAllocator: can't allocate memory: 124 GB")])
def test_memory_that_is_not_there_is_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], error: Exception
) -> None:
    def out_of_memory(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr("convscope.formula.describe", out_of_memory)
    assert main(["describe", "slides"]) == 4
    assert capsys.readouterr().err.startswith("the memory is used up\n")


def test_any_other_runtime_error_stays_a_traceback_and_json_names_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("sizes differ")

    monkeypatch.setattr("convscope.formula.describe", broken)
    with pytest.raises(RuntimeError, match="sizes differ"):
        main(["describe", "slides", "--json"])
    assert json.loads(capsys.readouterr().out)["error"]["key"] == "error.bug"
