"""Fitting the rejection: how far training pictures lie apart, and from where on a held-out one would be refused."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ..calibration.conformal import conformal_rank
from ..errors import Phrase, phrase
from . import operators
from .features import Features
from .mahalanobis import ClassGaussians, Numbers, Whole, averaged, distances, whitened
from .record import Fitted, Part, Rejection
from .statistics import Floats, Pixels, Single, statistics

LEVEL = 0.95  # of the pictures of the classes that are answered
EACH = 0.975  # below each part's bound, the unit in which parts are compared; what is answered the threshold says
LEAST = 30  # pictures held out; fewer say too little
ROUNDING = 1e-4  # by how much the scores of float32 may be larger
NUMBERS, FEWEST, MOST = 20_000_000, 300, 2_000  # pixels that are looked at, and pictures

Truths = np.ndarray[Any, np.dtype[np.bool_]]


def spread_rows(n: int, size: int) -> Whole:
    """Return which of `n` pictures of `size` numbers are looked at: all of them, or some at equal steps.

    >>> spread_rows(4, 784).tolist(), len(spread_rows(60_000, 784)), len(spread_rows(60_000, 150_528))
    ([0, 1, 2, 3], 2000, 300)
    """
    most = min(n, MOST, max(FEWEST, NUMBERS // size))
    return np.arange(most, dtype=np.int64) * n // max(1, most)


@dataclass(frozen=True, eq=False, slots=True)
class Seen:
    """Pictures as the network reads them, uint8 (n, C, H, W), their classes (n,), and the features (n, F) that its last
    layer with weights reads.
    """

    pictures: Pixels
    labels: Whole
    features: Numbers


@dataclass(frozen=True, eq=False, slots=True)
class Folds:
    """In which `fold` each picture trained on is, (M,), at random; in which of the `blocks` (M,) its features are
    left out, of pictures that are alike or the same ones; and which of them count as held out, bool (M,).
    """

    fold: Whole
    blocks: Whole
    counts: Truths


def fit_rejection(trained_on: Seen, held_out: Seen, layout: Features, folds: Folds | None = None) -> Fitted | Phrase:
    """Return the rejection by pictures trained on, and different ones held out; or why there is none. With `folds`,
    where the features learned nothing of the pictures, those trained on count as held out too: each one's statistics
    are compared with the other folds, its features with the other blocks.

    The picture's part is the distance of its statistics to their mean, the features' part their distance to the nearest
    class, both in `mahalanobis`. With `folds` there is a third part, the features' distance to all pictures as one: it
    takes what is far from everything, which the second forgives; features that learned the pictures show it nothing.
    Each is brought to 0 for the middle held-out picture, and for those below it, and to 1 at its bound: the
    ⌈(n+1)·EACH⌉-th smallest of the held-out ones (split conformal prediction). The score is the root of the sum of the
    squares, so that what is half foreign by two counts as well; its threshold 1, or what leaves `LEVEL` of the held-out
    ones below.
    """
    n = len(held_out.labels) + (0 if folds is None else int(folds.counts.sum()))
    if n < LEAST:
        return phrase("rejection.few", n=f"{n}", least=f"{LEAST}")
    seen, values = statistics(trained_on.pictures), averaged(trained_on.features, layout)
    looks, classes = whitened(seen), ClassGaussians.of(values, trained_on.labels, layout)
    held = averaged(held_out.features, layout)
    apart = {"picture": distances(statistics(held_out.pictures), *looks), "features": classes.distances(held)}
    if folds is not None:
        apart["background"] = classes.background_distances(held)
        theirs = {name: np.zeros(len(seen)) for name in apart}
        for out in (folds.fold == k for k in np.unique(folds.fold[folds.counts])):
            theirs["picture"][out] = distances(seen[out], *whitened(seen[~out]))
        for out in (folds.blocks == k for k in np.unique(folds.blocks[folds.counts])):
            others = ClassGaussians.of(values[~out], trained_on.labels[~out], layout)
            theirs["features"][out] = others.distances(values[out])
            theirs["background"][out] = others.background_distances(values[out])
        apart = {name: np.concatenate([apart[name], theirs[name][folds.counts]]) for name in apart}
    parts = tuple(_part(name, values) for name, values in apart.items())
    above = [np.maximum((apart[part.name] - part.middle) / part.spread, 0) for part in parts]
    scores = np.sqrt(np.square(above).sum(0))
    threshold = _float32(max(1.0, conformal(scores, LEVEL)) * (1 + ROUNDING))
    refused = float((scores > threshold).mean())
    return Fitted(Rejection(threshold, LEVEL, n, refused, parts), _tensors(looks, classes))


def conformal(scores: Floats, level: float) -> float:
    """Return the ⌈(n+1)·level⌉-th smallest of n scores, or the largest.

    >>> conformal(np.arange(1.0, 20.0), 0.9), conformal(np.arange(1.0, 4.0), 0.9)    # the 18th of 19; the 4th of 3
    (18.0, 3.0)
    """
    return float(np.sort(scores)[min(len(scores), conformal_rank(len(scores), level)) - 1])


def _tensors(looks: tuple[Single, Single], classes: ClassGaussians) -> dict[str, Single]:
    found = (*looks, classes.centre, classes.directions, classes.background, classes.within, classes.means)
    return dict(zip(operators.LEARNED, found, strict=True))


def _part(name: str, values: Floats) -> Part:
    middle, bound = float(np.median(values)), conformal(values, EACH)
    return Part(name, _float32(middle), _float32(max(bound - middle, 1e-6)))


def _float32(value: float) -> float:
    return float(np.float32(value))
