"""Split, Dataset, arrays: views, fingerprints, the hold-out, and what is refused."""

from __future__ import annotations

import dataclasses
import hashlib
import struct
from typing import Any

import numpy as np
import pytest

from convscope import data
from convscope.data.dataset import PictureFile
from convscope.data.listing import LeftOut
from convscope.data.subset import Subset
from convscope.errors import InputError, phrase

PIXELS = np.random.default_rng(0).integers(0, 256, (10, 3, 4, 5), dtype=np.uint8)
LABELS = np.array([0, 1, 2, 0, 1, 2, 0, 1, 2, 0])


def make(labels: Any = LABELS, **options: Any) -> data.Dataset:
    return data.arrays(np.arange(len(labels), dtype=np.uint8)[:, None, None, None].repeat(4, 3), labels, **options)


def test_head_and_tail_are_views() -> None:
    split = data.Split(PIXELS, LABELS, tuple(PictureFile(path, "") for path in "abcdefghij"))
    head, tail = split.head(3), split.tail(4)
    assert np.shares_memory(head.images, PIXELS)
    assert np.shares_memory(tail.labels, LABELS)
    assert np.array_equal(head.images, PIXELS[:3])
    assert np.array_equal(tail.images, PIXELS[6:])
    assert head.paths == ("a", "b", "c")
    assert tail.paths == ("g", "h", "i", "j")
    assert len(tail) == 4
    assert [len(split.head(n)) for n in (0, 10, 11, -1)] == [0, 10, 10, 0]
    assert [len(split.tail(n)) for n in (0, 10, 11, -1)] == [0, 10, 10, 0]
    assert split.shape == (3, 4, 5)
    taken = split.take(np.array([7, 0]))
    assert taken.paths == ("h", "a")
    assert np.array_equal(taken.images, PIXELS[[7, 0]])
    assert taken.labels.tolist() == [1, 0]


def test_arrays_takes_without_copying() -> None:
    made = data.arrays(PIXELS, LABELS, test=(PIXELS[:2], LABELS[:2]))
    assert made.train.images is PIXELS
    assert made.train.labels is LABELS
    assert made.classes == ("0", "1", "2")
    assert made.name == "arrays"
    assert made.shape == (3, 4, 5)
    assert made.left_out == ()
    assert made.train.paths is None
    assert made.test is not None
    assert len(made.test) == 2
    grey = data.arrays(PIXELS[:, 0], LABELS.astype(np.uint8), ["x", "y", "z"], name="mine")
    assert grey.shape == (1, 4, 5)
    assert grey.classes == ("x", "y", "z")
    assert grey.train.labels.dtype == np.int64
    assert data.arrays(PIXELS, LABELS.tolist()).train.labels.tolist() == LABELS.tolist()


@pytest.mark.parametrize(
    ("images", "labels", "classes", "message"),
    [
        (PIXELS.astype(float), LABELS, None, "arrays, images: pictures of the wrong type, got float64, expected uint8"),
        (PIXELS[0, 0], LABELS, None, "pictures of the wrong shape, got (4, 5)"),
        (PIXELS[:, :2], LABELS, None, "pictures of the wrong shape, got (10, 2, 4, 5)"),
        (PIXELS[:0], LABELS[:0], None, "pictures of the wrong shape"),
        (PIXELS, LABELS[:9], None, "as many labels as pictures are needed, got 9 for 10"),
        (PIXELS, LABELS.astype(float), None, "labels of the wrong type or shape, got float64 (10,)"),
        (PIXELS, LABELS[:, None], None, "labels of the wrong type or shape"),
        (PIXELS, LABELS - 1, None, "label number 0 out of range, got -1, expected 0 to 1"),
        (PIXELS, LABELS, ["a", "b"], "label number 2 out of range, got 2, expected 0 to 1"),
        (PIXELS, LABELS * 0, None, "too few classes to tell apart, got 1"),
        (PIXELS, LABELS, ["a", "b", "a"], "class names must differ and not be empty, got a"),
        (PIXELS, LABELS, ["a", "b", ""], "class names must differ and not be empty, got an empty name"),
        (PIXELS, LABELS, ["a", "b", "\ud800"], "a class name that is not text in UTF-8, got \\ud800"),
        (PIXELS, LABELS, "abc", "classes must be a sequence of names, got abc"),
    ],
)
def test_arrays_that_are_refused(images: Any, labels: Any, classes: Any, message: str) -> None:
    with pytest.raises(InputError) as caught:
        data.arrays(images, labels, classes)
    assert message in str(caught.value)


