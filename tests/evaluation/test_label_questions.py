"""Label questions: whom confident learning doubts, in which order; planted errors are found."""

from __future__ import annotations

import numpy as np

from convscope.evaluation.label_questions import find_label_questions


def test_by_hand() -> None:
    """Thresholds are (0.9 + 0.8 + 0.2)/3 = 0.6333 and (0.7 + 0.4)/2 = 0.55."""
    p = np.array([[0.9, 0.1], [0.8, 0.2], [0.2, 0.8], [0.3, 0.7], [0.6, 0.4]])
    found = find_label_questions(np.log(p), np.array([0, 0, 0, 1, 1]))
    assert found.index.tolist() == [2], "0.6 for class 0 is the network's answer, and below the threshold"
    assert (found.label.tolist(), found.suggested.tolist(), found.count) == ([0], [1], 1)
    np.testing.assert_allclose([found.given_probability[0], found.probability[0]], [0.2, 0.8])


def test_the_most_doubted_come_first_and_copies_once() -> None:
    p = np.array([[0.9, 0.1]] * 6 + [[0.1, 0.9]] * 6 + [[0.03, 0.97], [0.01, 0.99], [0.01, 0.99]])
    labels = np.array([0] * 6 + [1] * 6 + [0, 0, 0])
    assert find_label_questions(np.log(p), labels).index.tolist() == [13, 14, 12]
    groups = np.array([*range(13), 13, 13])
    one_each = find_label_questions(np.log(p), labels, groups)
    assert (one_each.index.tolist(), one_each.count) == ([13, 12], 2)
    few = find_label_questions(np.log(p), labels, most=1)
    assert (few.index.tolist(), few.count) == ([13], 3)


def test_planted_errors_are_found() -> None:
    rng = np.random.default_rng(0)
    truth = rng.integers(0, 5, 400)
    scores = rng.normal(size=(400, 5))
    scores[np.arange(400), truth] += 5
    labels = truth.copy()
    planted = rng.choice(400, 20, replace=False)
    labels[planted] = (labels[planted] + 1) % 5
    found = find_label_questions(scores, labels)
    assert len(set(found.index.tolist()) & set(planted.tolist())) >= 16
    assert found.count <= 20
    assert (found.suggested != found.label).all()


def test_a_class_without_pictures_is_never_suggested_and_nothing_is_fine() -> None:
    p = np.array([[0.1, 0.1, 0.8], [0.8, 0.1, 0.1], [0.1, 0.8, 0.1]])
    assert find_label_questions(np.log(p), np.array([0, 0, 1])).count == 0
    assert find_label_questions(np.zeros((0, 3)), np.zeros(0, np.int64)).count == 0
