"""Figures against scikit-learn and torch, intervals by hand, and what is said of classes."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
import torch
from sklearn import metrics

from convscope.calibration.scoring import calibration_error
from convscope.errors import EnvironmentFault, InputError
from convscope.evaluation import Evaluation, Measured, score, wilson
from convscope.evaluation.figures import check_classes


@pytest.mark.parametrize(("n", "k", "seed"), [(500, 10, 0), (7, 5, 1), (60, 2, 2), (1, 3, 3)])
def test_every_figure_is_scikit_learns(n: int, k: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    logits = rng.normal(size=(n, k)).astype(np.float32) * 3
    labels = rng.integers(0, k, n)
    labels[rng.random(n) < 0.5] = logits.argmax(1)[0]
    e = score(logits, labels, [f"c{i}" for i in range(k)])
    predicted, every = logits.argmax(1), list(range(k))
    precision, recall, f1, _ = metrics.precision_recall_fscore_support(
        labels, predicted, labels=every, zero_division=np.nan
    )
    assert e.accuracy == metrics.accuracy_score(labels, predicted)
    assert np.array_equal(e.confusion, metrics.confusion_matrix(labels, predicted, labels=every))
    np.testing.assert_allclose(e.precision, precision)
    np.testing.assert_allclose(e.recall, recall)
    np.testing.assert_allclose(e.f1, f1)
    probabilities = torch.from_numpy(logits).double().softmax(1).numpy()
    assert e.loss == pytest.approx(metrics.log_loss(labels, probabilities, labels=every))
    assert e.ece == calibration_error(logits, labels)
    occurring = np.unique(labels)
    expected = metrics.recall_score(labels, predicted, labels=occurring, average="macro", zero_division=0)
    assert e.balanced_accuracy == pytest.approx(expected)
    assert e.n == e.worth == n


def test_no_pictures_make_no_figures() -> None:
    e = score(np.zeros((0, 3)), np.zeros(0, np.int64), ["a", "b", "c"])
    assert math.isnan(e.accuracy)
    assert math.isnan(e.loss)
    assert e.interval == (0.0, 1.0)
    assert e.confusion.shape == (3, 3)


def said(predicted: list[int], labels: list[int], k: int = 3, **more: object) -> Evaluation:
    """Return the figures of these predictions for classes a, b, c …"""
    return score(np.eye(k)[np.array(predicted, int)] * 2, np.array(labels, int), [*"abcdef"[:k]], **more)  # type: ignore[arg-type]


def test_json_says_all_of_it() -> None:
    e = score(np.array([[2.0, 0.0], [0.0, 2.0], [2.0, 0.0]]), np.array([0, 1, 1]), ("cat", "dog"))
    got = json.loads(json.dumps(e.to_json(), allow_nan=False))
    assert (got["n"], got["independent"], got["classes"]) == (3, 3.0, ["cat", "dog"])
    assert (got["accuracy"], got["balanced_accuracy"]) == (pytest.approx(2 / 3), 0.75)
    assert got["interval"] == pytest.approx(wilson(2, 3))
    assert (got["confusion"], got["never_predicted"]) == ([[1, 0], [1, 1]], [])
    assert (got["measured"], got["without_leaks"]) == (None, None)
    assert got["per_class"][1] == {
        "name": "dog",
        "n": 2,
        "precision": 1.0,
        "precision_interval": pytest.approx(wilson(1, 1)),
        "recall": 0.5,
        "recall_interval": pytest.approx(wilson(1, 2)),
        "f1": pytest.approx(2 / 3),
    }


def test_figures_that_are_none_are_null() -> None:
    got = json.loads(json.dumps(said([], []).to_json(), allow_nan=False))
    assert [got[name] for name in ("accuracy", "balanced_accuracy", "loss", "ece")] == [None] * 4
    assert got["interval"] == got["balanced_interval"] == [0, 1]
    assert got["per_class"][0]["precision_interval"] == [0, 1]


def test_every_class_has_its_intervals() -> None:
    e = said([0, 0, 1, 1, 1, 0], [0, 0, 0, 1, 1, 1])
    assert e.recall_intervals.tolist() == [pytest.approx(wilson(2, 3)), pytest.approx(wilson(2, 3)), [0, 1]]
    assert e.precision_intervals.tolist() == [pytest.approx(wilson(2, 3)), pytest.approx(wilson(2, 3)), [0, 1]]


def test_copies_are_counted_once_in_every_interval() -> None:
    """Three pictures, one of them four times: 6²/(4² + 1 + 1) = 2 independent ones; of class a 4²/4² = 1 and of b 2."""
    e = said([0, 0, 0, 0, 1, 0], [0, 0, 0, 0, 1, 1], groups=np.array([5, 5, 5, 5, 1, 2]))
    assert (e.n, e.worth) == (6, 2.0)
    assert e.interval == pytest.approx(wilson(5 / 6 * 2, 2))
    assert e.recall_intervals[:2].tolist() == [pytest.approx(wilson(1, 1)), pytest.approx(wilson(1, 2))]
    assert e.precision_intervals[0].tolist() == pytest.approx(wilson(0.8 * 25 / 17, 25 / 17))  # (4 + 1)² / (16 + 1)
    apart = said([0, 0, 1], [0, 1, 1], groups=np.arange(3))
    assert apart.to_json() == said([0, 0, 1], [0, 1, 1]).to_json()


def test_leaked_pictures_are_left_out_beside() -> None:
    leaked = np.array([True, False, True, False, False])
    groups = np.array([0, 1, 1, 2, 2])
    e = said([0, 0, 1, 1, 2], [0, 1, 1, 1, 2], leaked=leaked, groups=groups)
    assert e.n == 5
    assert e.without_leaks is not None
    assert e.without_leaks.to_json() == said([0, 1, 2], [1, 1, 2], groups=groups[~leaked]).to_json()
    assert said([0, 1], [0, 1], leaked=np.zeros(2, bool)).without_leaks is None
    every = said([0, 1], [0, 1], leaked=np.ones(2, bool)).without_leaks
    assert every is not None
    assert every.n == 0


def test_classes_that_are_never_predicted_are_named() -> None:
    e = said([0] * 60, [0] * 30 + [1] * 30)
    assert e.never_predicted == ("b",)  # c has no pictures
    assert [str(note) for note in e.warnings] == ["never predicted: b"]


def test_few_pictures_and_a_great_skew_are_warned_of() -> None:
    assert said([0] * 20 + [1] * 20, [0] * 20 + [1] * 20).warnings == ()
    few = said([0] * 200 + [1] * 19 + [1], [0] * 200 + [1] * 20)
    assert (few.skew, few.warnings) == (10.0, ())
    e = said([0] * 209 + [1], [0] * 191 + [1] * 19)
    assert [str(note) for note in e.warnings] == [
        "fewer than 20 pictures, so their figures are a guess: b (19)",
        "the largest class has 10.1 times the pictures of the smallest: read the balanced accuracy",
    ]


def test_a_sentence_names_ten_classes_at_most() -> None:
    names = [f"c{i}" for i in range(30)]
    e = score(np.eye(30)[np.zeros(30, int)], np.arange(30), names)
    assert str(e.warnings[0]) == "never predicted: c1, c2, c3, c4, c5, c6, c7, c8, c9, c10, … (29)"


def test_the_first_line() -> None:
    measured = Measured("/scans/2024", "validation", 1234)
    assert str(measured.said()) == "validation pictures of /scans/2024: 1,234"
    assert measured.to_json() == {"data": "/scans/2024", "split": "validation", "n": 1234}


@pytest.mark.parametrize(
    ("logits", "labels"), [((3, 2), [0, 1]), ((2, 3), [0, 1]), ((2, 2), [0, 2]), ((2, 2), [-1, 0])]
)
def test_what_does_not_fit_is_refused(logits: tuple[int, int], labels: list[int]) -> None:
    with pytest.raises(InputError):
        score(np.zeros(logits), np.array(labels), ("a", "b"))


def test_a_confusion_matrix_that_does_not_fit_is_refused_before_it_is_counted() -> None:
    """100,000 classes: 80 GB, and as much while it is counted. At most half of the memory there is."""
    with pytest.raises(EnvironmentFault) as caught:
        check_classes(1_000_000)
    assert str(caught.value).startswith(
        "a confusion matrix of 1,000,000 classes does not fit into memory, got 16,000,000,000,000 bytes, "
        "expected at most "
    )
    with pytest.raises(EnvironmentFault, match="1,000,000 classes"):
        score(np.zeros((0, 1_000_000), np.float32), np.zeros(0, np.int64), ["x"] * 1_000_000)
    check_classes(1000)
