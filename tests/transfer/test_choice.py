"""Grouped cross-validation: groups stay whole, classes are spread, and the features that predict are chosen."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.kernel_ridge import KernelRidge
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import balanced_accuracy_score, log_loss
from sklearn.utils.class_weight import compute_sample_weight

from convscope.transfer.choice import STRENGTHS, choose, folds, strengths
from convscope.transfer.head import Rotated


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 12)), min_size=2, max_size=60), st.integers(2, 5))
@pytest.mark.medium
def test_no_group_is_in_two_folds(pictures: list[tuple[int, int]], count: int) -> None:
    labels, groups = (np.array(column, np.int64) for column in zip(*pictures, strict=True))
    fold = folds(labels, groups, count)
    assert all(len(set(fold[groups == group])) == 1 for group in set(groups.tolist()))
    assert set(fold.tolist()) <= set(range(count))


def test_single_pictures_are_spread_evenly_over_each_class() -> None:
    labels = np.repeat([0, 1, 2], [50, 20, 5])
    fold = folds(labels, np.arange(75))
    for k, share in ((0, 10), (1, 4), (2, 1)):
        assert np.bincount(fold[labels == k], minlength=5).tolist() == [share] * 5


def test_the_judgement_is_that_of_scikit_learn_on_the_same_folds() -> None:
    rng = np.random.default_rng(0)
    labels = rng.permutation(np.repeat([0, 1, 2], [30, 12, 8]))
    rows = rng.normal(size=(50, 6)) + 1.5 * np.eye(6)[labels]
    best, _ = choose({"only": rows}, labels, 3, np.arange(50), balanced=True)
    tried = strengths("only", rows, labels, 3, np.arange(50), balanced=True)
    assert [one.strength for one in tried] == list(STRENGTHS[: len(tried)])
    assert best == min(tried, key=lambda one: one.loss)
    fold, turned = folds(labels, np.arange(50)), Rotated.of(rows).rows
    chances = np.zeros((50, 3))
    for k in range(5):
        model = LogisticRegression(C=best.strength, class_weight="balanced", tol=1e-9, max_iter=5000)
        chances[fold == k] = model.fit(turned[fold != k], labels[fold != k]).predict_proba(turned[fold == k])
    even = compute_sample_weight("balanced", labels)
    assert best.loss == pytest.approx(log_loss(labels, chances, sample_weight=even), abs=1e-2)
    assert best.accuracy == pytest.approx(balanced_accuracy_score(labels, chances.argmax(1)))


@pytest.mark.medium
def test_features_that_predict_are_chosen_and_copies_do_not_help() -> None:
    """Noise in which every picture is there three times predicts its copies, unless they are left out with it."""
    rng = np.random.default_rng(3)
    labels = np.repeat(np.arange(30) % 2, 3)
    noise = np.repeat(rng.normal(size=(30, 40)), 3, axis=0)
    weak = rng.normal(size=(90, 2)) + 0.8 * labels[:, None]
    together = np.repeat(np.arange(30), 3)
    assert choose({"noise": noise, "weak": weak}, labels, 2, together, True)[0].name == "weak"
    assert choose({"noise": noise, "weak": weak}, labels, 2, np.arange(90), True)[0].name == "noise"


def test_the_error_is_that_of_fitting_anew_without_each_group() -> None:
    rng = np.random.default_rng(1)
    labels = rng.permutation(np.repeat([0, 1], [9, 5]))
    rows, groups = rng.normal(size=(14, 30)) + labels[:, None], np.arange(14) // 2
    turned = Rotated.of(rows).rows
    kernel = turned @ turned.T
    kernel /= np.trace(kernel) / 14
    even, wanted, least = compute_sample_weight("balanced", labels), 2.0 * np.eye(2)[labels] - 1, np.inf
    for penalty in (0.01, 0.1):
        missed = np.zeros(14)
        for group in range(7):
            out = groups == group
            ridge = KernelRidge(alpha=penalty, kernel="precomputed")
            ridge.fit(kernel[np.ix_(~out, ~out)] + 1, wanted[~out], sample_weight=even[~out])
            missed[out] = ((ridge.predict(kernel[np.ix_(out, ~out)] + 1) - wanted[out]) ** 2).mean(1)
        least = min(least, (missed * even).sum() / even.sum())
    assert choose({"a": rows}, labels, 2, groups, True)[1] == pytest.approx(least)
