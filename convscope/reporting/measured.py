"""What a report says of one split: figures of each class, the confusion matrix, answers with their pictures, how sure
the network is, label questions.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator

import numpy as np

from ..calibration.diagram import bins_of
from ..calibration.scoring import log_softmax
from ..evaluation import Evaluation
from ..evaluation.label_questions import MOST, find_label_questions
from ..evaluation.mistakes import find_mistakes
from .part import Part
from .pictures import address_of
from .records import Answer, ClassRow, LabelQuestion, Measured, SplitRow

WRONG, A_CELL = 150, 8  # pictures of errors, and of one cell of the confusion matrix
SURE_ENOUGH = 0.8  # balanced accuracy below which a network's doubts are its own errors (docs/log.md)
RIGHT, A_CLASS = 60, 3  # pictures that were recognised, and of one class


def measured_of(part: Part, fitted_on: bool) -> Measured:
    """Return the record of a part; `fitted_on`: the temperature was fitted on these very pictures."""
    figures, calibrated = part.figures, part.temperature is not None
    rows, columns = np.nonzero(figures.confusion)
    cells = zip(rows.tolist(), columns.tolist(), figures.confusion[rows, columns].tolist(), strict=True)
    return Measured(
        split=part.name,
        data=part.data,
        n=len(part),
        cells=tuple(cells),
        per_class=tuple(_class_rows(figures)),
        wrong=tuple(_wrong(part)),
        right=tuple(_right(part)),
        before=bins_of(part.logits, part.labels) if len(part) else (),
        after=bins_of(part.scores, part.labels) if calibrated and len(part) else None,
        temperature=part.temperature,
        fitted_on=fitted_on,
    )


def rows_of(parts: Iterable[Part]) -> Iterator[SplitRow]:
    """Yield a line of figures a part, then without the pictures that training has seen, and by the folder's labels
    where some were changed.
    """
    for part in parts:
        yield _row(part.name, part.figures)
        if part.before is not None:
            changed = Part(part.name, part.data, part.pictures, part.before, part.logits, part.classes,
                           part.temperature, part.groups, part.leaked)  # fmt: skip
            yield _row(f"{part.name}, before", changed.figures)
        if part.figures.without_leaks is not None:
            yield _row(f"{part.name}, without leaks", part.figures.without_leaks)


def questions_of(parts: Iterable[Part]) -> tuple[tuple[LabelQuestion, ...], int | None]:
    """Return the label questions of all parts, the most doubted first, and how many there are in all; None where the
    network errs too often for its doubts to say anything of labels.
    """
    found: list[LabelQuestion] = []
    count = 0
    for part in parts:
        if part.figures.balanced_accuracy < SURE_ENOUGH:
            return (), None
        questions = find_label_questions(part.scores, part.labels, part.groups)
        count += questions.count
        columns = (questions.label, questions.suggested, questions.given_probability, questions.probability)
        lines = zip(questions.index.tolist(), *(column.tolist() for column in columns), strict=True)
        for row, label, suggested, given, probability in lines:
            picture, (path, digest) = address_of(part.pictures.images[row]), (part.path(row), part.digest(row))
            found.append(
                LabelQuestion(
                    picture, path, digest, part.name, label, suggested, round(given, 6), round(probability, 6)
                )
            )
    found.sort(key=lambda one: one.given_probability - one.probability)
    return tuple(found[:MOST]), count


def _row(of: str, figures: Evaluation) -> SplitRow:
    e = figures
    return SplitRow(of, e.n, e.accuracy, e.interval, e.balanced_accuracy, e.balanced_interval, e.loss, e.ece)


def _class_rows(figures: Evaluation) -> Iterator[ClassRow]:
    columns = (figures.precision, figures.precision_intervals, figures.recall, figures.recall_intervals, figures.f1)
    counts = figures.confusion.sum(1).tolist()
    for n, *row in zip(counts, *(column.tolist() for column in columns), strict=True):
        precision, about_precision, recall, about_recall, f1 = row
        yield ClassRow(n, _known(precision), tuple(about_precision), _known(recall), tuple(about_recall), _known(f1))


def _wrong(part: Part) -> Iterator[Answer]:
    found = find_mistakes(part.scores, part.labels, part.classes, WRONG, A_CELL)
    lines = zip(
        *(column.tolist() for column in (found.index, found.predicted, found.probability, found.loss)), strict=True
    )
    for row, said, probability, loss in lines:
        yield _answer(part, row, said, probability, loss)


def _right(part: Part) -> Iterator[Answer]:
    """Yield of each class the pictures that were recognised with the least probability, of as many classes as fit."""
    logs = log_softmax(part.scores)
    loss = -logs[np.arange(len(part)), part.labels]
    right = np.flatnonzero(part.scores.argmax(1) == part.labels)
    each = min(A_CLASS, max(1, RIGHT // max(1, len(part.classes))))
    taken = 0
    for label in np.unique(part.labels[right]).tolist():
        mine = right[part.labels[right] == label]
        for row in mine[np.argsort(-loss[mine], kind="stable")][:each].tolist():
            if taken < RIGHT:
                yield _answer(part, row, label, math.exp(-loss[row]), float(loss[row]))
                taken += 1


def _answer(part: Part, row: int, said: int, probability: float, loss: float) -> Answer:
    picture = address_of(part.pictures.images[row])
    return Answer(picture, part.path(row), int(part.labels[row]), said, round(probability, 6), round(loss, 6))


def _known(figure: float) -> float | None:
    return None if math.isnan(figure) else figure
