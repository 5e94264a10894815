"""What a head makes of its own training pictures, each left out of the fit that is asked: where none or few are held
out, these tell how sure the head may be.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ..data.dataset import Rows
from ..data.groups import distinct_rows
from ..data.subset import Subset
from ..rejection.fitting import LEAST
from ..transfer.choice import folds, known_to_others
from ..transfer.head import Rotated, fit_path
from ..transfer.rows import TapRows
from ..transfer.start import Body
from ..transfer.taps import taps_of
from .context import RunContext
from .final_figures import LabelledScores
from .parts import Parts
from .settings import RunSettings
from .start_recipes import leaves_out
from .starting import FITTED, HeadRows, head_rows
from .workers import Scores


@dataclass(frozen=True, eq=False, slots=True)
class OutOfFold:
    """Out-of-fold predictions of the training pictures: the `fold` (N,) that each is in, the `logits` (N, K) of a head
    that was fitted without this fold, and which of them count, bool (N,).
    """

    fold: Rows
    logits: Scores
    counts: np.ndarray[tuple[int], np.dtype[np.bool_]]

    def labelled(self, part: Subset, groups: Rows | None) -> LabelledScores:
        """Return those that count, with their classes and what belongs together."""
        counts = self.counts
        return LabelledScores(self.logits[counts], part.labels[counts], None if groups is None else groups[counts])


def left_out_of(settings: RunSettings, body: Body | None, parts: Parts, context: RunContext) -> OutOfFold | None:
    """Return the scores of the training pictures of a run whose new head alone is fitted, and too few of whose pictures
    are held out to tell alone; None for another run. Pictures that belong together are left out together.
    """
    start, train, held = settings.start, parts.train, parts.held
    if start is None or body is None or not start.taps or not leaves_out(settings.recipe, len(train)):
        return None
    if held is not None and len(distinct_rows(parts.groups(held), len(held))) >= LEAST:
        return None
    assert start.strength is not None
    tapped, groups = TapRows(body, taps_of(body.network)), parts.groups(train)
    rows = head_rows(start, tapped, train, settings.seed, context)
    return fitted_without(
        rows, len(settings.classes), start.strength, np.arange(len(train)) if groups is None else groups
    )


def fitted_without(rows: HeadRows, classes: int, strength: float, groups: Rows) -> OutOfFold:
    """Return the scores of each picture by a head fitted without its fold: without its whole group, and without the
    copies of these. What is alone in its class counts for nothing: there is no head that knows the class without it.
    """
    labels = rows.labels[: rows.count]
    fold = folds(labels, groups)
    turned = replace(rows, features=Rotated.of(rows.features).rows)
    scores = np.zeros((rows.count, classes))
    for k in np.unique(fold):
        out = fold == k
        if out.all():
            continue
        others = turned.only(~out)
        seen = np.asarray(others.features, np.float64)
        head = next(fit_path(seen, others.labels, classes, (strength,), others.weights, FITTED))
        scores[out] = head.scores(turned.features[: rows.count][out])
    return OutOfFold(fold, scores.astype(np.float32), known_to_others(labels, fold))
