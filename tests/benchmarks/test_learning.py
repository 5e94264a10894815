"""Figures of a training in a page, from messages made by hand."""

from __future__ import annotations

import pytest

from benchmarks.learning import figures


def slice_of(steps: int, seconds: float) -> dict[str, object]:
    """Return what a worker says of some steps of 100 pictures, `seconds` after it began."""
    return {"say": "steps", "lines": [{"count": 100}] * steps, "seconds": seconds}


def test_rates_are_of_the_whole_and_of_the_quiet_slices() -> None:
    """Twenty slices: two steps in 0.1 s each, but one in 0.05 s and one in 1.1 s."""
    ends, said = 0.0, [{"say": "ready"}]
    for took in (1.1, 0.05, *[0.1] * 18):
        ends += took
        said.append(slice_of(2, ends))
    found = figures([*said, {"say": "end"}], 40)
    assert found["pictures_per_second"] == pytest.approx(4000 / 2.95)
    assert found["quiet"] == pytest.approx(2000)
    with pytest.raises(AssertionError):
        figures(said, 41)
