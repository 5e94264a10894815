"""docs/reliability.md holds what the campaigns' results say, and names no harm that was left."""

from __future__ import annotations

import json

from tests.faults.report import PAGE, RESULTS, table


def test_the_table_is_made_of_the_results() -> None:
    assert table() in PAGE.read_text(encoding="utf-8"), "python -m tests.faults.report writes it"


def test_no_result_names_harm() -> None:
    faulty = {path.stem: json.loads(path.read_text(encoding="utf-8"))["faults"] for path in RESULTS.glob("*.json")}
    assert {name: faults for name, faults in faulty.items() if faults} == {}
