"""What the lab is asked: a request's values are of their kinds, or refused by name; answers have the page's fields."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from convscope.errors import UsageError
from convscope.lab import records
from convscope.lab.records import DescribeRequest, RunSummary, TrainingRequest, whole

API = (Path(records.__file__).parents[1] / "page" / "js" / "lab" / "api.js").read_text(encoding="utf-8")


def test_whole_numbers_of_a_request() -> None:
    assert [whole(value, "n", 0, 9) for value in (None, 0, 9)] == [None, 0, 9]
    for value in (-1, 10, 1.0, True, "1", [], {}, 10**400):
        with pytest.raises(UsageError, match="n is out of range"):
            whole(value, "n", 0, 9)


def test_what_is_left_out_has_its_default() -> None:
    assert TrainingRequest.from_json({}) == TrainingRequest("mnist", "", "fast", None, None, None, None)
    assert DescribeRequest.from_json({}) == DescribeRequest("", "mnist", None)
    body = {"data": "folder/0", "formula": "fc", "recipe": "plain", "epochs": 0.5, "seed": 1, "val": 2, "size": 3}
    assert TrainingRequest.from_json(body) == TrainingRequest("folder/0", "fc", "plain", 0.5, 1, 2, 3)


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ({"colour": 1}, "no such field, got colour"),
        ({"data": 1}, "data must be text"),
        ({"formula": None}, "formula must be text"),
        ({"recipe": ["fast"]}, "recipe must be text"),
        ({"epochs": "2"}, "epochs must be a number"),
        ({"epochs": True}, "epochs must be a number"),
        ({"seed": -1}, "seed is out of range"),
        ({"val": 1.0}, "val is out of range"),
        ({"size": 0}, "size is out of range"),
    ],
)
def test_a_value_of_another_kind_is_refused_by_its_name(body: dict[str, Any], says: str) -> None:
    with pytest.raises(UsageError) as refused:
        TrainingRequest.from_json(body)
    assert says in refused.value.line()


@pytest.mark.parametrize(
    ("name", "record"),
    [
        ("RunSummary", RunSummary),
        ("RunReport", records.RunReport),
        ("DataChoice", records.DataChoice),
        ("LiveSnapshot", records.LiveSnapshot),
    ],
)
def test_an_answer_has_the_fields_that_the_page_reads(name: str, record: type) -> None:
    (block,) = re.findall(rf"@typedef \{{object\}} {name}\b(.*?)(?=@typedef|\*/)", API, re.DOTALL)
    flat = re.sub(r"\s*\n \*\s*", " ", block)
    documented = re.findall(r"@property \{(?:[^{}]|\{[^{}]*\})*\} \[?(\w+)\]?", flat)
    assert sorted(documented) == sorted(field.name for field in fields(record))
