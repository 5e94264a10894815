"""Rows are written and read back, and text that is no choice is refused."""

from __future__ import annotations

import doctest

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from convscope.errors import InputError
from convscope.runs import packed_rows
from convscope.runs.packed_rows import pack_rows, unpack_rows


@given(st.lists(st.booleans(), max_size=70))
@pytest.mark.medium
def test_rows_come_back(chosen: list[bool]) -> None:
    rows = np.flatnonzero(np.array(chosen, dtype=bool))
    assert unpack_rows(pack_rows(rows, len(chosen)), len(chosen)).tolist() == rows.tolist()


@pytest.mark.parametrize("text", ["", "gEA", "gEA=gEA=", "gE\u00e4=", "!!!!", "gEBA"])
def test_text_of_other_form_or_length_is_refused(text: str) -> None:
    with pytest.raises(InputError, match=r"no choice among the pictures.*, expected 2"):
        unpack_rows(text, 10, "run.json")


def test_examples() -> None:
    assert doctest.testmod(packed_rows, extraglobs={"np": np}).failed == 0
