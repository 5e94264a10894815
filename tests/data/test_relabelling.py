"""Label changes applied: which pictures, what is said of the others, and the labels as they were."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from convscope.data.dataset import Dataset, PictureFile, Split
from convscope.data.relabelling import labels_before, relabelled
from convscope.errors import InputError, UsageError
from convscope.runs.label_changes import LabelChange, LabelChanges


def split(name: str, labels: list[int]) -> Split:
    files = tuple(PictureFile(f"{name}/{i}.png", f"{name}{i}") for i in range(len(labels)))
    images = np.arange(len(labels), dtype=np.uint8)[:, None, None, None] * np.ones((1, 1, 2, 2), np.uint8)
    return Split(images, np.array(labels), files)


DATA = Dataset("pets", ("cat", "dog", "cow"), split("train", [0, 0, 1, 1, 2, 2]), split("test", [0, 1]))


def of(*rows: tuple[str, str, str, str]) -> LabelChanges:
    return LabelChanges("", tuple(LabelChange(*row) for row in rows))


def test_labels_change_pictures_stay() -> None:
    made = relabelled(DATA, of(("train/1.png", "TRAIN1", "cat", "dog"), ("test/0.png", "", "", "cow")))
    assert made.train.labels.tolist() == [0, 1, 1, 1, 2, 2]
    assert made.test is not None
    assert made.test.labels.tolist() == [2, 1]
    assert DATA.train.labels.tolist() == [0, 0, 1, 1, 2, 2], "the data it was made of stays"
    assert made.train.images is DATA.train.images
    assert made.fingerprint != DATA.fingerprint
    assert [str(note) for note in made.notes] == [
        "label changes applied: 2 pictures have another label than the folder says, 0 are left out"
    ]


def test_a_picture_is_left_out() -> None:
    made = relabelled(DATA, of(("train/2.png", "train2", "dog", "")))
    assert made.train.paths == tuple(f"train/{i}.png" for i in (0, 1, 3, 4, 5))
    assert made.train.images[:, 0, 0, 0].tolist() == [0, 1, 3, 4, 5]
    assert [(one.path, one.reason.key) for one in made.left_out] == [("train/2.png", "passed.changes")]


def test_what_does_not_fit_is_said_and_stays() -> None:
    made = relabelled(
        DATA,
        of(
            ("train/0.png", "train0", "cat", "dog"),
            ("train/1.png", "another", "cat", "dog"),
            ("train/2.png", "train2", "cow", "cat"),
            ("gone.png", "x", "cat", "dog"),
        ),
    )
    assert made.train.labels.tolist() == [1, 0, 1, 1, 2, 2]
    notes = {note.key: note.words for note in made.notes}
    assert notes["note.changes.other"] == {"n": "2", "first": "train/1.png, train/2.png"}
    assert notes["note.changes.missing"] == {"n": "1", "first": "gone.png"}


def test_refusals() -> None:
    with pytest.raises(InputError) as caught:
        relabelled(DATA, of(("train/0.png", "", "cat", "dgo")))
    assert caught.value.key == "changes.class"
    assert "dog" in str(caught.value)
    with pytest.raises(InputError) as caught:
        relabelled(DATA, of(("elsewhere.png", "", "cat", "dog")))
    assert caught.value.key == "changes.none"
    assert relabelled(DATA, of(("elsewhere.png", "", "cat", "dog")), again=True).train.labels.tolist() == [
        *(0, 0, 1, 1, 2, 2)
    ]
    arrays = replace(DATA, train=Split(DATA.train.images, DATA.train.labels))
    with pytest.raises(UsageError):
        relabelled(arrays, of(("train/0.png", "", "cat", "dog")))


def test_the_labels_as_they_were() -> None:
    made = relabelled(DATA, of(("train/1.png", "train1", "cat", "dog"), ("train/5.png", "", "cow", "cat")))
    before = labels_before(made, made.train)
    assert before is not None
    assert before.tolist() == DATA.train.labels.tolist()
    assert made.test is not None
    assert labels_before(made, made.test) is None
    assert labels_before(DATA, DATA.train) is None
    some = made.train.take(np.array([5, 1, 0]))
    of_some = labels_before(made, some)
    assert of_some is not None
    assert of_some.tolist() == [2, 0, 0]
