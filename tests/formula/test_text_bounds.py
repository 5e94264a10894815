"""How long a formula may be, how deep its brackets and how many its signs: at the bound, and one more."""

from __future__ import annotations

import pytest

from convscope.errors import FormulaError
from convscope.formula import parse

TERMS = " + ".join(["relu*1"] * 511)  # 1,021 signs
BOUNDS = [  # taken, refused, at which column, with which key
    ("relu" + " " * 9_996, "relu" + " " * 9_997, 1, "formula.long"),
    ("(" * 32 + "relu" + ")" * 32, "(" * 33 + "relu" + ")" * 33, 33, "formula.brackets"),
    ("[([" * 10 + "(relu)" + "])]" * 10 + " + [(relu)]", "[([" * 11 + "relu" + "])]" * 11, 33, "formula.brackets"),
    (f"{TERMS} + [relu*1]*1", f"{TERMS} + [relu*1]*1*1", len(TERMS) + 14, "formula.joints"),
]


@pytest.mark.parametrize(("taken", "refused", "column", "key"), BOUNDS, ids=range(len(BOUNDS)))
def test_a_text_is_taken_up_to_its_bounds(taken: str, refused: str, column: int, key: str) -> None:
    parse(taken)
    with pytest.raises(FormulaError) as caught:
        parse(refused)
    assert (caught.value.key, caught.value.column) == (key, column)


@pytest.mark.parametrize("character", ["é", "\x7f", "#", "\\", "×3", "\u2003"])
def test_a_character_that_no_formula_has_is_shown_where_it_stands(character: str) -> None:
    text = f"relu + fc{character}"
    if character == "×3":  # a times sign is one of its own
        assert str(parse(text)) == "relu + fc*3"
        return
    with pytest.raises(FormulaError) as caught:
        parse(text)
    assert (caught.value.key, caught.value.column) == ("formula.character", 10)


@pytest.mark.parametrize("text", ["", " ", "\n\t"])
def test_nothing_is_no_formula(text: str) -> None:
    with pytest.raises(FormulaError, match="the formula is empty"):
        parse(text)
