"""Split, Dataset, arrays: views, fingerprints, the hold-out, and what is refused."""

from __future__ import annotations

import dataclasses
import hashlib
import struct
from collections import Counter
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from convscope import data
from convscope.data.dataset import shares
from convscope.errors import InputError

PIXELS = np.random.default_rng(0).integers(0, 256, (10, 3, 4, 5), dtype=np.uint8)
LABELS = np.array([0, 1, 2, 0, 1, 2, 0, 1, 2, 0])


def make(labels: Any = LABELS, **options: Any) -> data.Dataset:
    return data.arrays(np.arange(len(labels), dtype=np.uint8)[:, None, None, None].repeat(4, 3), labels, **options)


def test_head_and_tail_are_views() -> None:
    split = data.Split(PIXELS, LABELS, tuple("abcdefghij"))
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
    assert made.skipped == ()
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
    ]
    assert len({variant.fingerprint for variant in variants}) == len(variants)
    renamed = data.arrays(np.asfortranarray(PIXELS), LABELS.astype(np.int16), name="another")
    assert renamed.fingerprint == variants[0].fingerprint
    assert dataclasses.replace(renamed, skipped=(("a", "b"),)).fingerprint == variants[0].fingerprint


def test_hold_out_takes_the_last() -> None:
    made = make()
    rest, held = made.hold_out(3)
    assert held.images[:, 0, 0, 0].tolist() == [7, 8, 9]
    assert rest.images[:, 0, 0, 0].tolist() == [0, 1, 2, 3, 4, 5, 6]
    assert np.shares_memory(held.images, made.train.images)
    assert np.shares_memory(rest.images, made.train.images)


def test_hold_out_of_labels_class_by_class() -> None:
    made = make([0] * 6 + [1] * 3 + [2])
    rest, held = made.hold_out(3)
    assert held.images[:, 0, 0, 0].tolist() == [4, 5, 8]  # 1.8, 0.9 and 0.3 of 3: two, one and none, the last ones
    assert rest.images[:, 0, 0, 0].tolist() == [0, 1, 2, 3, 6, 7, 9]
    assert Counter(rest.labels.tolist()) == {0: 4, 1: 2, 2: 1}
    assert len(made.hold_out(7)[0]) == 3  # one of each stays
    assert len(made.hold_out(1)[1]) == len(make().hold_out(1)[1]) == 1
    with pytest.raises(InputError) as caught:
        made.hold_out(8)
    message = "arrays: pictures held out for validation, got 8, expected 1 to 7\ntry: 1 of the 10 training pictures"
    assert str(caught.value) == message


def test_hold_out_by_seed() -> None:
    made = make([k % 5 for k in range(100)])
    picked = [set(made.hold_out(20, seed)[1].images[:, 0, 0, 0].tolist()) for seed in (1, 1, 2)]
    assert picked[0] == picked[1] != picked[2]
    rest, held = made.hold_out(20, 1)
    assert Counter(held.labels.tolist()) == dict.fromkeys(range(5), 4)
    assert sorted([*rest.images[:, 0, 0, 0], *held.images[:, 0, 0, 0]]) == list(range(100))
    assert held.images[:, 0, 0, 0].tolist() == sorted(held.images[:, 0, 0, 0].tolist())
    # Frozen: a run that is resumed by a later version must hold out the same pictures.
    assert sorted(picked[0])[:6] == [2, 7, 8, 10, 14, 22]


@pytest.mark.parametrize("n", [0, -1, 10, 11])
def test_hold_out_of_too_many_or_none(n: int) -> None:
    with pytest.raises(InputError, match=f"got {n}, expected 1 to 9"):
        make().hold_out(n)


def test_hold_out_where_nothing_can_be_spared() -> None:
    with pytest.raises(InputError, match="no class has a picture to spare"):
        make([0, 1, 2]).hold_out(1)


@given(st.lists(st.integers(0, 30), min_size=1, max_size=8), st.data())
def test_shares(counts: list[int], draw: st.DataObject) -> None:
    most = sum(max(0, count - 1) for count in counts)
    n = draw.draw(st.integers(0, most))
    given = shares(counts, n) if sum(counts) else [0] * len(counts)
    assert sum(given) == n
    for count, share in zip(counts, given, strict=True):
        assert 0 <= share <= max(0, count - 1)
    exact = [n * count / max(1, sum(counts)) for count in counts]
    if all(round(e + 0.5) <= max(0, c - 1) for e, c in zip(exact, counts, strict=True)):
        assert all(abs(e - share) < 1 for e, share in zip(exact, given, strict=True))


def test_shares_worked_out_by_hand() -> None:
    assert shares([50, 30, 20], 10) == [5, 3, 2]
    assert shares([6, 3, 1], 3) == [2, 1, 0]
    assert shares([5, 5], 3) == [2, 1]
    assert shares([100, 1, 1], 60) == [60, 0, 0]
    with pytest.raises(ValueError, match="cannot share"):
        shares([2, 2], 3)
