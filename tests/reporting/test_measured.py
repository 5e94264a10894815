"""Figures of a part against scikit-learn; the pictures behind the cells; what is asked about."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from sklearn.metrics import accuracy_score, confusion_matrix, f1_score, log_loss, precision_score, recall_score

from convscope.calibration.scoring import log_softmax
from convscope.reporting.measured import A_CELL, SURE_ENOUGH, measured_of, questions_of, rows_of
from tests.reporting.made import part


def test_the_figures_are_scikit_learns() -> None:
    one = part()
    made, (row,) = measured_of(one, fitted_on=False), rows_of([one])
    said = one.logits.argmax(1)
    counts = np.zeros((3, 3), int)
    for i, j, n in made.cells:
        counts[i, j] = n
    assert counts.tolist() == confusion_matrix(one.labels, said).tolist()
    assert row.accuracy == pytest.approx(accuracy_score(one.labels, said))
    assert row.loss == pytest.approx(log_loss(one.labels, np.exp(log_softmax(one.scores))))
    for name, scorer in (("recall", recall_score), ("precision", precision_score), ("f1", f1_score)):
        expected = scorer(one.labels, said, average=None)
        assert [getattr(k, name) for k in made.per_class] == pytest.approx(expected.tolist()), name


def test_behind_a_cell_are_its_own_pictures_worst_first() -> None:
    one = part()
    made = measured_of(one, fitted_on=True)
    said = one.scores.argmax(1)
    for answer in made.wrong:
        row = int(answer.path.removeprefix("test/").removesuffix(".png"))
        assert (answer.label, answer.said) == (one.labels[row], said[row])
        assert answer.label != answer.said
    cells = [(answer.label, answer.said) for answer in made.wrong]
    assert max(map(cells.count, cells)) <= A_CELL
    losses = [answer.loss for answer in made.wrong]
    assert losses == sorted(losses, reverse=True)
    for label in range(3):
        least = min(np.exp(log_softmax(one.scores))[(said == one.labels) & (one.labels == label), label])
        assert next(a.probability for a in made.right if a.label == label) == pytest.approx(least, abs=1e-6)


def test_without_a_temperature_there_is_no_after() -> None:
    assert measured_of(replace(part(), temperature=None), fitted_on=False).after is None
    assert measured_of(replace(part(), temperature=1.0), fitted_on=False).after is not None, "fitted, and found to be 1"
    assert measured_of(part(), fitted_on=False).after is not None


def test_labels_that_were_changed_and_leaks_have_lines_of_their_own() -> None:
    one = part()
    before = one.labels.copy()
    before[:9] = (before[:9] + 1) % 3
    leaked = np.arange(len(one)) < 30
    rows = list(rows_of([replace(one, before=before, leaked=leaked)]))
    assert [row.of for row in rows] == ["test", "test, before", "test, without leaks"]
    said = one.logits.argmax(1)
    accuracies = [(said == one.labels).mean(), (said == before).mean(), (said == one.labels)[30:].mean()]
    assert [row.accuracy for row in rows] == pytest.approx(accuracies)
    assert [row.n for row in rows] == [90, 90, 60]


def test_a_network_that_errs_often_is_not_asked() -> None:
    one = part()
    assert one.figures.balanced_accuracy < SURE_ENOUGH
    assert questions_of([one]) == ((), None)


def test_questions_name_file_and_digest() -> None:
    one = part(files=True)
    labels = one.labels.copy()
    labels[5] = (labels[5] + 1) % 3
    logits = 4 * np.eye(3)[one.labels]
    logits[5] = -9
    logits[5, one.labels[5]] = 9
    questions, count = questions_of([replace(one, labels=labels, logits=logits)])
    assert (questions[0].path, questions[0].digest) == ("test/5.png", f"{5:064x}")
    assert (questions[0].label, questions[0].suggested) == (labels[5], one.labels[5])
    assert count >= len(questions) > 0
    (nameless, *_), _ = questions_of([replace(part(files=False), labels=labels, logits=logits)])
    assert (nameless.path, nameless.digest) == ("test[5]", "")
