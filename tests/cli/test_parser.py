"""The parser: every verb's help, a mistake's form, and one verb's module at a time."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from convscope.cli.main import main
from convscope.cli.parser import VERBS, make_parser, verb_parser


def test_the_help_names_every_verb(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 0
    alone = capsys.readouterr().out
    with pytest.raises(SystemExit) as leave:
        main(["--help"])
    assert leave.value.code == 0
    assert capsys.readouterr().out == alone
    for verb, about in VERBS.items():
        assert f"{verb} {about}" in " ".join(alone.split())


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_has_a_help_in_which_every_argument_is_explained(
    verb: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as leave:
        main([verb, "--help"])
    assert leave.value.code == 0
    shown = capsys.readouterr().out
    assert f"usage: convscope {verb}" in shown
    assert "%%" not in shown
    assert all(action.help for action in verb_parser(verb)._actions)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--nope"], "convscope: unrecognized arguments: --nope\ntry: convscope --help\n"),
        (["info"], "convscope info: the following arguments are required: MODEL\ntry: convscope info --help\n"),
        (["predict", "m", "a.png", "--csv", "--json"], "--json: not allowed with argument --csv"),
        (["evaluate", "m", "--split", "all"], "--split: invalid choice: 'all'"),
        (["train", "--epochs", "many"], "--epochs: invalid float value: 'many'"),
    ],
)
def test_a_mistake_is_two_lines_and_exit_code_2(
    words: list[str], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as leave:
        main(words)
    assert leave.value.code == 2
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 2)
    assert says in err
    assert re.search(r"\ntry: convscope( \w+)? --help\n$", err)


@pytest.mark.medium
def test_only_the_module_of_the_verb_that_is_called_is_imported() -> None:
    code = "import sys\nfrom convscope.cli.main import main\nmain(['describe', 'slides'])\nprint(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    modules = {name for name in done.stdout.split() if name.startswith("convscope.cli.")}
    modules -= {f"convscope.cli.{name}" for name in ("main", "parser", "outputs", "examples")}  # what every verb needs
    assert modules == {"convscope.cli.describe"}


def test_a_verbs_parser_is_the_one_behind_the_whole_command() -> None:
    words = ["predict", "m.onnx", "a.png", "b.png", "--top=5", "--inv", "auto"]
    whole = vars(make_parser("predict").parse_args(words))
    assert whole.pop("verb") == "predict"
    assert whole == vars(verb_parser("predict").parse_args(words[1:]))
    assert whole["pictures"] == ["a.png", "b.png"]
    assert (whole["top"], whole["invert"], whole["csv"]) == (5, "auto", False)


@pytest.mark.parametrize(
    "words",
    [
        ["predict", "none.onnx", "--top", "3", "a.png"],
        ["predict", "--top", "3", "none.onnx", "a.png", "--json", "b.png"],
        ["look", "none.onnx", "--mean", "0.5", "a.png"],
        ["predict", "none.onnx", "--top", "3", "--", "-a.png"],
    ],
)
def test_options_and_pictures_may_be_mixed(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(words) == 3
    assert "none.onnx: no such file" in capsys.readouterr().err


def test_a_picture_after_options_is_predicted(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    first, second = (str(tmp_path / name) for name in ("first.png", "second.png"))
    for path in (first, second):
        Image.new("RGB", (32, 32)).save(path)
    assert main(["predict", "lite0", first, "--json", "--top", "1", second]) == 0
    printed = capsys.readouterr().out
    assert 0 < printed.index("first.png") < printed.index("second.png")
