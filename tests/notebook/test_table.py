"""Tables for notebooks: what the text says, cell by cell, nothing of it markup."""

from __future__ import annotations

import html
import re

from convscope import describe
from convscope.notebook.table import table_html


def cells(text: str) -> list[list[str]]:
    return [
        [html.unescape(cell) for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row)]
        for row in re.findall(r"<tr[^>]*>(.*?)</tr>", text)
    ]


def test_a_description_says_the_same_as_a_table_and_as_text() -> None:
    described = describe("slides")
    rows = cells(described._repr_html_())
    assert rows[1] == ["conv1", "conv(16, 5)", "16×24×24", "416", "230,400", "5×5", "1", "0"]
    assert ["", "total", "", "274,570", "8,017,920", "", "", ""] in rows
    lines = [" ".join(line.split()) for line in str(described).splitlines()]
    assert all(" ".join(" ".join(row).split()) in lines for row in rows)
    assert len(rows) == 1 + 11 + 1 + 7


def test_what_a_description_remarks_is_in_both() -> None:
    assert "add + fc to train it" in describe("conv(4, 3) + relu")._repr_html_()


def test_cells_are_text_and_colours_are_those_around() -> None:
    text = table_html([["a<b>", "1"], ['"&', "2"]], right={1})
    assert cells(text) == [["a<b>", "1"], ['"&', "2"]]
    assert "<b>" not in text
    assert not re.findall(r"(?<!-)color:|background: #", text)
