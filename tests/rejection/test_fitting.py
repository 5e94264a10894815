"""Fitting the rejection: a bound kept as often as promised, what is foreign by either part, what tells too little."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from scipy.stats import beta

from convscope.rejection import Fitted
from convscope.rejection.features import Features
from convscope.rejection.fitting import LEAST, LEVEL, Folds, Seen, conformal, fit_rejection
from convscope.rejection.mahalanobis import ClassGaussians, distances, whitened
from convscope.rejection.statistics import statistics
from tests.rejection.made import seen

SHAPE, LAYOUT = (1, 6, 6), Features(0, "relu1", "fc1", 7, 2)


def part_of(one: Seen, rows: slice | np.ndarray) -> Seen:
    return Seen(one.pictures[rows], one.labels[rows], one.features[rows])


def gaussians(one: Seen) -> ClassGaussians:
    return ClassGaussians.of(one.features.astype(np.float64), one.labels, LAYOUT)


def looks(one: Seen, other: Seen) -> np.ndarray:
    return distances(statistics(other.pictures), *whitened(statistics(one.pictures)))


def fitted(own: Seen, held: Seen, folds: Folds | None = None) -> Fitted:
    made = fit_rejection(own, held, LAYOUT, folds)
    assert isinstance(made, Fitted)
    return made


def scores(made: Fitted, *parts: np.ndarray) -> np.ndarray:
    above = [
        np.maximum((values - part.middle) / part.spread, 0)
        for part, values in zip(made.rejection.parts, parts, strict=True)
    ]
    return np.sqrt(np.square(above).sum(0))


def test_the_bound_is_kept_by_new_pictures() -> None:
    """The share below the conformal bound of n draws is Beta(r, n + 1 − r): its mean is LEVEL or a little more."""
    rng, n = np.random.default_rng(0), 99
    below = [float((rng.normal(size=2000) <= conformal(rng.normal(size=n), LEVEL)).mean()) for _ in range(300)]
    rank = 95  # ⌈100 · 0.95⌉
    assert abs(np.mean(below) - beta(rank, n + 1 - rank).mean()) < 0.005


def test_what_is_foreign_by_either_part_is_refused() -> None:
    own, held, other = (seen(SHAPE, LAYOUT, n, seed) for n, seed in ((200, 0), (100, 1), (20, 2)))
    own, held = (replace(one, pictures=one.pictures // 4) for one in (own, held))  # darker than the others
    made = fitted(own, held)
    assert made.rejection.n == 100
    assert made.rejection.refused <= 0.05
    nothing = np.full(20, -np.inf)
    assert (scores(made, looks(own, other), nothing) > made.rejection.threshold).all()
    between = other.features + np.where(np.arange(7) % 2, 9, -9)  # near neither class, and as far as nothing was
    assert (scores(made, nothing, gaussians(own).distances(between)) > made.rejection.threshold).all()


def test_half_foreign_by_both_is_foreign() -> None:
    """Held-out pictures may be as far as the bound by one part; the threshold then leaves 95 % of them below."""
    own, held = seen(SHAPE, LAYOUT, 300, 3), seen(SHAPE, LAYOUT, 200, 4)
    made = fitted(own, held)
    score = scores(made, looks(own, held), gaussians(own).distances(held.features))
    assert np.isclose(made.rejection.threshold, max(1, conformal(score, LEVEL)), rtol=1e-3)
    assert made.rejection.refused == np.mean(score > made.rejection.threshold)
    assert made.rejection.refused <= 1 - LEVEL


def test_what_was_left_out_is_compared_with_the_others() -> None:
    """Each part is in units of all that counts: held out by the whole, left out by the other folds or blocks."""
    own, held = seen(SHAPE, LAYOUT, 60, 5), seen(SHAPE, LAYOUT, 10, 6)
    fold, block, counts = np.arange(60) % 3, np.arange(60) // 15, np.arange(60) % 4 > 0
    made = fitted(own, held, Folds(fold, block, counts))
    apart, strange = list(looks(own, held)), list(gaussians(own).distances(held.features))
    anywhere = list(gaussians(own).background_distances(held.features))
    for i in np.flatnonzero(counts):
        one = part_of(own, np.array([i]))
        apart += list(looks(part_of(own, fold != fold[i]), one))
        strange += list(gaussians(part_of(own, block != block[i])).distances(one.features))
        anywhere += list(gaussians(part_of(own, block != block[i])).background_distances(one.features))
    picture, features, background = made.rejection.parts
    assert made.rejection.n == 55
    assert np.isclose(picture.middle, np.median(apart))
    assert np.isclose(features.middle, np.median(strange), rtol=1e-4)
    assert np.isclose(background.middle, np.median(anywhere), rtol=1e-4)
    assert np.isclose(picture.middle + picture.spread, sorted(apart)[54])  # the ⌈56 · 0.975⌉-th
    assert np.isclose(features.middle + features.spread, sorted(strange)[54], rtol=1e-4)
    assert np.isclose(background.middle + background.spread, sorted(anywhere)[54], rtol=1e-4)


def test_what_is_far_from_every_class_and_from_all_of_them_alike_is_refused_by_frozen_features() -> None:
    """Along what tells two classes apart, twice as far as either: the relative distance forgives most of it."""
    own, held, other = (seen(SHAPE, LAYOUT, n, seed) for n, seed in ((200, 0), (100, 1), (20, 2)))
    folds = Folds(np.arange(200) % 5, np.arange(200) % 5, np.ones(200, np.bool_))
    made, model = fitted(own, held, folds), gaussians(own)
    noise = other.features + 40 * (np.arange(7) == 3)
    nothing = np.full(20, -np.inf)
    far = (nothing, model.distances(noise), model.background_distances(noise))
    assert [part.name for part in made.rejection.parts] == ["picture", "features", "background"]
    assert (scores(made, *far) > made.rejection.threshold).all()
    assert (scores(made, nothing, nothing, far[2]) > made.rejection.threshold).all()
    assert len(fitted(own, held).rejection.parts) == 2


def test_too_few_pictures() -> None:
    few = seen(SHAPE, LAYOUT, LEAST - 1, 7)
    said = fit_rejection(few, few, LAYOUT)
    assert str(said).endswith("29 different pictures were held out, 30 are needed to tell from where on")
