"""docs/cli.md is what the parsers say: every option of every verb."""

from __future__ import annotations

import re

import pytest

from convscope.cli.main import main
from convscope.cli.parser import VERBS
from scripts.cli_reference import PAGE, reference


def test_the_page_is_what_the_parsers_say() -> None:
    assert PAGE.read_text(encoding="utf-8") == reference(), "run `make cli-reference`"


@pytest.mark.parametrize("verb", VERBS)
def test_every_option_of_the_help_is_in_the_verbs_section(verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main([verb, "--help"])
    shown = capsys.readouterr().out
    (section,) = re.findall(rf"^## convscope {verb}\n(.*?)(?=^## |\Z)", reference(), re.DOTALL | re.MULTILINE)
    options = set(re.findall(r"^ {2}(?:-\w(?: \w+)?, )?(--[\w-]+)", shown, re.MULTILINE)) - {"--help"}
    assert options
    assert options == set(re.findall(r"^\| .*`(--[\w-]+)", section, re.MULTILINE))
