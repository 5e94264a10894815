"""Scores of a head's own training pictures, each left out: scikit-learn's without the fold, and what they tell."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from convscope import modelfile
from convscope.training.left_out import fitted_without
from convscope.training.session import train
from convscope.training.starting import HeadRows
from convscope.transfer.head import Rotated
from tests.training.test_tuning import settings_of, start, stripes


def rows(n: int = 60, copies: int = 0, classes: int = 3) -> HeadRows:
    rng = np.random.default_rng(2)
    labels = np.arange(n) % classes
    features = rng.normal(size=((1 + copies) * n, 5)).astype(np.float32)
    features[:, 0] += np.tile(labels, 1 + copies)
    weights = rng.uniform(0.5, 2, n)
    return HeadRows(features, np.tile(labels, 1 + copies), np.tile(weights, 1 + copies), n)


@pytest.mark.parametrize("copies", [0, 2])
def test_each_fold_is_scored_by_scikit_learns_fit_to_the_others(copies: int) -> None:
    given = rows(copies=copies)
    groups = np.arange(60) // 4  # pictures 0 to 3 belong together, and so on
    made = fitted_without(given, 3, 0.1, groups)
    standard = Rotated.of(given.features).rows
    assert made.counts.all()
    assert len(np.unique(made.fold)) == 5
    assert all(len(np.unique(made.fold[groups == g])) == 1 for g in range(15))
    for k in range(5):
        there, others = made.fold == k, np.tile(made.fold != k, 1 + copies)
        weights = given.weights[others] * given.weights.sum() / given.weights[others].sum()
        reference = LogisticRegression(C=0.1, tol=1e-8, max_iter=1000)
        reference.fit(standard[others], given.labels[others], sample_weight=weights)
        found = made.logits[there] - made.logits[there].mean(1, keepdims=True)
        np.testing.assert_allclose(found, reference.decision_function(standard[:60][there]), atol=1e-3)


def test_what_is_alone_in_its_class_does_not_count() -> None:
    given = rows()
    given.labels[:] = np.arange(60) % 2
    given.labels[7] = 2
    made = fitted_without(given, 3, 0.1, np.arange(60))
    assert np.flatnonzero(~made.counts).tolist() == [7]


@pytest.mark.medium
def test_few_pictures_calibrate_a_head_and_bound_it(tmp_path: Path) -> None:
    """Of 54 pictures six are held out: too few alone, and with those left out all 54 tell."""
    result = train(stripes(81), out=tmp_path / "run", threads=1, val=6, from_=start(tmp_path), tune="head")
    known = modelfile.read(result.model).metadata
    assert known.calibration is not None
    assert known.rejection is not None
    assert (known.calibration.n, known.rejection.n) == (54, 54)
    assert any("6 held out, and 48 that the head was fitted to" in str(note) for note in result.notes)


@pytest.mark.parametrize("val", [None, 0])
@pytest.mark.medium
def test_where_there_are_test_pictures_a_head_is_fitted_to_all_and_those_left_out_tell(
    tmp_path: Path, val: int | None
) -> None:
    result = train(stripes(81), out=tmp_path / "run", threads=1, val=val, from_=start(tmp_path), tune="head")
    settings = settings_of(result.run)
    assert (settings.data.train, settings.data.validation, result.validation) == (54, 0, None)
    assert result.calibration is not None
    assert result.rejection is not None
    assert (result.calibration.n, result.rejection.n) == (54, 54)
    said = "training on all 54 pictures; each is held out of one of five further fits, to calibrate by"
    assert said in map(str, settings.understood)
    assert any(note.key == "note.calibrated.left" and note.words["n"] == "54" for note in result.notes)


def test_some_of_the_pictures_weigh_what_all_did() -> None:
    given = rows(copies=2)
    which = np.arange(60) < 25
    some = given.only(which)
    assert (some.count, len(some.labels)) == (25, 75)
    np.testing.assert_array_equal(some.features[25:50], given.features[60:85])
    np.testing.assert_array_equal(some.labels, np.tile(given.labels[:25], 3))
    np.testing.assert_allclose(some.weights.sum(), given.weights.sum())
    np.testing.assert_allclose(some.weights[0] / some.weights[1], given.weights[0] / given.weights[1])


@pytest.mark.medium
def test_other_trainings_leave_nothing_out(tmp_path: Path) -> None:
    result = train(stripes(81), out=tmp_path / "run", threads=1, val=6, from_=start(tmp_path), tune="all", epochs=1)
    assert result.calibration is None
