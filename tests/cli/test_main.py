"""What surrounds every verb: what goes wrong becomes one message and an exit code."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from convscope.cli.main import main
from convscope.explain.look import SLIDES


@pytest.mark.medium
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


@pytest.mark.parametrize("raised", ["ImportError('{}', name='libonnx')", "RuntimeError('{}')"])
def test_a_package_that_cannot_be_loaded_is_told_from_a_missing_one(
    raised: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "onnxruntime.py").write_text("raise " + raised.format("libonnx.so: failed to map\\nand more"))
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "onnxruntime", raising=False)
    assert main(["predict", str(SLIDES), str(tmp_path / "picture.png")]) == 4
    said = "convscope predict needs a package that cannot be loaded: libonnx.so: failed to map\ntry: "
    assert capsys.readouterr().err.startswith(said)


def limited(limits: str, words: str) -> subprocess.CompletedProcess[str]:
    command = f"ulimit {limits}; exec {sys.executable} -m convscope {words}"
    return subprocess.run(["bash", "-c", command], capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.parametrize("verb", ["train", "look", "lab --build site", "report run"])
@pytest.mark.medium
def test_a_folder_that_was_removed_is_named_before_a_library_ends_the_process(verb: str, tmp_path: Path) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    started = f"PYTHONPATH={Path(__file__).parents[2]} exec {sys.executable} -P -m convscope {verb}"
    command = f"cd {gone}; rmdir {gone}; {started}"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr.splitlines()[-2:]) == (
        4,
        ["the folder that this command was started in is not there any more", "try: cd to one that is"],
    )


TOO_LITTLE = "the limit of this shell leaves too little memory"


@pytest.mark.medium
def test_memory_that_a_library_would_die_of_is_asked_for_first() -> None:
    for limits, verb in (("-v 100000", "predict a b"), ("-d 60000", "check a"), ("-v 400000", "train a")):
        done = limited(limits, verb)
        assert (done.returncode, done.stderr.partition(",")[0]) == (
            4,
            "the limit of this shell leaves too little memory",
        )
    assert limited("-v 100000", "describe slides").returncode == 0


@pytest.mark.medium
def test_where_no_file_can_be_opened_the_last_line_needs_none() -> None:
    codes = {limited(f"-n {n}", "predict a b").returncode for n in (5, 6, 7)}
    assert codes <= {3, 4}
