"""A kind that the page has never heard of is read, checked, sized and counted by what the table of kinds says of it."""

from __future__ import annotations

from pathlib import Path

import pytest
from selenium import webdriver

from convscope.page.inline import formula_table
from tests.browser.test_formula_js import FormulaPage

pytestmark = pytest.mark.browser


def test_a_new_activation_needs_nothing_in_the_lab(browser: webdriver.Chrome, tmp_path: Path) -> None:
    """One with an argument and two learned numbers a channel, made of `elu` and `bn`."""
    table = formula_table()
    kinds = {kind["name"]: kind for kind in table["kinds"]}
    traits = {**kinds["elu"]["traits"], "learned_per_channel": 2}
    page = FormulaPage(
        browser, tmp_path, {**table, "kinds": [*kinds.values(), {**kinds["elu"], "name": "bent", "traits": traits}]}
    )
    described, refused = page.browser.execute_script(
        "return bench.describeAll(arguments[0])",
        [("conv(6, 5) + bent(alpha=2.0) + fc", (1, 28, 28), 10), ("bent(200)", (1, 28, 28), 10)],
    )
    layer = described["layers"][1]
    assert described["formula"] == "conv(6, 5) + bent(2.0) + fc"
    assert (layer["name"], layer["output"], layer["parameters"]) == ("bent1", [6, 24, 24], "12")
    assert (layer["parameters_how"], layer["macs"], layer["receptive_field"]["size"]) == ("2 × 6 = 12", "0", [5, 5])
    assert "alpha must be a number from 0 to 100" in refused


def test_the_limits_are_the_tables(browser: webdriver.Chrome, tmp_path: Path) -> None:
    limits = {"text": 60, "layers": 3, "depth": 2, "parameters": 500, "numbers": 1000, "picture": 10_000, "field": 99}
    page = FormulaPage(browser, tmp_path, {**formula_table(), "limits": limits})
    asked = ["relu" + " " * 60, "relu*4", "[(relu)*1]*1 + relu", "(((relu)))", "fc(100)", "conv(2, 1)"]
    said = page.browser.execute_script(
        "return bench.describeAll(arguments[0])", [(text, (1, 28, 28), 10) for text in asked]
    )
    for message, most in zip(said, (60, 3, 2, 2, 500, 1000), strict=True):
        assert isinstance(message, str), message
        assert f"at most {most:,}" in message
