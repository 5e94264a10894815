"""The record of a rejection: there and back, and what no fit comes to."""

from __future__ import annotations

import json

import pytest

from convscope.errors import InputError
from convscope.rejection import Part, Rejection

MADE = Rejection(1.5, 0.95, 60, 0.05, (Part("picture", 9.5, 2.0), Part("features", -4.25, 0.5)))


def test_there_and_back() -> None:
    assert Rejection.from_json(json.loads(json.dumps(MADE.to_json())), "here") == MADE
    assert str(MADE.said()) == (
        "score above 1.5; 95 % of pictures like the 60 held out score less, and 5 % of these are refused"
    )


@pytest.mark.parametrize(
    "change",
    [
        {"threshold": float("nan")},
        {"threshold": float("inf")},
        {"level": 1.0},
        {"n": 0},
        {"refused": 1.5},
        {"parts": []},
        {"parts": [MADE.parts[0].to_json()]},
        {"parts": [part.to_json() for part in reversed(MADE.parts)]},
        {"parts": [{"name": "picture", "middle": 0.0, "spread": 0.0}, MADE.parts[1].to_json()]},
        {"parts": [{"name": "soul", "middle": 0.0, "spread": 1.0}, MADE.parts[1].to_json()]},
        {"parts": 3},
        {"parts": [3]},
    ],
)
def test_refused(change: dict[str, object]) -> None:
    with pytest.raises(InputError):
        Rejection.from_json(MADE.to_json() | change, "here")
