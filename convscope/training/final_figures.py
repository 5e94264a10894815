"""What a finished training came to: its temperature, and its figures on pictures held out and on test pictures."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ..calibration import Calibration
from ..calibration.temperature import calibrate
from ..data.dataset import Rows
from ..data.groups import distinct_rows
from ..errors import Phrase, phrase
from ..runs.result_figures import CalibrationFigures, SplitFigures
from .validation import LabelledImages
from .workers import Scores, Workers

if TYPE_CHECKING:
    from ..evaluation import Evaluation
    from ..nn import Net

DIVERGED = {"validation": "training.diverged.validation", "test": "training.diverged.test"}


@dataclass(frozen=True, slots=True, eq=False)
class LabelledScores:
    """Logits (n, K) of pictures with their classes (n,), and a number for those that belong together."""

    logits: Scores
    labels: Rows
    groups: Rows | None

    def distinct(self) -> LabelledScores:
        """Return the first of each group alone."""
        rows = distinct_rows(self.groups, len(self.labels))
        return LabelledScores(self.logits[rows], self.labels[rows], None)


@dataclass(frozen=True)
class FinalFigures:
    """The calibration by pictures held out and `left_out` of those trained on, or why there is none; figures of the
    probabilities that it makes.
    """

    calibration: Calibration | Phrase
    validation: Evaluation | None
    test: Evaluation | None
    scores: dict[str, Scores]  # logits (n, K) of "validation" and "test", as far as they are there
    left_out: int = 0

    @property
    def notes(self) -> tuple[Phrase, ...]:
        """What a reader of the figures has to know, each in a sentence."""
        reported = self.test or self.validation
        if reported is None:
            return (phrase("note.figures.none"),)
        why = [self.calibration] if isinstance(self.calibration, Phrase) else []
        if isinstance(self.calibration, Calibration) and self.left_out:
            n, left = self.calibration.n, self.left_out
            split = {"held": f"{n - left:,}", "left": f"{left:,}"} if n > left else {}
            why.append(phrase("note.calibrated" if split else "note.calibrated.left", n=f"{n:,}", **split))
        if reported.without_leaks is not None and not reported.without_leaks.n:
            why.append(phrase("note.leaks.all"))
        return (*why, *reported.warnings)


def final_figures(
    net: Net,
    held_out: LabelledImages | None,
    test_set: LabelledImages | None,
    workers: Workers,
    require_finite: Callable[[float, str], None],
    left_out: LabelledScores | None = None,
) -> FinalFigures:
    """Calibrate and measure a network. `require_finite` is called with the largest score of each part and the key of
    the error for one that is no number. Pictures `left_out` calibrate it as those held out do.
    """
    parts = {name: part for name, part in (("validation", held_out), ("test", test_set)) if part is not None}
    logits = {name: part.scores(net, workers) for name, part in parts.items()}
    for name, scores in logits.items():
        require_finite(float(np.abs(scores).max(initial=0.0)), DIVERGED[name])
    found: Calibration | Phrase = phrase("calibration.none")
    telling = [] if held_out is None else [LabelledScores(logits["validation"], held_out.labels, held_out.groups)]
    more = [] if left_out is None else [left_out.distinct()]
    if telling or more:
        every = [one.distinct() for one in telling] + more
        found = calibrate(np.concatenate([one.logits for one in every]), np.concatenate([one.labels for one in every]))
    temperature = found.temperature if isinstance(found, Calibration) else 1.0
    figures = {name: part.figures(logits[name] / temperature) for name, part in parts.items()}
    left = sum(len(one.labels) for one in more)
    return FinalFigures(found, figures.get("validation"), figures.get("test"), logits, left)


def split_figures(evaluation: Evaluation | None) -> SplitFigures | None:
    """Return what log and model file say of an evaluation; None without a picture."""
    if evaluation is None or not evaluation.n:
        return None
    return SplitFigures(
        accuracy=evaluation.accuracy,
        loss=evaluation.loss,
        n=evaluation.n,
        interval=evaluation.interval,
        balanced_accuracy=evaluation.balanced_accuracy,
        balanced_interval=evaluation.balanced_interval,
        ece=evaluation.ece,
        never_predicted=evaluation.never_predicted,
        without_leaks=split_figures(evaluation.without_leaks),
    )


def calibration_figures(calibration: Calibration | Phrase | None) -> CalibrationFigures | None:
    """Return what the log says of a calibration."""
    if not isinstance(calibration, Calibration):
        return None
    before, after = calibration.before, calibration.after
    return CalibrationFigures(calibration.temperature, calibration.n, before.nll, after.nll, before.ece, after.ece)
