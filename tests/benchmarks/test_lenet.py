"""What chapter 8 shows of LeNet-5 is what was measured, and the network is the paper's in today's layers."""

from __future__ import annotations

import json

from benchmarks import lenet, results
from convscope.formula import describe


def test_the_page_has_the_rows_that_were_measured() -> None:
    rows = results.read("lenet")["rows"]
    assert (lenet.PAGE / "trained_plans.json").read_text(encoding="utf-8") == lenet.for_page(rows)
    shown = json.loads(lenet.for_page(rows))
    assert [one["plan"] for one in shown][:2] == ["lenet5", "slides"]
    assert shown[0]["accuracies"] == [row["accuracy"] for row in rows if row["plan"] == "lenet5"]


def test_the_rows_are_of_the_network_that_the_formula_builds() -> None:
    for row in results.read("lenet")["rows"]:
        network = describe(row["plan"]).network
        assert (row["parameters"], row["macs"]) == (network.parameters, network.macs)
        assert row["recipe"] == lenet.RECIPES[row["plan"]]
        assert 0.98 < row["accuracy"] < 1
