"""The page of what "none of these" catches, from rows made by hand."""

from __future__ import annotations

from typing import Any

from benchmarks.rejection import page


def row(shown: str, refused: float, softmax: float, left_out: str = "", trained: str = "digits") -> dict[str, Any]:
    names = {"start": "scratch", "trained": trained, "left_out": left_out, "shown": shown}
    return names | {"n": 4, "refused": refused, "softmax": softmax}


def test_means_by_how_foreign_pictures_are() -> None:
    """Two pairs of another kind, one of them below 75 %; noise counts in no mean; mnist is of the same kind."""
    rows = [row("own", 0.03, 0.06), row("latin", 1.0, 0.5), row("stamps", 0.5, 0.25), row("mnist", 0.9, 0.8)]
    text = page([*rows, row("noise", 0.0, 0.0), row("3", 0.25, 0.75, left_out="3")])
    assert "| trained on ↓ shown → | own test | latin | mnist | noise | stamps |" in text
    assert "| digits | 3 | 100 | *90* | 0 | 50 |" in text
    assert "| another kind | 2 | 75.0 | 1 | 37.5 | 2 |" in text
    assert "| the same kind | 1 | 90.0 | 0 | 80.0 | 0 |" in text
    assert "| a class left out | 1 | 25.0 | 1 | 75.0 | 0 |" in text
    assert "Left out: digits without 3 25 %." in text
    assert "From lite0" not in text
