"""A run's pictures by their use: their groups and leaks are those of their own rows, in every split."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import torch

from convscope import data
from convscope.checking.copies import find_copies
from convscope.pictures.input_spec import InputSpec
from convscope.runs.packed_rows import pack_rows
from convscope.runs.records import DataSource
from convscope.training.parts import Parts

HELD = np.array([3, 23, 43, 7])


def parts(known: bool = True) -> Parts:
    """Sixty pictures, of which the last forty are copies of the first twenty; five test pictures, one a copy."""
    rng = np.random.default_rng(0)
    images, other = rng.integers(0, 256, (2, 60, 1, 9, 9), dtype=np.uint8)
    images[20:40] = images[40:] = images[:20]
    other[2] = images[5]
    labels = np.arange(60) % 20
    dataset = data.arrays(images, labels, test=(other[:5], labels[:5]))
    source = DataSource(None, None, None, "s", dataset.fingerprint, dataset.shape, 56, 4, 5)
    source = replace(source, held_out=pack_rows(np.sort(HELD), 60))
    return Parts.of(dataset, source, find_copies(dataset) if known else None)


def test_held_out_pictures_have_the_groups_of_their_rows() -> None:
    made = parts()
    assert made.held is not None
    assert made.held.rows.tolist() == [3, 7, 23, 43]
    groups = made.groups(made.held)
    assert groups is not None
    assert groups[0] == groups[2] == groups[3] != groups[1]
    assert made.leaked(made.held) is None
    assert len(made.train) == 56


def test_a_test_picture_that_training_has_seen_is_a_leak() -> None:
    made = parts()
    assert made.test is not None
    leaked, groups = made.leaked(made.test), made.groups(made.test)
    assert leaked is not None
    assert groups is not None
    assert leaked.tolist() == [False, False, True, False, False]
    assert len(np.unique(groups)) == 5
    spec, device = InputSpec((1, 9, 9)), torch.device("cpu")
    images = torch.from_numpy(made.dataset.train.images)
    labelled = made.labelled(made.test, spec, device, images)
    assert labelled is not None
    assert labelled.figures(np.eye(20, dtype=np.float32)[:5]).without_leaks is not None
    held = made.labelled(made.held, spec, device, images)
    assert held is not None
    assert held.images is images  # not copied
    assert made.labelled(None, spec, device, images) is None


def test_without_copies_every_picture_stands_alone() -> None:
    made = parts(known=False)
    assert made.test is not None
    assert (made.groups(made.test), made.leaked(made.test)) == (None, None)
