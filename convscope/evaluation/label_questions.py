"""Label questions: pictures whose label a network doubts that has not learned from them.

The rule is that of confident learning (Northcutt, Jiang & Chuang 2021, section 3.1): a class is believed where it is at
least as probable as it is, on average, among the pictures that are labelled so. About half of such questions are right
on famous data sets (Northcutt, Athalye & Mueller 2021): they are questions, in order, and never corrections.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..calibration.scoring import log_softmax
from ..data.groups import distinct_rows
from .mistakes import Floats, Whole

MOST = 60  # questions: more than anybody answers at one sitting


@dataclass(frozen=True, eq=False)
class LabelQuestions:
    """Doubted pictures, the most doubted first. Arrays of m: index into the pictures, the label they have, the class
    that the network would give, the probabilities of both (0…1). `count` is how many there are in all.
    """

    index: Whole
    label: Whole
    suggested: Whole
    given_probability: Floats
    probability: Floats
    count: int


def find_label_questions(
    scores: Floats, labels: Whole, groups: Whole | None = None, most: int = MOST
) -> LabelQuestions:
    """Return the questions for scores (N, K), of a network that learned from none of these pictures, and their labels
    (N,).

    Class j's threshold is the mean probability of j among the pictures labelled j. A picture is doubted where the most
    probable of the classes that reach their thresholds is not its label's. They are ordered by p(label) − p(suggested),
    the lowest first. Of pictures of one group (N,), copies say, only the first is asked about.

    >>> p = np.array([[0.9, 0.1], [0.7, 0.3], [0.1, 0.9], [0.2, 0.8], [0.05, 0.95]])
    >>> q = find_label_questions(np.log(p), np.array([0, 0, 0, 1, 1]))   # thresholds 1.7/3 and 1.75/2
    >>> q.index.tolist(), q.suggested.tolist(), q.probability.round(2).tolist(), q.count
    ([2], [1], [0.9], 1)
    """
    n, k = scores.shape
    p = np.exp(log_softmax(scores))
    counts = np.bincount(labels, minlength=k)
    mean = np.bincount(labels, p[np.arange(n), labels], minlength=k) / np.maximum(counts, 1)
    threshold = np.where(counts > 0, mean, np.inf)  # of a class without pictures nothing is known
    believed = np.where(p >= threshold - 1e-12, p, -1.0)
    suggested = believed.argmax(1).astype(np.int64)
    doubted = np.flatnonzero((believed.max(1, initial=-1.0) >= 0) & (suggested != labels))
    margin = p[doubted, labels[doubted]] - p[doubted, suggested[doubted]]
    order = doubted[np.argsort(margin, kind="stable")]
    order = order[margin[np.argsort(margin, kind="stable")] < 0]
    if groups is not None:
        order = order[distinct_rows(groups[order], len(order))]
    index = order[:most]
    return LabelQuestions(
        index, labels[index], suggested[index], p[index, labels[index]], p[index, suggested[index]], len(order)
    )
