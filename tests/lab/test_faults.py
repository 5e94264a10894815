"""What went wrong, as the page is told: all its parts, and no path of this machine."""

from __future__ import annotations

from pathlib import Path

import pytest

from convscope.errors import FormulaError, InputError
from convscope.formula import parse
from convscope.lab.faults import last_words, to_json, without_paths


def test_an_error_keeps_its_parts() -> None:
    error = InputError("is damaged", where="/home/me/runs/one/model.onnx", got=3, expected="4", hint="see /etc/x/y")
    assert to_json(error) == {"what": "is damaged", "where": "model.onnx", "got": "3", "expected": "4", "hint": "see y"}
    assert to_json(InputError("no"))["got"] is None


def test_a_formulas_error_keeps_the_text_and_the_caret() -> None:
    with pytest.raises(FormulaError) as caught:
        parse("conv(4, 3) + /a/b/c")
    told = to_json(caught.value)
    assert (told["text"], told["column"]) == ("conv(4, 3) + /a/b/c", 14)


@pytest.mark.parametrize(
    ("text", "told"),
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
def test_of_a_path_the_last_name_is_left(text: str, told: str) -> None:
    assert without_paths(text) == told


def test_known_folders_may_have_spaces_in_their_names() -> None:
    root = Path("/media/My Disk/all my runs")
    assert without_paths(f"{root}/one two/model.onnx: no", root) == "one two/model.onnx: no"
    assert without_paths(f"{root}: no such folder", root) == "all my runs: no such folder"
    assert "My Disk" not in without_paths(f"in {root}-2/x", root.parent)
    inner = root / "inner"
    assert without_paths(f"{inner}/a, {root}/b", root, inner) == "a, b"
    assert without_paths(f"/data{Path.home()}/x/y") == "y"
    assert str(Path.cwd()) not in without_paths(f"{Path.cwd()}: no, {Path.cwd()}/a: no")


def test_the_last_words_of_a_process() -> None:
    assert (
        last_words("a note\n\nformula, column 3: no\n    x +\n      ^\n") == "formula, column 3: no\n    x +\n      ^"
    )
    bug = "note\nTraceback (most recent call last):\n  File \"/a/b/c.py\", line 1\nKeyError: '/a/b/c.py'\n"
    assert last_words(bug) == "a mistake of convscope's own: KeyError: 'c.py'"
    assert last_words("") == ""
    assert last_words("x" * 9_999 + "\nand why") == "x" * 300 + "\nand why"
