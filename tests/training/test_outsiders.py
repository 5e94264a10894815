"""The rejection of a run: its held-out pictures as the network reads them, each only once."""

from __future__ import annotations

import numpy as np

from convscope import data
from convscope.checking.copies import find_copies
from convscope.data.subset import Subset
from convscope.pictures.input_spec import InputSpec
from convscope.rejection import Fitted
from convscope.rejection.fitting import fit_rejection
from convscope.rejection.operators import WHITENING
from convscope.training.outsiders import rejection_of
from convscope.training.parts import Parts

SHAPE = (1, 9, 9)
RNG = np.random.default_rng(0)
IMAGES = RNG.integers(0, 256, (120, *SHAPE), dtype=np.uint8)
IMAGES[100:] = IMAGES[60:80]  # of sixty held out, twenty are copies of others
SCORES = RNG.normal(size=(60, 3)).astype(np.float32)


def parts() -> Parts:
    dataset = data.arrays(IMAGES, np.arange(120) % 3)
    rows = np.arange(120)
    return Parts(dataset, Subset(dataset.train, rows[:60]), Subset(dataset.train, rows[60:]), find_copies(dataset))


def same(a: object, b: object) -> bool:
    assert isinstance(a, Fitted)
    assert isinstance(b, Fitted)
    return a.rejection == b.rejection and np.array_equal(a.tensors[WHITENING], b.tensors[WHITENING])


def test_copies_count_once() -> None:
    made = rejection_of(parts(), InputSpec(SHAPE), SCORES, None)
    assert same(made, fit_rejection(IMAGES[:60], IMAGES[60:100], SCORES[:40]))


def test_pictures_are_as_the_network_reads_them() -> None:
    spec = InputSpec(SHAPE, invert="yes")
    assert same(
        rejection_of(parts(), spec, SCORES, None), fit_rejection(255 - IMAGES[:60], 255 - IMAGES[60:100], SCORES[:40])
    )


def test_without_held_out_pictures_there_is_none() -> None:
    made = parts()
    alone = Parts(made.dataset, made.train, None)
    assert str(rejection_of(alone, InputSpec(SHAPE), None, None)).endswith("no pictures were held out")
