"""The page's types are Python's: every field of every record of the payload stands in types.js with the same type."""

from __future__ import annotations

import re
import typing
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, fields, is_dataclass
from pathlib import Path
from types import NoneType
from typing import Any

import numpy as np
import pytest

import convscope.page
from convscope.explain.payload import records, run_records
from convscope.explain.payload.encoding import EncodedArray, Record
from convscope.formula.kinds import KINDS

TYPES = Path(convscope.page.__file__).parent / "js" / "types.js"
NAMES = {records.Input: "InputSpec", records.Patch: "Extreme", EncodedArray: "Binary"}  # all others are called the same
MODULES = (records.__name__, run_records.__name__)
SIZES = {2: "Pair", 3: "Shape", 4: "Box"}  # of whole numbers
LISTS = {2: "Pair", 4: "[number, number, number, number]"}
PLAIN = {int: "number", float: "number", str: "string", bool: "boolean", NoneType: "null"}


def typedefs() -> dict[str, dict[str, str]]:
    """Return what types.js says: the properties of each type with theirs."""
    found: dict[str, dict[str, str]] = {}
    for block in re.findall(r"/\*\*(.*?)\*/", TYPES.read_text(encoding="utf-8"), re.S):
        if name := re.search(r"@typedef \{object\} (\w+)", block):
            properties = re.findall(r"@property \{(.*)\} \[?(\w+)\]?", block)
            assert len(properties) == block.count("@property"), f"{name[1]}: one property a line"
            found[name[1]] = {key: type_ for type_, key in properties}
    return found


def alias(name: str) -> str:
    """Return what types.js gives a name to."""
    text = re.sub(r"\n \*\s*", " ", TYPES.read_text(encoding="utf-8"))
    found = re.search(rf"@typedef \{{([^}}]*)\}} {name}\b", text)
    assert found, name
    return found[1]


def normal(type_: str) -> str:
    """Return a type with its unions in alphabetical order."""
    type_ = re.sub(r"\(([^()]*)\)", lambda match: f"({normal(match[1]).replace('|', 'or')})", type_)
    return " | ".join(sorted(part.strip() for part in type_.split("|")))


def in_javascript(type_: Any) -> str:
    """Return a Python type as types.js writes it."""
    origin, inner = typing.get_origin(type_), typing.get_args(type_)
    if type_ in PLAIN:
        return PLAIN[type_]
    if origin is np.ndarray:
        return "Binary"
    if isinstance(type_, type) and issubclass(type_, Record):
        return NAMES.get(type_, type_.__name__)
    if origin is Mapping:
        return f"Record<string, {in_javascript(inner[1])}>"
    if origin is tuple and inner[-1] is ...:
        item = in_javascript(inner[0])
        return f"({item})[]" if " | " in item else f"{item}[]"
    if origin is tuple and set(inner) == {int}:
        return SIZES[len(inner)]
    if origin is typing.Literal:
        return " | ".join(f'"{word}"' for word in inner)
    if typing.get_args(type_):  # a union
        return " | ".join(in_javascript(part) for part in inner)
    raise TypeError(type_)


def record_types() -> Iterator[type[Record]]:
    for record in (vars(records) | vars(run_records)).values():
        if isinstance(record, type) and is_dataclass(record) and record.__module__ in MODULES:
            yield record


@pytest.mark.parametrize("record", [*record_types(), EncodedArray], ids=lambda record: record.__name__)
def test_every_field_stands_in_the_pages_types(record: type[Record]) -> None:
    stated = typedefs()[NAMES.get(record, record.__name__)]
    hints = typing.get_type_hints(record)
    assert set(stated) == {field.name for field in fields(record)}  # type: ignore[arg-type]
    for name, type_ in stated.items():
        if (record, name) not in ((records.PageNode, "kind"), (records.PageNode, "options")):  # of the table of kinds
            type_ = re.sub(r"\bLeftOut\b", f"({alias('LeftOut')})", type_)
            type_ = re.sub(r"\bEnding\b", alias("Ending"), type_)
            assert normal(in_javascript(hints[name])) == normal(type_), f"{record.__name__}.{name}"


def test_a_nodes_options_are_those_of_the_kinds() -> None:
    stated = typedefs()["Options"]
    named: set[str] = set()
    for kind in KINDS:
        asked = [field.name for field in fields(kind) if field.default is MISSING]
        needed = {name: number for number, name in enumerate(asked, 1)}  # a slice ends after its first channel
        for name, value in kind(**needed).options().items():
            named.add(name)
            wanted = LISTS[len(value)] if isinstance(value, list) else PLAIN[type(value)]
            assert stated[name] == wanted, f"{kind.name}.{name}"
    assert named == set(stated)
