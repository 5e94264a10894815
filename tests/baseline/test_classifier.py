"""The ridge classifier against scikit-learn's, and what it says of pictures left out against explicit refits."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.gaussian_process.kernels import RBF
from sklearn.kernel_ridge import KernelRidge

from convscope.baseline.classifier import Kernel, Ridge


def problem(counts: tuple[int, ...], seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Return features (N, 5) of classes that overlap, and labels (N,), shuffled."""
    rng = np.random.default_rng(seed)
    labels = rng.permutation(np.repeat(np.arange(len(counts)), counts))
    return rng.normal(size=(len(labels), 5)) + rng.normal(size=(len(counts), 5))[labels], labels


def balanced(labels: np.ndarray) -> np.ndarray:
    """Return scikit-learn's "balanced" weight of each label."""
    counts = np.bincount(labels)
    return len(labels) / (np.count_nonzero(counts) * counts[labels])


def test_the_kernel_is_the_gaussian_of_the_median_distance() -> None:
    rows, _ = problem((20, 11))
    kernel = Kernel.of(rows)
    squared = ((rows[:, None] - rows) ** 2).sum(2)
    assert kernel.scale == pytest.approx(np.median([squared[i, j] for i in range(31) for j in range(i)]))
    np.testing.assert_allclose(kernel(rows[:7]), RBF(kernel.scale**0.5)(rows[:7], rows))


@pytest.mark.parametrize("same", [np.ones((4, 3)), np.ones((1, 3))])
def test_pictures_that_are_all_the_same_are_all_alike(same: np.ndarray) -> None:
    np.testing.assert_array_equal(Kernel.of(same)(same), np.ones((len(same), len(same))))


@pytest.mark.parametrize("counts", [(12, 15), (30, 6, 2), (9, 0, 4)])  # a class may have no picture
def test_scores_are_scikit_learns(counts: tuple[int, ...]) -> None:
    rows, labels = problem(counts)
    other, _ = problem((4, 3, 3), seed=1)
    kernel = Kernel.of(rows)
    ridge = Ridge.fit(kernel(rows), labels, len(counts), 0.3)
    theirs = KernelRidge(alpha=0.3, kernel="precomputed")
    theirs.fit(kernel(rows) + 1, 2 * np.eye(len(counts))[labels] - 1, sample_weight=balanced(labels))
    np.testing.assert_allclose(ridge.scores(kernel(other)), theirs.predict(kernel(other) + 1), atol=1e-9)


def test_left_out_is_what_a_refit_without_the_group_says() -> None:
    rows, labels = problem((14, 9, 5))
    groups = np.random.default_rng(2).integers(0, 15, len(rows)) * 7  # of one to several pictures, over classes
    kernel = Kernel.of(rows)(rows)
    said = Ridge.fit(kernel, labels, 3, 0.2).left_out(groups)
    targets, weights = 2 * np.eye(3)[labels] - 1, balanced(labels)
    assert len(np.unique(groups)) < len(rows)
    for group in np.unique(groups):
        out = groups == group
        refit = KernelRidge(alpha=0.2, kernel="precomputed")
        refit.fit(kernel[np.ix_(~out, ~out)] + 1, targets[~out], sample_weight=weights[~out])
        np.testing.assert_allclose(said[out], refit.predict(kernel[np.ix_(out, ~out)] + 1), atol=1e-9)


def test_a_copy_in_the_training_set_is_no_merit() -> None:
    """Of noise under two labels, every picture twice, nothing can be known: copies leave together."""
    noise = np.random.default_rng(3).normal(size=(200, 40))
    labels, own = np.random.default_rng(4).integers(0, 2, 200), np.arange(200)
    rows, labels, groups = np.repeat(noise, 2, 0), np.repeat(labels, 2), np.repeat(own, 2)
    ridge = Ridge.fit(Kernel.of(rows)(rows), labels, 2)
    assert (ridge.left_out(np.arange(400)).argmax(1) == labels).all()
    assert 0.4 < (ridge.left_out(groups).argmax(1) == labels).mean() < 0.6
