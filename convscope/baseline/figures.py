"""The figure that a network has to beat: that of a classifier of a few lines, fitted in a second or less."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache, reduce
from typing import Any

import numpy as np

from ..data.subset import Subset
from ..errors import Phrase, phrase
from . import features
from .classifier import PENALTY, Floats, Kernel, Ridge
from .comparison import Comparison, balanced_accuracy
from .sample import Rows, balanced_rows, copies, even_rows

FITTED = 1000  # pictures at most that it is fitted to,
MEASURED = 2000  # and that it is measured on
PENALTIES = (10 * PENALTY, PENALTY, PENALTY / 10)  # of equals the strongest
CHUNK = 64  # pictures that are scored at a time
FEATURES: dict[str, Callable[[features.Indexed], features.Floats]] = {
    "gradients": features.hog,
    "colours": features.colour_histograms,
}
NAMES = {  # of each combination, the simplest first
    ("gradients",): "baseline.gradients",
    ("colours",): "baseline.colours",
    ("gradients", "colours"): "baseline.both",
}


@dataclass(frozen=True, slots=True)
class Baseline:
    """A classifier by gradients, colours or both, fitted to `fitted` training pictures in `seconds`.

    Features and penalty are those of the highest `left_out`: the balanced accuracy, 0…1, on each picture by the
    classifier of all other groups. `majority` is the largest class.
    """

    kind: tuple[str, ...]
    kernels: tuple[Kernel, ...]
    ridge: Ridge
    left_out: float
    majority: int
    fitted: int
    seconds: float

    def scores(self, images: features.Indexed) -> Floats:
        """Return scores (M, K) of pictures (M, C, H, W): the highest is the class that is predicted."""
        chunks = (images[start : start + CHUNK] for start in range(0, len(images), CHUNK))
        return np.concatenate([self.ridge.scores(self._likeness(chunk)) for chunk in chunks])

    def name(self) -> Phrase:
        """Return what it is, for a row of a table."""
        key = NAMES[self.kind]
        return phrase(key, n=f"{self.fitted:,}")

    def _likeness(self, images: features.Indexed) -> Floats:
        return _product(kernel(FEATURES[name](images)) for name, kernel in zip(self.kind, self.kernels, strict=True))


def fit(pictures: Subset, classes: int, groups: Rows | None = None) -> Baseline:
    """Return the baseline of training pictures: 0.3 to 1 s of CPU time for 1,000, and no more for more.

    At most 1,000 are looked at, of every class equally many. `groups` (N,) numbers those that belong together, such as
    near copies; without it equal pictures do. Which features and which penalty is decided on these pictures alone.
    """
    began = time.perf_counter()
    rows = balanced_rows(pictures.labels, FITTED)
    sample = Subset(pictures.split, pictures.rows[rows])
    labels, own = sample.labels, copies(sample.images) if groups is None else groups[rows]
    kernels = {name: Kernel.of(feature(sample.images)) for name, feature in FEATURES.items()}
    likeness = {name: kernel(kernel.rows) for name, kernel in kernels.items()}

    @cache
    def tried(kind: tuple[str, ...], penalty: float) -> tuple[float, Ridge]:
        ridge = Ridge.fit(_product(likeness[name] for name in kind), labels, classes, penalty)
        return balanced_accuracy(labels, ridge.left_out(own).argmax(1)), ridge

    kind = max(NAMES, key=lambda kind: tried(kind, PENALTY)[0])
    left_out, ridge = max((tried(kind, penalty) for penalty in PENALTIES), key=lambda one: one[0])
    return Baseline(
        kind=kind,
        kernels=tuple(kernels[name] for name in kind),
        ridge=ridge,
        left_out=left_out,
        majority=int(np.bincount(pictures.labels).argmax()),
        fitted=len(rows),
        seconds=time.perf_counter() - began,
    )


@dataclass(frozen=True, slots=True)
class Measured:
    """What a baseline makes of held-out pictures: `scores` (n, K) of those at `rows` (n,), with `labels` (n,)."""

    baseline: Baseline
    rows: Rows
    labels: Rows
    scores: Floats

    @classmethod
    def of(cls, baseline: Baseline, pictures: Subset) -> Measured:
        """Measure on at most 2,000 of the pictures, evenly spread."""
        rows = even_rows(len(pictures), MEASURED)
        sample = Subset(pictures.split, pictures.rows[rows])
        return cls(baseline, rows, sample.labels, baseline.scores(sample.images))

    @property
    def majority_accuracy(self) -> float:
        """Return the share, 0…1, that is of the largest class in training."""
        return float((self.labels == self.baseline.majority).mean())

    def beside(self, logits: np.ndarray[Any, Any]) -> Comparison:
        """Compare a network's logits (N, K) of all those pictures with the baseline's, on the same ones."""
        return Comparison.of(self.labels, logits[self.rows].argmax(1), self.scores.argmax(1))

    def as_good(self, logits: np.ndarray[Any, Any]) -> Phrase | None:
        """Return the sentence that a network with these logits (N, K) is not better than the baseline; None if it is.

        It is where its balanced accuracy is higher and McNemar's exact test on the same pictures leaves less than 5 %
        that it be chance. The sentence says which of the two is wanting.
        """
        both = self.beside(logits)
        if both.better:
            return None
        near = "note.baseline.near" if both.accuracy > both.simple_accuracy else "note.baseline"
        net, base = (f"{100 * share:.1f}" for share in (both.accuracy, both.simple_accuracy))
        return phrase(near, baseline=self.baseline.name(), n=f"{both.pictures:,}", net=net, base=base)


def _product(likenesses: Iterable[Floats]) -> Floats:
    return reduce(np.multiply, likenesses)
