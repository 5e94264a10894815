"""What is read off a row of probabilities: the first classes in order, and their JSON."""

from __future__ import annotations

import numpy as np

from convscope.errors import InputError, phrase
from convscope.prediction.answer import Prediction, Score, predictions


def test_of_equal_classes_the_first_and_only_what_is_no_number_is_an_error() -> None:
    nan = float("nan")
    rows = np.array([[0.125, 0.25, 0.375, 0.25, 0], [nan, 1, 0, 0, 0], [0.25, 0, 0.25, 0.25, 0.25]], np.float32)
    classes = [f"class {k}" for k in range(5)]
    first, second, third = predictions(rows, classes, 3, [False, False, True], [(), (), ()])
    assert first == Prediction("class 2", 0.375, (("class 2", 0.375), ("class 1", 0.25), ("class 3", 0.25)))
    assert isinstance(second, InputError)
    assert isinstance(third, Prediction)
    assert [score.label for score in third.top] == ["class 0", "class 2", "class 3"]
    assert third.inverted


def test_json_of_a_prediction() -> None:
    scores = (Score("7", 0.75), Score("1", 0.25))
    predicted: dict[str, object] = {"label": "7", "probability": 0.75}
    predicted["top"] = [{"label": "7", "probability": 0.75}, {"label": "1", "probability": 0.25}]
    assert Prediction("7", 0.75, scores).to_json() == predicted
    assert Prediction("7", 0.75, scores, True).to_json() == predicted | {"inverted": True}
    notes = phrase("note.frames", n=4), phrase("note.contrast")
    said = "the first of 4 frames; no contrast: there is nothing to see in it"
    assert Prediction("7", 0.75, scores, notes=notes).to_json() == predicted | {"note": said}
