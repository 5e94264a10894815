"""The place of a fault is ours, not that of the Python that runs; and what the reader takes is never called one."""

from __future__ import annotations

import pytest

from convscope.errors import FormulaError
from convscope.formula import parse
from convscope.formula.fault_position import find


@pytest.mark.parametrize(
    ("text", "column", "says"),
    [
        ("conv(16 3)", 9, "not a formula from here on"),
        ("conv(16, 3))", 12, "not a formula from here on"),
        ("[(relu]", 7, "not a formula from here on"),
        ("conv(16, kernel=3, 5)", 20, "not a formula from here on"),
        ("relu if relu else fc", 6, "not a formula from here on"),
        ("relu ** 2", 6, "not a formula from here on"),
        ("--relu", 2, "not a formula from here on"),
        ("fc fc", 4, "not a formula from here on"),
        ("relu + 'fc", 8, "not a formula from here on"),
        ("conv(016, 3)", 6, "not a formula from here on"),
        ("dropout(0.if1)", 9, "not a formula from here on"),
        ("[relu + (conv(3, 3)", 9, "( is never closed"),
        ("relu*9999999999999999", 6, "a number too large for a formula"),
        ("conv(0x" + "f" * 5000 + ", 3)", 6, "a number too large for a formula"),
        ("relu*0x" + "f" * 5000, 6, "a number too large for a formula"),
    ],
)
def test_the_column_of_what_is_no_formula(text: str, column: int, says: str) -> None:
    with pytest.raises(FormulaError) as caught:
        parse(text)
    assert (caught.value.column, caught.value.what) == (column, says)
    assert len(str(caught.value)) < 1000


@pytest.mark.parametrize(
    "text", ["relu, relu", "relu - relu", "a.b(3)", "(relu)(3)", "conv(0x10, 1_6)", "[relu,]", "'a' 'b'", ""]
)
def test_what_the_reader_answers_for_is_no_fault(text: str) -> None:
    assert find(text or "relu") is None


def test_a_long_row_of_factors_is_refused_not_recursed_into() -> None:
    with pytest.raises(FormulaError, match="groups nested too deep"):
        parse("relu" + "*1" * 1000)
