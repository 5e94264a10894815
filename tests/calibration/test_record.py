"""A calibration to JSON and back, and what is no calibration."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from convscope.calibration import Calibration, Reliability
from convscope.errors import InputError
from tests.calibration.made import calibrated

SHARE = st.floats(0, 1)


@given(st.floats(0.0625, 20, width=32), st.lists(SHARE, min_size=30, max_size=60), st.floats(0, 9), SHARE)
@pytest.mark.medium
def test_json_and_back(temperature: float, misses: list[float], nll: float, ece: float) -> None:
    before, after = Reliability(nll, ece), Reliability(nll / 2, ece / 2)
    made = Calibration(temperature, len(misses), before, after, tuple(sorted(misses)))
    assert Calibration.from_json(json.loads(json.dumps(made.to_json())), "x") == made


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"temperature": 0.04}, "temperature is not what"),
        ({"temperature": 21}, "temperature is not what"),
        ({"temperature": float("nan")}, "temperature is of another type"),
        ({"temperature": "1"}, "temperature is of another type"),
        ({"n": 2}, "misses must be ascending"),
        ({"n": 10**9}, "n is not what"),
        ({"n": 0, "misses": []}, "n is not what"),
        ({"misses": []}, "misses must be ascending"),
        ({"misses": [0.5] * 29 + [0.4]}, "misses must be ascending"),
        ({"misses": [-0.1] + [0.4] * 29}, "misses must be ascending"),
        ({"misses": [0.4] * 29 + [1.1]}, "misses must be ascending"),
        ({"misses": [0.4] * 29 + [float("nan")]}, "item is of another type"),
        ({"before": {"nll": -1, "ece": 0}}, "nll is not what"),
        ({"after": {"nll": 1, "ece": 1.5}}, "ece is not what"),
        ({"after": {"nll": 1}}, "ece is missing"),
    ],
)
def test_what_no_calibration_comes_to_is_refused(change: dict[str, object], says: str) -> None:
    with pytest.raises(InputError, match=says):
        Calibration.from_json(calibrated(n=30).to_json() | change, "m.onnx")


def test_it_says_itself_in_one_line() -> None:
    made = Calibration(0.625, 1234, Reliability(0.1, 0.095), Reliability(0.0213, 0.0025), (0.5,) * 1000)
    assert str(made.said()) == (
        "temperature 0.625, fitted on 1,234 pictures held out: loss 0.1000 → 0.0213 nats, calibration error 9.50 → "
        "0.25 %"
    )
