"""docs/arithmetic.md: every line gives its number, and every point of the lecture has one."""

from __future__ import annotations

import doctest
import re
from pathlib import Path

from convscope import arithmetic

DOCS = Path(__file__).parents[2] / "docs"


def test_every_line_gives_its_number() -> None:
    found = doctest.testfile(str(DOCS / "arithmetic.md"), module_relative=False)
    assert (found.failed, found.attempted >= 25) == (0, True)


def test_every_point_of_the_lecture_has_a_line() -> None:
    points = re.findall(r"^\| (S\d+) \|", (DOCS / "deck.md").read_text(encoding="utf-8"), re.M)
    parts = re.split(r"^\*\*(S\d+)\. ", (DOCS / "arithmetic.md").read_text(encoding="utf-8"), flags=re.M)
    assert points == parts[1::2] == [f"S{n}" for n in range(1, 19)]
    assert all("    >>> " in part for part in parts[2::2])


def test_the_packages_own_example() -> None:
    found = doctest.testmod(arithmetic)
    assert (found.failed, found.attempted >= 4) == (0, True)
