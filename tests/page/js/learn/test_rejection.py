"""The rejection that the page fits is Python's: the same distances, and the same bound by them."""

from __future__ import annotations

import numpy as np
import pytest

from convscope.rejection import Fitted
from convscope.rejection.features import Features
from convscope.rejection.fitting import EACH, LEAST, Seen, fit_rejection
from convscope.rejection.mahalanobis import SHRINK, ClassGaussians, distances, whitened
from convscope.rejection.statistics import statistics
from tests.page.js.learn.node import Learner

SHAPE, CLASSES = (1, 12, 12), 3


def pictures_of(seed: int, n: int, width: int) -> Seen:
    """Return pictures with features that their classes shift."""
    rng = np.random.default_rng(seed)
    labels = np.arange(n) % CLASSES
    drawn = rng.integers(0, 256, (n, *SHAPE)) * rng.random((n, 1, 1, 1))
    shift = np.random.default_rng(9).normal(size=(CLASSES, width))
    features = (rng.normal(size=(n, width)) + 2 * shift[labels]) * np.linspace(0.1, 4, width)
    return Seen(drawn.astype(np.uint8), labels.astype(np.int64), features.astype(np.float32))


@pytest.mark.parametrize("width", [7, 32])
@pytest.mark.medium
def test_distances_and_bound_are_pythons(learn: Learner, width: int) -> None:
    own, held = pictures_of(0, 60, width), pictures_of(1, LEAST + 10, width)
    layout = Features(0, "relu1", "fc1", width, CLASSES)
    fitted = fit_rejection(own, held, layout)
    assert isinstance(fitted, Fitted)
    found = learn.call(
        "rejection",
        shape=SHAPE,
        pictures=[one.ravel().tolist() for one in own.pictures],
        features=own.features.tolist(),
        labels=own.labels.tolist(),
        classes=CLASSES,
        others=[one.ravel().tolist() for one in held.pictures],
        otherFeatures=held.features.tolist(),
        unit=EACH,
        shrink=SHRINK,
    )
    gaussians = ClassGaussians.of(own.features.astype(np.float64), own.labels, layout)
    wanted = {
        "picture": distances(statistics(held.pictures), *whitened(statistics(own.pictures))),
        "features": gaussians.distances(held.features),
        "background": gaussians.background_distances(held.features),
    }
    for name, values in wanted.items():
        np.testing.assert_allclose([one[name] for one in found["held"]], values, rtol=2e-3, atol=2e-3, err_msg=name)
    assert found["bound"]["threshold"] == pytest.approx(fitted.rejection.threshold, rel=1e-2)
    for part, want in zip(found["bound"]["parts"], fitted.rejection.parts, strict=True):
        assert (part["name"], part["middle"], part["spread"]) == (
            want.name,
            pytest.approx(want.middle, rel=1e-2, abs=1e-2),
            pytest.approx(want.spread, rel=1e-2),
        )


def test_too_few_pictures_held_out_give_no_bound(learn: Learner) -> None:
    """Of n scores the ⌈0.95 (n + 1)⌉-th smallest is one of them from n = 19 on."""
    own, held = pictures_of(0, 30, 5), pictures_of(1, 19, 5)
    asked = {
        "shape": SHAPE,
        "pictures": [one.ravel().tolist() for one in own.pictures],
        "features": own.features.tolist(),
        "labels": own.labels.tolist(),
        "classes": CLASSES,
        "unit": EACH,
    }
    for n, some in ((18, False), (19, True)):
        others = [one.ravel().tolist() for one in held.pictures[:n]]
        found = learn.call("rejection", **asked, others=others, otherFeatures=held.features[:n].tolist())
        assert (found["bound"] is not None) == some


def test_of_few_pictures_little_is_said_of_how_numbers_hang_together(learn: Learner) -> None:
    """What is given to all directions alike: all of it up to as many pictures as numbers, Python's share for many."""
    found = learn.call("shrinks", counts=[20, 40, 80, 400, 4000], size=40)
    assert found == [[1, 40 / 60], [1, 1 / 2], [1 / 2, 1 / 3], [SHRINK, SHRINK], [SHRINK, SHRINK]]


@pytest.mark.parametrize("n", [1, 2, 9, 40])
def test_eigenvectors_of_symmetric_matrices(learn: Learner, n: int) -> None:
    half = np.random.default_rng(n).normal(size=(n, max(1, n // 2)))
    matrix = half @ half.T  # half of its eigenvalues are 0
    found = learn.call("symmetric", matrix=matrix.ravel().tolist(), n=n)
    vectors = np.array(found["vectors"]).reshape(n, n)
    np.testing.assert_allclose(found["values"], np.linalg.eigvalsh(matrix)[::-1], atol=1e-9)
    np.testing.assert_allclose(vectors @ vectors.T, np.eye(n), atol=1e-9)
    np.testing.assert_allclose(vectors.T * found["values"] @ vectors, matrix, atol=1e-9)
