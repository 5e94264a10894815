"""The report's types are Python's: every field of every record stands in js/report/types.js with the same type."""

from __future__ import annotations

import re
import typing
from dataclasses import fields, is_dataclass
from pathlib import Path
from types import NoneType
from typing import Any

import pytest

import convscope.page
from convscope.calibration.diagram import Bin
from convscope.errors import Phrase
from convscope.evaluation.health import Health
from convscope.reporting import records
from tests.reporting.made import whole_report

TYPES = Path(convscope.page.__file__).parent / "js" / "report" / "types.js"
PLAIN = {int: "number", float: "number", str: "string", bool: "boolean", NoneType: "null", Phrase: "Phrase"}
PLAIN |= {Bin: "Bin", Health: "Health"}
RECORDS = [one for one in vars(records).values() if is_dataclass(one) and one not in (Bin, Phrase, Health)]


def typedefs() -> dict[str, dict[str, str]]:
    """Return what types.js says: the properties of each type with theirs."""
    found: dict[str, dict[str, str]] = {}
    for block in re.findall(r"/\*\*(.*?)\*/", TYPES.read_text(encoding="utf-8"), re.S):
        if name := re.search(r"@typedef \{object\} (\w+)", block):
            found[name[1]] = {key: kind for kind, key in re.findall(r"@property \{(.*)\} (\w+)", block)}
    return found


def in_javascript(kind: Any) -> str:
    """Return a Python type as types.js writes it."""
    origin, inner = typing.get_origin(kind), typing.get_args(kind)
    if kind in PLAIN:
        return PLAIN[kind]
    if kind == records.Interval:
        return "Interval"
    if origin is tuple and inner[-1] is ...:
        return f"{in_javascript(inner[0])}[]"
    if origin is tuple:
        return f"[{', '.join(map(in_javascript, inner))}]"
    if inner:
        return " | ".join(map(in_javascript, inner))
    return str(kind.__name__)


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.__name__)
def test_every_field_stands_in_the_pages_types(record: type[records.Record]) -> None:
    stated, hints = typedefs()[record.__name__], typing.get_type_hints(record)
    assert [*stated] == [field.name for field in fields(record)]  # type: ignore[arg-type]
    assert {name: in_javascript(hints[name]) for name in stated} == stated


def test_health_is_as_its_json() -> None:
    said = whole_report().health
    assert said is not None
    made: Any = said.to_json()
    assert [*typedefs()["Health"]] == [*made]
    assert {*typedefs()["LayerHealth"]} == made["layers"][0].keys() - {"like"}
