"""Classes of data matched with a model's, by name."""

from __future__ import annotations

import numpy as np
import pytest

from convscope.errors import InputError
from convscope.evaluation import matched
from convscope.evaluation.classes import missing

KNOWN = ("cat", "dog", "owl")


def test_labels_are_matched_by_name() -> None:
    assert matched(np.array([1, 0, 1]), ("owl", "cat"), KNOWN).tolist() == [0, 2, 0]
    assert matched(np.array([0, 0]), ("cat", "owk"), KNOWN).tolist() == [0, 0]  # a class without pictures may be any


def test_an_unknown_class_is_said_with_both_sides() -> None:
    with pytest.raises(InputError) as error:
        matched(np.array([0, 1]), ("cat", "owk"), KNOWN)
    assert str(error.value) == (
        "the model knows no such class, got owk, expected cat, dog, owl\ntry: did you mean owl?"
    )
    with pytest.raises(InputError, match="got ant, bee, expected cat, dog, owl"):
        matched(np.array([2, 1]), ("cat", "ant", "bee"), KNOWN)


def test_a_class_without_pictures_is_said_with_both_sides() -> None:
    (note,) = missing(np.array([0, 0]), KNOWN)
    assert str(note) == "the model knows dog, owl, of which there is no picture; there are cat"
    assert missing(np.array([0, 1, 2]), KNOWN) == ()
    assert missing(np.zeros(0, np.int64), KNOWN) == ()
