"""Errors as JSON: all their parts, and no path of this machine."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from convscope.errors import EnvironmentFault, FormulaError, InputError, MissingError, UsageError, phrase
from convscope.formula import parse
from convscope.web.error_json import last_fault, status, to_json, without_paths

pytestmark = pytest.mark.medium


def test_an_error_keeps_its_parts() -> None:
    reason = phrase("fashion.mnist.try", place="/etc/x/y")
    error = InputError("model.form", reason=reason, where="/home/me/runs/one/model.onnx", got=3, expected="4")
    assert to_json(error) == {
        "key": "model.form",
        "words": {"reason": {"key": "fashion.mnist.try", "words": {"place": "y"}}},
        "where": "model.onnx",
        "got": "3",
        "expected": "4",
        "hint": "",
        "message": "model.onnx: not as convscope writes it: load y by its path, got 3, expected 4",
    }
    assert to_json(InputError("idx.cut"))["got"] is None


def test_a_formulas_error_keeps_the_text_and_the_caret() -> None:
    with pytest.raises(FormulaError) as caught:
        parse("conv(4, 3) + /a/b/c")
    fault = to_json(caught.value)
    assert (fault["text"], fault["column"]) == ("conv(4, 3) + /a/b/c", 14)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("/home/me/cats/a.png: cannot be read", "a.png: cannot be read"),
        ("open '/srv/data/x.png' failed", "open 'x.png' failed"),
        ("C:\\Users\\me\\x.png: no", "x.png: no"),
        ('(/a/b/c), "/d/e/f", ~/g/h', '(c), "f", h'),
        ("try: --resume /tmp/x/y", "try: --resume y"),
        ("3/4 of it, 1 / 2, 2017/10/28, and/or", "3/4 of it, 1 / 2, 2017/10/28, and/or"),
        ("conv1.weight: 1e-3/2", "conv1.weight: 1e-3/2"),
        ("", ""),
    ],
)
def test_of_a_path_the_last_name_is_left(text: str, shown: str) -> None:
    assert without_paths(text) == shown


def test_known_folders_may_have_spaces_in_their_names() -> None:
    root = Path("/media/My Disk/all my runs")
    assert without_paths(f"{root}/one two/model.onnx: no", root) == "one two/model.onnx: no"
    assert without_paths(f"{root}: no such folder", root) == "all my runs: no such folder"
    assert "My Disk" not in without_paths(f"in {root}-2/x", root.parent)
    inner = root / "inner"
    assert without_paths(f"{inner}/a, {root}/b", root, inner) == "a, b"
    assert without_paths(f"/data{Path.home()}/x/y") == "y"
    assert str(Path.cwd()) not in without_paths(f"{Path.cwd()}: no, {Path.cwd()}/a: no")


def test_the_fault_that_a_process_ended_with() -> None:
    error = EnvironmentFault("run.busy", where="/home/me/runs/one")
    answer = "a line before\n" + json.dumps({"error": error.to_json()}) + "\n"
    assert last_fault(answer) == to_json(error)
    assert (last_fault(answer) or {})["where"] == "one"


@pytest.mark.parametrize(
    "answer",
    ["", "no JSON", "[]", "{}", '{"error": 1}', '{"error": {"key": "run.busy"}}', '{"accuracy": 1}', "[" * 100_000],
)
def test_a_process_that_says_nothing_of_its_end(answer: str) -> None:
    assert last_fault(answer) is None


def test_the_status_follows_the_class() -> None:
    errors = (UsageError("idx.cut"), InputError("idx.cut"), MissingError("idx.cut"), EnvironmentFault("idx.cut"))
    assert [status(error) for error in errors] == [400, 400, 404, 503]
