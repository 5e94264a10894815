"""Calibrations for tests, made without pictures."""

from __future__ import annotations

from convscope.calibration import Calibration, Reliability


def calibrated(temperature: float = 0.5, n: int = 40) -> Calibration:
    """Return a calibration of this temperature; its misses are 1/n, 2/n … 1 (n up to 1,000)."""
    misses = tuple(i / n for i in range(1, n + 1))
    return Calibration(temperature, n, Reliability(0.25, 0.125), Reliability(0.125, 0.0625), misses)
