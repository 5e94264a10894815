"""Columns of a terminal: text of any script fills as many as it is asked to."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from convscope.cli.columns import columns, left, right

TEXT = st.text(st.sampled_from("aZ9 강아지漢é\u0301ｗ"), max_size=12)


def test_of_each_kind_of_character() -> None:
    assert [columns(text) for text in ("", "cat", "강아지", "漢字", "ｗ", "é", "e\u0301")] == [0, 3, 6, 4, 2, 1, 1]
    assert columns(unicodedata.normalize("NFC", "e\u0301")) == 1


@given(TEXT, st.integers(0, 30))
@pytest.mark.medium
def test_a_column_is_filled(text: str, width: int) -> None:
    assert columns(right(text, width)) == width
    assert right(text, width).strip() in text
    if columns(text) <= width:
        assert columns(left(text, width)) == width
        assert left(text, width).startswith(text)
        assert right(text, width).endswith(text)
    else:
        assert left(text, width) == text
