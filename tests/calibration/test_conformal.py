"""The rank of the conformal bound, against a count of whole numbers."""

from __future__ import annotations

from fractions import Fraction

import pytest

from convscope.calibration.conformal import conformal_rank


@pytest.mark.parametrize("hundredths", [50, 80, 90, 95, 99])
@pytest.mark.medium
def test_the_rank_is_that_of_whole_numbers(hundredths: int) -> None:
    """The least rank r with r/(n + 1) ≥ level: the share of new pictures below it, on average."""
    for n in range(1, 300):
        least = next(r for r in range(1, n + 2) if Fraction(r, n + 1) >= Fraction(hundredths, 100))
        assert conformal_rank(n, hundredths / 100) == least
