"""JSON from the page is, character by character, what json.dumps makes of the same values."""

from __future__ import annotations

import json
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.page.js.learn.conftest import learn  # the fixture
from tests.page.js.learn.node import Learner

pytestmark = pytest.mark.medium

__all__ = ["learn"]


def test_values_are_written_as_python_writes_them(learn: Learner) -> None:
    value = {
        "a": [1, -2, 0.5, 1e-05, 1.25e-07, 2.5e17, True, None],
        'q"\n': "ü강\U0001f600\x00\x7f\\",
        "e": {},
        "l": [],
    }
    assert learn.call("json", value=value) == json.dumps(value)


def test_reals_are_written_as_python_writes_them(learn: Learner) -> None:
    @settings(max_examples=300, deadline=None, derandomize=True, database=None)
    @given(st.lists(st.floats(allow_nan=False, allow_infinity=False).filter(lambda x: x or math.copysign(1, x) > 0)))
    def agree(values: list[float]) -> None:
        assert learn.call("reals", values=[repr(v) for v in values]) == [json.dumps(v) for v in values]

    agree()
    edges = [0.0, 1.0, 1e15, 1e16, 1e17, 1e-4, 9.9e-5, 1e22, 78.0, 5e-324]
    assert learn.call("reals", values=[repr(v) for v in edges]) == [json.dumps(v) for v in edges]


def test_what_json_does_not_have_is_refused(learn: Learner) -> None:
    for text in ("NaN", "Infinity"):
        with pytest.raises(RuntimeError, match=r"model\.facts"):
            learn.call("reals", values=[text])
