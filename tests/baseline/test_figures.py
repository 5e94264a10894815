"""The baseline on pictures whose answer is known: what it picks, what it reaches, what it says."""

from __future__ import annotations

import numpy as np
import pytest

from convscope import data
from convscope.baseline.comparison import balanced_accuracy
from convscope.baseline.figures import Measured, fit
from convscope.data import Split
from convscope.data.subset import Subset


def shapes(n: int, seed: int = 0) -> Subset:
    """Return pictures of bars, upright or lying (the class), in random colours on random ground."""
    rng = np.random.default_rng(seed)
    x = np.empty((n, 3, 12, 12), np.uint8)
    x[:] = rng.integers(0, 100, (n, 3, 1, 1))
    labels = rng.permutation(np.arange(n) % 2)
    for picture, label in zip(x, labels, strict=True):
        at = slice(*(rng.integers(2, 6) + np.array([0, 3])))
        picture[(..., at) if label else (..., at, slice(None))] = rng.integers(150, 256, (3, 1, 1))
    return Subset.whole(Split(x, labels))


def paints(n: int, seed: int = 0) -> Subset:
    """Return pictures of speckles: mostly red, mostly blue, or both alike (the class)."""
    rng = np.random.default_rng(seed)
    labels = rng.permutation(np.arange(n) % 3)
    red = rng.random((n, 10, 10)) < np.array([0.8, 0.2, 0.5])[labels][:, None, None]
    x = np.zeros((n, 3, 10, 10), np.uint8)
    x[:, 0], x[:, 2] = 255 * red, 255 * ~red
    return Subset.whole(Split(x, labels))


def accuracy(measured: Measured) -> float:
    return balanced_accuracy(measured.labels, measured.scores.argmax(1))


def test_shapes_are_told_by_gradients_and_paints_by_colours() -> None:
    for make, kind, classes in ((shapes, ("gradients",), 2), (paints, ("colours",), 3)):
        baseline = fit(make(90), classes)
        assert baseline.kind == kind
        assert baseline.left_out > 0.95
        assert accuracy(Measured.of(baseline, make(60, seed=1))) > 0.95
        assert (baseline.fitted, baseline.seconds > 0) == (90, True)


def test_copies_are_no_merit() -> None:
    """Noise of three labels, every picture three times: equal ones are noticed, near ones where groups say so."""
    noise = np.random.default_rng(0).integers(0, 255, (60, 3, 8, 8), dtype=np.uint8)
    equal = Split(np.repeat(noise, 3, 0), np.repeat(np.arange(60) % 3, 3))
    assert fit(Subset.whole(equal), 3).left_out < 0.6
    near = Split(equal.images + (np.arange(180, dtype=np.uint8) % 3 % 2)[:, None, None, None], equal.labels)
    near.images[2::3, 0, 0, 0] ^= 1
    assert fit(Subset.whole(near), 3).left_out > 0.9
    assert fit(Subset.whole(near), 3, np.repeat(np.arange(60), 3)).left_out < 0.6


def test_what_is_measured_are_those_rows_in_that_order() -> None:
    train, test = paints(60), paints(2300, seed=1)
    measured = Measured.of(fit(train, 3), test)
    assert len(measured.rows) == 2000
    np.testing.assert_array_equal(measured.labels, test.labels[measured.rows])
    assert measured.beside(np.eye(3)[test.labels]).accuracy == 1  # a network's logits are of all 2,300
    few = Subset(test.split, measured.rows[700:710])
    np.testing.assert_allclose(measured.scores[700:710], measured.baseline.scores(few.images), atol=1e-4)


def test_the_majority_is_the_largest_training_class() -> None:
    x = np.random.default_rng(0).integers(0, 256, (12, 1, 6, 6), dtype=np.uint8)
    skewed = Subset.whole(Split(x, np.repeat([0, 1, 2], [2, 7, 3])))
    other = Subset.whole(Split(x[:4], np.array([1, 0, 1, 1])))
    assert Measured.of(fit(skewed, 3), other).majority_accuracy == 0.75


def test_a_sentence_where_it_does_as_well() -> None:
    test = paints(60, seed=1)
    measured = Measured.of(fit(paints(90), 3), test)
    right = np.eye(3)[test.labels]
    said = measured.as_good(right[:, [1, 0, 2]])  # a network that confuses two classes
    assert said is not None
    assert said.key == "note.baseline"
    assert "does as well" in str(said)
    assert "colour histograms fitted to 90 pictures" in str(said)
    assert f"{100 * accuracy(measured):.1f} %" in str(said)
    assert measured.beside(right).accuracy == 1
    guess = Measured(measured.baseline, measured.rows, measured.labels, np.zeros((60, 3)))
    assert guess.as_good(right) is None
    assert guess.as_good(np.zeros((60, 3))) is not None


def test_a_sentence_too_where_the_network_may_be_better_by_chance() -> None:
    test = paints(60, seed=1)
    measured = Measured.of(fit(paints(90), 3), test)
    right = np.eye(3)[test.labels]
    for wrong, key in ((4, "note.baseline.near"), (5, None)):
        scores = right.copy()
        scores[:wrong] = 1 - scores[:wrong]
        said = Measured(measured.baseline, measured.rows, measured.labels, scores).as_good(right)
        assert (said and said.key) == key


@pytest.mark.slow
def test_digits_are_recognised_by_their_gradients() -> None:
    digits = data.load("mnist")
    baseline = fit(Subset.whole(digits.train), 10)
    assert digits.test is not None
    assert baseline.kind == ("gradients",)
    assert baseline.fitted == 1000
    assert accuracy(Measured.of(baseline, Subset.whole(digits.test))) > 0.97
