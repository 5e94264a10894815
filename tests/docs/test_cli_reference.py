"""docs/cli.md is what the parsers say: every option of every verb."""

from __future__ import annotations

import re

import pytest

from convscope.cli.main import main
from convscope.cli.parser import VERBS, verb_parser
from scripts.cli_reference import PAGE, reference
from scripts.man_page import MACROS, man_page
from scripts.man_page import PAGE as MAN


def test_the_page_is_what_the_parsers_say() -> None:
    assert PAGE.read_text(encoding="utf-8") == reference(), "run `make cli-reference`"


@pytest.mark.parametrize("verb", VERBS)
def test_every_option_of_the_help_is_in_the_verbs_section(verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main([verb, "--help"])
    shown = capsys.readouterr().out
    (section,) = re.findall(rf"^## convscope {verb}\n(.*?)(?=^## |\Z)", reference(), re.DOTALL | re.MULTILINE)
    options = set(re.findall(r"^ {2}(?:-\w(?: \w+)?, )?(--[\w-]+)", shown, re.MULTILINE)) - {"--help"}
    declared = {name for action in verb_parser(verb)._actions for name in action.option_strings}
    assert options == {name for name in declared if name.startswith("--")} - {"--help"}
    assert options == set(re.findall(r"^\| .*`(--[\w-]+)", section, re.MULTILINE))


def test_the_manual_page_is_what_the_parsers_say() -> None:
    assert MAN.read_text(encoding="utf-8") == man_page(), "run `make cli-reference`"


def test_no_word_of_the_manual_page_is_taken_for_a_macro() -> None:
    """A line that begins with the dot of ".npz" would vanish."""
    first = {line.split(" ")[0] for line in man_page().splitlines() if line.startswith((".", "'"))}
    assert first <= {f".{name}" for name in MACROS}
    assert "\n\\&.npz" in man_page()
