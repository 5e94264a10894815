"""What is read without argparse is what argparse would have read, and whatever is open to doubt is left to it."""

from __future__ import annotations

from importlib import import_module

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convscope.cli.overview import VERBS, overview
from convscope.cli.parsers import parser
from convscope.cli.quick import Declared, read


def declared(verb: str) -> Declared:
    found = Declared()
    import_module(f"convscope.cli.{verb}").add(found)
    return found


WORDS = [
    "a.onnx",
    "b.png",
    "",
    "slides",
    "3",
    "2.5",
    "no",
    "auto",
    "ko",
    "test",
    "-",
    "--",
    "-1",
    "-h",
    "--js",
    "--top=3",
]


@st.composite
def lines(draw: st.DrawFn) -> tuple[str, list[str]]:
    verb = draw(st.sampled_from(sorted(VERBS)))
    known = declared(verb)
    names = [*known.options, *(name for group in known.groups for name in group.options)]
    word = st.sampled_from(names) | st.sampled_from(WORDS[:10]) | st.sampled_from(WORDS)
    return verb, draw(st.lists(word, max_size=6))


@given(lines())
@settings(max_examples=600, deadline=None)
def test_a_line_that_is_read_quickly_is_read_as_argparse_reads_it(line: tuple[str, list[str]]) -> None:
    verb, words = line
    quick = read(declared(verb), words)
    if quick is not None:
        assert vars(quick) | {"version": False} == vars(parser(verb).parse_args([verb, *words]))


@pytest.mark.parametrize(
    "line",
    [
        "describe",
        "describe slides",
        "describe --input 3x32x32 --classes 7 slides --json",
        "train",
        "train mnist --arch slides --epochs 0.5 --seed 1 --json",
        "predict m.onnx a.png b.png --top 5 --invert auto --csv",
        "predict --json m.onnx a.png",
        "evaluate m.onnx",
        "evaluate m.onnx digits --split validation",
        "look",
        "look m.onnx a.png mnist -o page.html --open --megabytes 2",
        "info m.onnx --json",
        "lab --port 0 --run runs/a",
    ],
)
def test_what_people_type_needs_no_argparse(line: str) -> None:
    verb, *words = line.split()
    quick = read(declared(verb), words)
    assert quick is not None
    assert vars(quick) | {"version": False} == vars(parser(verb).parse_args([verb, *words]))


@pytest.mark.parametrize(
    "line",
    [
        "describe --help",
        "describe a b",
        "describe --classes two",
        "describe --classes",
        "describe --input --json",
        "describe --inp 3x3x3",
        "predict m.onnx",
        "predict m.onnx --top 3 a.png",  # what stands apart is read differently by different versions of Python
        "predict m.onnx a.png --json --csv",
        "predict m.onnx a.png --invert maybe",
        "predict m.onnx a.png --top=3",
        "predict m.onnx -- -a.png",
        "lab --roots a b",
    ],
)
def test_what_is_open_to_doubt_is_left_to_argparse(line: str) -> None:
    verb, *words = line.split()
    assert read(declared(verb), words) is None


def test_an_option_of_a_kind_that_is_not_known_here_is_left_to_argparse() -> None:
    new = Declared()
    new.add_argument("--more", action="append")
    assert read(new, []) is None


def test_the_overview_is_the_help_and_names_every_verb(capsys: pytest.CaptureFixture[str]) -> None:
    assert parser(None).format_help() == overview()
    with pytest.raises(SystemExit):
        parser(None).parse_args(["--help"])
    assert capsys.readouterr().out == overview()
    for verb, about in VERBS.items():
        assert f"  {verb:<10}{about}\n" in overview()
    assert max(map(len, overview().splitlines())) < 80
