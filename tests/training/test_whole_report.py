"""The whole report of a real training: robustness and the curve from subsets, and what keeps either away."""

from __future__ import annotations

from pathlib import Path

import pytest

from convscope import datasets
from convscope.errors import Phrase
from convscope.explain.health import health
from convscope.prediction import load
from convscope.reporting.robustness import PASSES
from convscope.training.session import train
from convscope.training.whole_report import Saying, report
from tests.training.tiny import PLAN, RECIPE, write_pictures


@pytest.mark.slow
def test_everything_is_there_and_said_first(tmp_path: Path) -> None:
    folder = write_pictures(tmp_path / "abc")
    train(folder, out=tmp_path / "run", arch=PLAN, recipe=RECIPE, val=6, threads=1)
    said: list[Phrase] = []
    counted: list[tuple[int, int]] = []
    made = report(tmp_path / "run", saying=Saying(said.append, lambda done, total: counted.append((done, total))))
    assert [one.key for one in said] == ["report.robust.seconds", "report.subsets.seconds"]
    assert counted[-1] == (PASSES, PASSES)
    assert [part for part, _ in made.missing] == ["questions"], "a network of half a second errs too often"
    assert made.robustness is not None
    assert made.robustness.accuracy == made.rows[0].accuracy
    pictures = datasets.load(folder, size=(8, 8)).test
    assert pictures is not None
    assert made.health == health(load(tmp_path / "run"), pictures.images)
    assert made.subsets is not None
    sizes = [fit.n for fit in made.subsets.fits]
    assert sizes[-1] == made.facts.train
    assert sizes[:4] == [pytest.approx(share * made.facts.train, abs=3) for share in (0.25, 0.25, 0.5, 0.5)]
    assert made.subsets.fits[-1].accuracy == made.rows[0].accuracy
    assert [one.more for one in made.subsets.forecasts] == [20, 64]
    again = report(tmp_path / "run").subsets
    assert again is not None
    assert again.fits == made.subsets.fits, "the same seeds, the same trainings"


@pytest.mark.slow
def test_other_pictures_have_no_curve(tmp_path: Path) -> None:
    folder = write_pictures(tmp_path / "abc")
    train(folder / "train", out=tmp_path / "run", arch=PLAN, recipe=RECIPE, val=6, threads=1)
    made = report(tmp_path / "run", folder / "test")
    assert dict(made.missing)["subsets"].key == "report.subsets.other"
    assert made.measured is not None
    assert (made.measured.split, made.measured.n) == ("all", 10)
