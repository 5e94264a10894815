"""docs/formula.md lists the layers as their classes do."""

from __future__ import annotations

from convscope.formula.kinds import LAYERS
from scripts.formula_reference import PAGE, layers, page


def test_the_page_is_what_the_classes_say() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert text == page(text), "run `make formula-reference`"


def test_every_layer_has_its_row() -> None:
    rows = layers().splitlines()[2:]
    assert [row.split("`")[1].split("(")[0] for row in rows] == [*LAYERS, "skip", "concat"]
    assert all(row.split("|")[2].strip() for row in rows)
