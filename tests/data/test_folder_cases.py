"""What folders are understood as: every case, through data.load."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from convscope import data
from convscope.data.listing import LeftOut
from convscope.errors import InputError, Phrase
from tests.data.every_case import CASES
from tests.data.folder_cases import Expected


def reason(left_out: LeftOut) -> str:
    """Return the key of why something is left out, also where it stands within got and expected."""
    what = left_out.reason.words.get("what", left_out.reason)
    return what.key if isinstance(what, Phrase) else what


def counts(split: data.Split | None, classes: int) -> tuple[int, ...] | None:
    return None if split is None else tuple(np.bincount(split.labels, minlength=classes).tolist())


def skip_where_it_cannot_be(name: str) -> None:
    if name == "unreadable" and os.geteuid() == 0:
        pytest.skip("root reads everything")


@pytest.mark.parametrize("name", CASES)
@pytest.mark.medium
def test_a_folder_is_understood_as_its_user_expects(name: str, tmp_path: Path) -> None:
    skip_where_it_cannot_be(name)
    expected = CASES[name](tmp_path)
    if expected.refused:
        with pytest.raises(InputError) as caught:
            load(tmp_path, expected)
        assert caught.value.key == expected.refused
        assert str(caught.value).count("\n") <= 1
        assert str(caught.value).replace("\n", "").isprintable()
        return
    dataset = load(tmp_path, expected)
    assert dataset.classes == expected.classes
    assert counts(dataset.train, len(expected.classes)) == expected.train
    assert counts(dataset.validation, len(expected.classes)) == expected.validation
    assert counts(dataset.test, len(expected.classes)) == expected.test
    assert sorted(note.key for note in dataset.notes) == sorted(expected.notes)
    assert Counter(map(reason, dataset.left_out)) == expected.left_out
    for said in (*dataset.notes, *(one.reason for one in dataset.left_out)):
        assert str(said).isprintable()


def load(root: Path, expected: Expected) -> data.Dataset:
    return data.load(root / expected.point, size=8, **expected.options)  # type: ignore[arg-type]
