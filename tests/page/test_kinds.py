"""The page has one file for each of Python's kinds of layers; tsc finds what a file leaves out (engine/types.js)."""

from __future__ import annotations

import re
from pathlib import Path

from convscope.formula.kinds import KINDS

JS = Path(__file__).parents[2] / "convscope" / "page" / "js"
NAMES = {kind.name for kind in KINDS} | {"opaque"}


def test_the_type_of_kinds_names_pythons_and_opaque() -> None:
    text = re.sub(r"\n \*\s*", " ", (JS / "types.js").read_text(encoding="utf-8"))
    (union,) = re.findall(r"@typedef \{([^}]*)\} Kind\b", text)
    assert set(re.findall(r'"(\w+)"', union)) == NAMES


def test_each_kind_is_one_file_that_exports_its_name() -> None:
    paths = {path.stem: path for path in (JS / "engine" / "kinds").glob("*.js") if path.stem != "all"}
    assert set(paths) == NAMES
    for name, path in paths.items():
        assert re.findall(r"^export const (\w+)", path.read_text(encoding="utf-8"), re.M) == [name]


def test_each_kind_says_how_it_learns() -> None:
    text = (JS / "learn" / "kinds" / "all.js").read_text(encoding="utf-8")
    (table,) = re.findall(r"BATCH_KINDS = \{(.*?)\n\};", text, re.S)
    assert set(re.findall(r"^  (\w+):", table, re.M)) == NAMES


def test_no_other_module_asks_for_a_kind_by_its_name() -> None:
    """What differs from kind to kind stands in its file, so that a new one needs no other."""
    named = re.compile(rf"kind [!=]== \"({'|'.join(NAMES)})\"|case \"({'|'.join(NAMES)})\"")
    found = [
        path.relative_to(JS).as_posix()
        for room in ("engine", "learn", "look")
        for path in (JS / room).rglob("*.js")
        if named.search(path.read_text(encoding="utf-8"))
    ]
    assert found == []
