"""The table of layers that the page is given: as JSON, with every limit and plan of Python's own."""

from __future__ import annotations

import json
from typing import Any

from convscope.formula import ZOO, plan, tracing
from convscope.formula.kinds import KINDS
from convscope.formula.kinds.table import table


def given() -> dict[str, Any]:
    return dict(json.loads(json.dumps(table().to_json())))


def test_it_is_json_of_kinds_plans_and_limits() -> None:
    found = given()
    assert set(found) == {"kinds", "plans", "limits", "torch"}
    assert [row["name"] for row in found["kinds"]] == [kind.name for kind in KINDS]
    assert {row["name"]: (row["formula"], row["about"]) for row in found["plans"]} == ZOO
    assert found["limits"]["layers"] == plan.MAX_LAYERS
    assert found["limits"]["parameters"] == tracing.MAX_PARAMETERS


def test_what_counts_as_an_answer() -> None:
    """Above nothing, but for the two whose middle is a half."""
    above = {row["name"]: row["traits"]["active_above"] for row in given()["kinds"]}
    assert {name: value for name, value in above.items() if value} == {"sigmoid": 0.5, "hardsigmoid": 0.5}
