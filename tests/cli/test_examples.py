"""The examples of every verb can be typed as they stand."""

from __future__ import annotations

import shlex

import pytest

from convscope.cli.examples import EXAMPLES
from convscope.cli.main import main
from convscope.cli.parser import VERBS, make_parser


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.medium
def test_every_verb_has_examples_that_its_parser_takes(verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main([verb, "--help"])
    shown = capsys.readouterr().out
    assert len(EXAMPLES[verb]) >= 2
    for typed, what in EXAMPLES[verb]:
        command, *words = shlex.split(typed.partition(" > ")[0])
        assert command in ("convscope", "curl")  # which asks a server
        if command == "convscope":
            assert make_parser(verb).parse_args(words).verb == verb
        assert f"  {typed}\n      {what}\n" in shown


def test_no_example_is_of_a_verb_that_is_not_there() -> None:
    assert set(EXAMPLES) == set(VERBS)
