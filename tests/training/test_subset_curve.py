"""Trainings on parts of the pictures: which are taken, and what the curve through them says of more."""

from __future__ import annotations

from pathlib import Path
from unittest import mock

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convscope.data.dataset import Dataset, Split
from convscope.data.subset import Subset
from convscope.reporting.part import Part
from convscope.runs.run_json import read_run_json
from convscope.training.context import RunContext
from convscope.training.options import TrainOptions
from convscope.training.session import train_with
from convscope.training.settings import RunSettings
from convscope.training.subset_curve import SubsetPlan, forecast, more_pictures, subset_curve, subset_rows

pytestmark = pytest.mark.medium


def some(labels: list[int]) -> Subset:
    return Subset.whole(Split(np.zeros((len(labels), 1, 2, 2), np.uint8), np.array(labels)))


def test_a_share_of_each_class_one_at_least() -> None:
    train = some([0] * 40 + [1] * 8 + [2])
    rows = subset_rows(train, 0.25, draw=0)
    assert np.bincount(train.labels[rows]).tolist() == [10, 2, 1]
    assert rows.tolist() == sorted(set(rows.tolist()))
    assert subset_rows(train, 0.25, draw=1).tolist() != rows.tolist()
    assert subset_rows(train, 0.25, draw=0).tolist() == rows.tolist()


def test_rows_are_those_of_the_split() -> None:
    split = Split(np.zeros((10, 1, 2, 2), np.uint8), np.arange(10) % 2)
    rows = subset_rows(Subset(split, np.array([4, 5, 6, 7])), 0.5, draw=0)
    assert set(rows.tolist()) <= {4, 5, 6, 7}
    assert len(rows) == 2


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 1000))
def test_pictures_of_a_group_stay_together(draw: int) -> None:
    train = some([0, 1] * 20)
    groups = np.arange(40) // 4
    rows = subset_rows(train, 0.5, draw, groups)
    for group in np.unique(groups):
        mine = np.isin(rows, np.flatnonzero(groups == group)).sum()
        assert mine in (0, 4)


def wrong_at(share: float, n: int = 1000) -> np.ndarray:  # type: ignore[type-arg]
    return (np.arange(n) >= round(share * n)).astype(np.float64)


def test_a_power_law_is_carried_on() -> None:
    """Errors 0.4, 0.2, 0.1 at 100, 200, 400 pictures are 40/n: 0.05 at 800, 0.08 at 500."""
    fits = [(100, wrong_at(0.4)), (200, wrong_at(0.2)), (400, wrong_at(0.1))]
    twice, more = forecast(fits, None, 400), forecast(fits, None, 100)
    assert twice.gain == pytest.approx(0.05, abs=1e-3)
    assert more.gain == pytest.approx(0.02, abs=1e-3)
    low, high = twice.interval
    assert low < twice.gain < high
    assert 0.005 < high - low < 0.03


def test_a_flat_curve_promises_nothing_and_does_not_exclude_that() -> None:
    flat = forecast([(100, wrong_at(0.1)), (200, wrong_at(0.1)), (400, wrong_at(0.11))], None, 400)
    assert flat.gain == 0
    assert flat.interval[0] < 0


def test_copies_make_the_interval_wider() -> None:
    fits = [(100, wrong_at(0.4)), (200, wrong_at(0.2)), (400, wrong_at(0.1))]
    alone, together = forecast(fits, None, 400), forecast(fits, np.arange(1000) // 20, 400)
    assert np.ptp(together.interval) > 2 * np.ptp(alone.interval)


def test_without_any_error() -> None:
    perfect = forecast([(100, wrong_at(0)), (200, wrong_at(0)), (400, wrong_at(0))], None, 200)
    assert perfect.gain == 0
    assert np.isfinite(perfect.interval).all()


def test_how_many_trainings_there_are() -> None:
    assert (SubsetPlan.of(5.0).trainings, SubsetPlan.of(5.0).seconds) == (4, 20.0)
    assert (SubsetPlan.of(100.0).trainings, SubsetPlan.of(100.0).seconds) == (2, 200.0)
    assert more_pictures(450) == (200, 450)


def test_a_training_on_a_part_that_is_stopped_names_no_folder_that_is_gone(tmp_path: Path) -> None:
    """What was kept of it goes with its folder: nobody can go on from there."""
    stopped = RunContext().stopped(1, 2)
    split = Split(np.zeros((8, 1, 8, 8), np.uint8), np.arange(8) % 2)
    dataset = Dataset("grey", ("a", "b"), split)
    result = train_with(TrainOptions(data=dataset, arch="fc", epochs=1, val=0, threads=1, out=tmp_path / "run"))
    settings = RunSettings.from_json(read_run_json(result.run), result.run)
    part = Part("all", "grey", Subset.whole(split), split.labels, np.eye(2)[split.labels], dataset.classes)
    with (
        mock.patch("convscope.training.subset_curve.train_with", side_effect=stopped),
        pytest.raises(KeyboardInterrupt),
    ):
        subset_curve(settings, dataset, Subset.whole(split), None, part, SubsetPlan(1, 0.0))


def test_parts_of_photographs_are_trained_on_at_the_size_of_the_run(tmp_path: Path) -> None:
    """lite0 chooses between two sizes where none is asked for: a part's other choice would not fit what is measured."""
    labels = np.arange(40) % 2
    images = np.random.default_rng(0).integers(0, 256, (40, 3, 128, 128)) // np.where(labels, 1, 2)[:, None, None, None]
    split = Split(images.astype(np.uint8), labels)
    dataset = Dataset("light", ("dark", "light"), split, test=split.take(np.arange(8)))
    result = train_with(TrainOptions(data=dataset, from_="lite0", size=128, val=0, threads=1, out=tmp_path / "run"))
    settings = RunSettings.from_json(read_run_json(result.run), result.run)
    seen = Subset.whole(split.take(np.arange(8)))
    part = Part("test", "light", seen, labels[:8], np.eye(2)[labels[:8]], dataset.classes)
    curve = subset_curve(settings, dataset, Subset.whole(split), None, part, SubsetPlan(1, 0.0))
    assert [(fit.n, fit.accuracy) for fit in curve.fits] == [(10, 1.0), (20, 1.0), (40, 1.0)]
