"""Notes on pictures that a network can't read well: never on what it learned from, always on what is unlike it."""

from __future__ import annotations

import numpy as np
import pytest

from convscope.data import mnist
from convscope.pictures.input_spec import InputSpec
from convscope.pictures.legibility import legibility_notes
from convscope.training.input_scaling import input_spec

CENTRED = InputSpec((1, 28, 28), invert="auto", centred=True)


def drawing(top: int, left: int, height: int, width: int, ground: int = 0, ink: int = 255) -> np.ndarray:
    picture = np.full((1, 28, 28), ground, np.uint8)
    picture[:, top : top + height, left : left + width] = ink
    return picture


@pytest.mark.parametrize(
    ("picture", "key"),
    [
        (drawing(4, 11, 20, 6), ""),
        (drawing(8, 8, 12, 12), "note.drawing.tiny"),  # 12 of 28 are 0.429
        (drawing(7, 8, 13, 12), ""),
        (drawing(4, 15, 20, 6), "note.drawing.away"),  # 4 columns to the right
        (drawing(0, 11, 28, 6), "note.ground.uneven"),  # 4 of 28 rows are the border
        (drawing(4, 11, 20, 6, ground=200, ink=0), "note.ground.light"),
        (drawing(4, 11, 20, 6, ground=100, ink=115), "note.contrast"),
        (drawing(4, 11, 20, 6, ground=100, ink=116), ""),
    ],
)
def test_what_is_said(picture: np.ndarray, key: str) -> None:
    assert [note.key for note in legibility_notes(CENTRED, picture[None])[0]] == [key] * bool(key)
    if key and key != "note.contrast":
        assert legibility_notes(InputSpec((1, 28, 28)), picture[None]) == [()], "only of what is known to be unlike"


def test_a_gradient_of_light_is_an_uneven_ground() -> None:
    picture = np.tile(np.linspace(0, 90, 28), (28, 1)).astype(np.uint8)
    picture[8:20, 13:15] = 255
    assert [note.key for note in legibility_notes(CENTRED, picture[None, None])[0]] == ["note.ground.uneven"]


@pytest.mark.medium
def test_nothing_is_said_of_mnist() -> None:
    digits = mnist()
    spec = input_spec(digits.train.images, "data")
    assert spec.centred
    test = digits.test
    assert test is not None
    assert not any(legibility_notes(spec, np.asarray(test.images[:])))


def test_each_picture_of_a_stack_has_its_own_note() -> None:
    stack = np.stack([drawing(4, 11, 20, 6), drawing(8, 8, 4, 4), np.zeros((1, 28, 28), np.uint8)])
    assert [[note.key for note in notes] for notes in legibility_notes(CENTRED, stack)] == [
        [],
        ["note.drawing.tiny"],
        ["note.contrast"],
    ]