def test_test_pictures_must_have_the_same_shape() -> None:
    with pytest.raises(InputError, match="test pictures of another shape"):
        data.arrays(PIXELS, LABELS, test=(PIXELS[:, :, :3], LABELS))


def test_fingerprint_is_what_it_says() -> None:
    made = data.arrays(PIXELS, LABELS, ["a", "bc", "d"], test=(PIXELS[:1], LABELS[:1]))
    raw = b"convscope dataset 1\n1:a2:bc1:d"
    raw += b"(10, 3, 4, 5)\n" + PIXELS.tobytes() + struct.pack("<10q", *LABELS)
    raw += b"(1, 3, 4, 5)\n" + PIXELS[:1].tobytes() + struct.pack("<1q", 0)
    assert made.fingerprint == hashlib.sha256(raw).hexdigest()


def test_fingerprint_tells_every_change_apart() -> None:
    one_pixel = PIXELS.copy()
    one_pixel[9, 2, 3, 4] ^= 1
    one_label = LABELS.copy()
    one_label[9] = 1
    variants = [
        data.arrays(PIXELS, LABELS),
        data.arrays(one_pixel, LABELS),
        data.arrays(PIXELS, one_label),
        data.arrays(PIXELS, LABELS, ["0", "1", "3"]),
        data.arrays(PIXELS, LABELS, ["0", "11", "2"]),
        data.arrays(PIXELS.reshape(10, 3, 5, 4), LABELS),
        data.arrays(PIXELS, LABELS, test=(PIXELS, LABELS)),
        data.arrays(PIXELS[:9], LABELS[:9]),
        data.arrays(PIXELS, LABELS, weights=np.ones(10)),
        data.arrays(PIXELS, LABELS, weights=np.arange(1, 11)),
    ]
    assert len({variant.fingerprint for variant in variants}) == len(variants)
    renamed = data.arrays(np.asfortranarray(PIXELS), LABELS.astype(np.int16), name="another")
    assert renamed.fingerprint == variants[0].fingerprint
    assert (
        dataclasses.replace(renamed, left_out=(LeftOut("a", phrase("passed.loose")),)).fingerprint
        == variants[0].fingerprint
    )


def test_weights_go_with_their_pictures() -> None:
    split = data.arrays(PIXELS, LABELS, weights=np.arange(1, 11)).train
    assert split.weights is not None
    assert split.head(2).weights.tolist() == [1, 2]
    assert split.tail(2).weights.tolist() == [9, 10]
    assert split.take(np.array([7, 0])).weights.tolist() == [8, 1]
    assert Subset(split, np.array([0, 2])).weights.tolist() == [0.5, 1.5]  # 1 on average
    assert Subset.whole(data.arrays(PIXELS, LABELS).train).weights is None


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        (np.ones(9), "one weight for each training picture, got float64 (9,), expected (10,)"),
        (["a"] * 10, "one weight for each training picture"),
        ([1] * 9 + [0], "weight 9 must be a finite number above 0, got 0"),
        ([1, float("nan")] + [1] * 8, "weight 1 must be a finite number above 0"),
        ([1, 1e-60] + [1] * 8, "weight 1 must be a finite number above 0"),  # 0 in float32
    ],
)
def test_weights_that_are_refused(weights: Any, message: str) -> None:
    with pytest.raises(InputError) as raised:
        data.arrays(PIXELS, LABELS, weights=weights)
    assert message in str(raised.value)


def test_hold_out_is_by_row() -> None:
    made = make()
    stay, held = made.hold_out(3)
    assert sorted([*stay.tolist(), *held.tolist()]) == list(range(10))
    assert len(held) == 3
    assert made.train.take(held).images[:, 0, 0, 0].tolist() == held.tolist()


def test_a_dataset_says_what_it_is_in_one_line_and_shows_grey_pictures_in_a_notebook() -> None:
    grey = make(classes=("a", "b", "c"))
    assert repr(grey) == "Dataset(arrays: 3 classes, 10 train, pictures of 1×1×4)"
    assert repr(grey.train) == "Split(10 pictures of 1×1×4)"
    for page in (grey._repr_html_(), grey.train._repr_html_()):
        assert page.count("data:image/png") == 1
        assert "10 × 1 × 4 · uint8" in page
    assert "classes: a, b, c" in grey._repr_html_()
    colour = data.Split(PIXELS, LABELS)
    assert "10 pictures of 3×4×5" in colour._repr_html_()
    assert "<img" not in colour._repr_html_()
