"""Numbers as text: a minus sign that is one, and no 0 where the number is none."""

from __future__ import annotations

import pytest

from tests.page.js.learn.conftest import learn  # the fixture
from tests.page.js.learn.node import Learner

pytestmark = pytest.mark.medium

__all__ = ["learn"]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0.000"),
        (2.7370, "2.737"),
        (-12.3456, "−12.35"),
        (0.1, "0.100"),
        (0.0999, "0.100"),
        (0.0123, "0.012"),
        (0.00995, "0.0100"),
        (0.000164, "0.00016"),
        (-0.000164, "−0.00016"),
    ],
)
def test_a_small_number_keeps_two_digits(learn: Learner, value: float, text: str) -> None:
    assert learn.call("telling", value=value) == text
