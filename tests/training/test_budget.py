"""Budgets: what can be asked for, and with what."""

from __future__ import annotations

from typing import Any

import pytest

from convscope.errors import UsageError
from convscope.training.budget import Budget, parse
from convscope.training.session import train
from tests.training.tiny import pictures


@pytest.mark.parametrize(
    ("text", "seconds", "accuracy"),
    [
        ("30s", 30, None),
        ("2m", 120, None),
        ("1.5 min", 90, None),
        ("1H", 3600, None),
        ("99.5%", None, 0.995),
        ("99 %", None, 0.99),
    ],
)
def test_what_is_asked_for(text: str, seconds: float | None, accuracy: float | None) -> None:
    assert parse(text) == Budget(text.lower(), seconds, accuracy)


@pytest.mark.parametrize(
    "text", ["", "30", "s", "-3s", "1e3s", "0s", "0.5s", "100h0", "2000h", "0%", "100%", "101%", "fast", "٣s", 30]
)
def test_what_cannot_be_asked_for(text: Any) -> None:
    with pytest.raises(UsageError, match=r"budget|accuracy to reach|time to train"):
        parse(text)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"epochs": 2.0, "budget": "30s"}, "a budget plans the epochs itself, got epochs=2"),
        ({"val": 0, "budget": "99%"}, "an accuracy is reached on pictures held out"),
        ({"budget": "soon"}, "a budget is a time or an accuracy, got soon"),
        ({"budget": "9s", "resume": "r"}, "a run is resumed with its own settings"),
    ],
)
def test_what_does_not_go_together(given: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        train(None if "resume" in given else pictures(), **given)
