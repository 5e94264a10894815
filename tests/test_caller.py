"""Options in sentences: as the command line has them to a command, as a call has them in Python."""

from __future__ import annotations

import argparse
import ast
import re
from pathlib import Path

import pytest

from convscope.caller import IN_SENTENCE, SWITCHES, command_line
from convscope.cli.main import main
from convscope.cli.parser import full_parser
from convscope.errors import InputError, UsageError, english, phrase
from convscope.training.session import train


@pytest.mark.parametrize(
    ("key", "words", "python"),
    [
        ("run.exists.try", {"path": "runs/a"}, 'another out=, or resume="runs/a"'),
        ("folder.names.try", {"pattern": "(a|b)"}, "labels from the names of the files: label_from='(a|b)'"),
        ("budget.validation.try", {}, "val=5000, or leave it out"),
        ("training.diverged.try", {"rate": "0.01"}, "lr=0.01; the last checkpoint before it is kept"),
        ("split.data.try", {}, 'split="train" or test'),
        ("split.held.try", {}, "convscope train --val N does"),
        ("start.arch.try", {}, "from_= or arch="),
        ("validation.given.try", {}, "leave val= out"),
        (
            "training.strict.try",
            {},
            "convscope check lists all and says how to mend them; without strict=True training goes on",
        ),
        ("evaluation.unnamed.try", {}, "classes=FILE, a line a class, in the order of its scores"),
        (
            "fashion.package.try",
            {},
            "apt-get install dataset-fashion-mnist, or data_root=DIR with the IDX files in DIR or DIR/fashion-mnist",
        ),
        ("package.broken.try", {}, english()["package.broken.try"]),
    ],
)
def test_a_sentence_in_python(key: str, words: dict[str, object], python: str) -> None:
    assert str(phrase(key, **words)) == python
    with command_line():
        assert str(phrase(key, **words)) == english()[key].format_map(words)
    assert str(phrase(key, **words)) == python


def test_what_was_given_and_what_to_try_are_options_alone() -> None:
    error = UsageError("start.head.options", got="--epochs --batch-size", hint="--tune all")
    assert str(error).endswith('got epochs= batch_size=\ntry: tune="all"')
    assert str(UsageError("start.tune", got="--no-cache", hint="--budget 99.5%")).endswith(
        'got cache=False\ntry: budget="99.5%"'
    )
    assert str(InputError("run.exists", where="--out 3")).startswith("--out 3: ")  # a path is nobody's option
    with command_line():
        assert str(error).endswith("got --epochs --batch-size\ntry: --tune all")


def test_a_command_says_it_as_it_is_typed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["train", "--tune", "head", "--recipe", "fast"]) == UsageError.exit_code
    assert capsys.readouterr().err.endswith("got --tune head\ntry: --from lite0\n")
    with pytest.raises(UsageError, match=r'got tune="head"\ntry: from_="lite0"$'):
        train(tune="head", recipe="fast")


def actions() -> dict[str, list[argparse.Action]]:
    """Return every option of every verb by its name without dashes."""
    found: dict[str, list[argparse.Action]] = {}
    (verbs,) = [a for a in full_parser()._actions if isinstance(a, argparse._SubParsersAction)]
    for parser in verbs.choices.values():
        for action in parser._actions:
            for name in action.option_strings:
                found.setdefault(name.lstrip("-"), []).append(action)
    return found


def test_the_options_in_sentences_are_there_and_take_a_value_where_that_is_said() -> None:
    known = actions()
    named = {m[2] for sentence in english().values() for m in re.finditer(IN_SENTENCE, sentence) if m[2]}
    assert len(named) > 30
    others = {"master-port", "rdzv-endpoint"}  # torchrun's
    assert named - others <= set(known)
    for name in named - others:
        switch = all(action.nargs == 0 for action in known[name])
        assert switch == (name in SWITCHES), name


@pytest.mark.medium
def test_the_options_that_the_program_itself_names_are_there() -> None:
    """Hints and findings, such as doctor's, and docstrings, stand in the modules and not among the messages."""
    known = {*actions(), "version", "no-"}  # no-: begins the name of a switch
    known |= {"index-url", "force-reinstall", "upgrade"}  # pip's
    known |= {"table"}  # a benchmark's
    named = {
        (match[1], path.name)
        for path in Path("convscope").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
        for match in re.finditer(r"(?<![\w-])--([a-z][a-z-]*)", node.value)
    }
    assert ("threads", "examination.py") in named
    assert sorted((name, module) for name, module in named if name not in known) == []
