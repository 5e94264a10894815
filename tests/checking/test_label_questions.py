"""Labels are asked about in order, and only where the class is known by other pictures."""

from __future__ import annotations

import numpy as np

from convscope.checking.label_questions import OTHERS, LabelQuestion, questionable


def test_the_most_doubtful_first_and_twenty_times_as_likely() -> None:
    p = np.full((20, 3), [0.9, 0.05, 0.05])
    p[3] = [0.04, 0.9, 0.06]  # 22.5 times
    p[4] = [0.05, 0.9, 0.05]  # 18 times
    p[5] = [0.0, 0.1, 0.9]
    labels, groups = np.zeros(20, np.int64), np.arange(20)
    rows, others = questionable(p, labels, groups)
    assert (rows.tolist(), others.tolist()) == ([5, 3], [2, 1])


def test_nothing_is_asked_of_a_class_of_few_or_of_one_group() -> None:
    labels = np.array([0] * 20 + [1] * (OTHERS + 1) + [2] * OTHERS + [3] * 10)
    p = np.full((len(labels), 4), [0.97, 0.01, 0.01, 0.01])
    groups = np.arange(len(labels))
    groups[-10:] = -1  # the last class is one picture, copied
    rows, others = questionable(p, labels, groups)
    assert rows.tolist() == list(range(20, 20 + OTHERS + 1))
    assert set(others.tolist()) == {0}


def test_a_question_reads_as_one() -> None:
    question = LabelQuestion(3, "a/1.png", "cat", "dog", 0.973)
    assert str(question) == "a/1.png: cat → dog? 97 %"
    assert question.to_json() == {
        "row": 3,
        "name": "a/1.png",
        "label": "cat",
        "other": "dog",
        "probability": 0.973,
    }
