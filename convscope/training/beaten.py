"""The figure that a network has to beat: a classifier of a few lines on the same pictures, after the training."""

from __future__ import annotations

from collections.abc import Mapping

from ..baseline.figures import Measured, fit
from ..data.credits import MNIST_FINGERPRINT
from ..errors import Phrase, phrase
from ..evaluation import wilson
from ..evaluation.intervals import independent
from ..runs.result_figures import BaselineFigures
from .parts import Parts
from .workers import Scores

# Of packaged data it is known: on every fifth of MNIST's test pictures (docs/log.md).
KNOWN = {
    MNIST_FINGERPRINT: BaselineFigures(
        phrase("baseline.gradients", n="1,000"), 2_000, 0.9815, wilson(1963, 2_000), 0.1145, 0.9
    )
}


def baseline_of(parts: Parts, scores: Mapping[str, Scores]) -> tuple[BaselineFigures, Phrase | None] | None:
    """Return what the baseline makes of the test pictures, else of those held out, and a sentence where it does as well
    as the network; None where there are neither.

    `scores` (n, K) of "test" and "validation" are the network's.
    """
    measured = parts.test or parts.held
    if measured is None:
        return None
    if parts.test is not None and parts.dataset.fingerprint in KNOWN:
        return KNOWN[parts.dataset.fingerprint], None
    beside = Measured.of(fit(parts.train, len(parts.dataset.classes), parts.groups(parts.train)), measured)
    n, groups = len(beside.rows), parts.groups(measured)
    accuracy = float((beside.scores.argmax(1) == beside.labels).mean())
    worth = float(n) if groups is None else independent(groups[beside.rows])
    figures = BaselineFigures(
        name=beside.baseline.name(),
        n=n,
        accuracy=accuracy,
        interval=wilson(accuracy * worth, worth),
        majority=beside.majority_accuracy,
        seconds=round(beside.baseline.seconds, 3),
    )
    return figures, beside.as_good(scores["test" if parts.test is not None else "validation"])
