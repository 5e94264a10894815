"""A user's regular expression: what it finds, and that it cannot hold anybody up."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convscope.data.patterns import MATCH, extract
from convscope.errors import UsageError

PATHS = ["cat.0.png", "in/dog 2.png", "caf\udce9.png", "고양이_1.png", ""]


def found(pattern: str, paths: list[str] = PATHS) -> list[str | None]:
    return extract(pattern, "label", paths, "--label-from")


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("(cat|dog)", ["cat", "dog", None, None, None]),
        ("cat|dog", ["cat", "dog", None, None, None]),
        (r"(\d)(?P<label>\.)", [".", ".", None, ".", None]),
        (r"(?P<other>[a-z])", ["c", "i", "c", "p", None]),
        (r"^[^/]*$", ["cat.0.png", None, "caf\udce9.png", "고양이_1.png", ""]),
        (r"(고양이)|cat", [None, None, None, "고양이", None]),
    ],
)
@pytest.mark.medium
def test_a_named_group_else_the_first_else_the_whole_match(pattern: str, expected: list[str | None]) -> None:
    assert found(pattern) == expected


@pytest.mark.parametrize(
    ("pattern", "message"),
    [
        ("a(b", "--label-from: not a regular expression, character 2: missing ), unterminated subpattern, got a(b"),
        ("*", "--label-from: not a regular expression, character 1: nothing to repeat, got *"),
        ("x" * 1001, "--label-from: too long a regular expression, got 1,001, expected at most 1,000 characters"),
        ("(" * 999, "not a regular expression, character 1: "),
    ],
)
def test_what_is_no_expression_is_said_with_its_place(pattern: str, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        found(pattern)
    assert message in str(caught.value)


@pytest.mark.slow
def test_an_expression_that_would_take_years_is_stopped() -> None:
    began = time.monotonic()
    with pytest.raises(UsageError, match=r"takes more than 2 s, got \(a\+\)\+b\ntry: an expression without a repeat"):
        found("(a+)+b", ["a" * 60])
    assert time.monotonic() - began < 60  # and not 2 ** 60 steps


@pytest.mark.slow
@settings(max_examples=20)
@given(st.lists(st.text(max_size=20), max_size=8), st.sampled_from(["(.)", "[a-m]+", r"\d", "$", r"(?s:.*?)(\w)"]))
def test_it_finds_what_re_finds(paths: list[str], pattern: str) -> None:
    compiled = re.compile(pattern)
    matches = [compiled.search(path) for path in paths]
    assert found(pattern, paths) == [match and match[min(1, compiled.groups)] for match in matches]


def test_the_process_that_matches_ends_by_itself_where_nobody_is_left_to_end_it() -> None:
    asked = json.dumps({"pattern": "(a+)+b", "group": 0, "paths": ["a" * 60], "seconds": 0.2})
    command = [sys.executable, "-I", "-S", "-c", MATCH]
    done = subprocess.run(command, input=asked, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode != 0, done.stdout, done.stderr) == (True, "", "")
