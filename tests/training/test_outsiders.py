"""The rejection of a run: its pictures as the network reads them, each held out once, and what it makes of them."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from convscope import data
from convscope.checking.copies import find_copies
from convscope.data.subset import Subset
from convscope.formula import parse, trace
from convscope.nn import Net, build
from convscope.pictures.input_spec import InputSpec
from convscope.rejection import Fitted
from convscope.rejection.features import Features
from convscope.rejection.fitting import Folds, Seen, fit_rejection
from convscope.rejection.operators import DIRECTIONS, WHITENING
from convscope.training.outsiders import features_of, rejection_of
from convscope.training.parts import Parts

SHAPE = (1, 9, 9)
RNG = np.random.default_rng(0)
IMAGES = RNG.integers(0, 256, (120, *SHAPE), dtype=np.uint8)
IMAGES[100:] = IMAGES[60:80]  # of sixty held out, twenty are copies of others
LABELS = np.arange(120) % 3


def net(invert: str = "no", formula: str = "conv(4, 3) + relu + conv(5, 3) + maxpool(2) + fc") -> Net:
    return build(trace(parse(formula), SHAPE, 3), InputSpec(SHAPE, (99.0,), (50.0,), invert=invert), 1)


def parts() -> Parts:
    dataset = data.arrays(IMAGES, LABELS)
    rows = np.arange(120)
    return Parts(dataset, Subset(dataset.train, rows[:60]), Subset(dataset.train, rows[60:]), find_copies(dataset))


def seen(made: Net, rows: slice, pictures: np.ndarray = IMAGES) -> Seen:
    with torch.inference_mode():
        outputs = made.outputs(torch.from_numpy(pictures[rows]))
    return Seen(pictures[rows], LABELS[rows], outputs[-2].flatten(1).numpy())  # the last is fc's


def same(a: object, b: object) -> bool:
    assert isinstance(a, Fitted)
    assert isinstance(b, Fitted)
    close = (np.allclose(a.tensors[name], b.tensors[name], atol=1e-4) for name in (WHITENING, DIRECTIONS))
    return a.rejection.n == b.rejection.n and np.isclose(a.rejection.threshold, b.rejection.threshold) and all(close)


def test_copies_count_once() -> None:
    made = net()
    expected = fit_rejection(seen(made, slice(60)), seen(made, slice(60, 100)), Features.of(made.network))
    assert same(rejection_of(parts(), made, None), expected)


def test_pictures_are_as_the_network_reads_them() -> None:
    made = net("yes")
    own, held = (seen(made, rows, 255 - IMAGES) for rows in (slice(60), slice(60, 100)))
    assert same(rejection_of(parts(), made, None), fit_rejection(own, held, Features.of(made.network)))


def test_those_left_out_count_beside_those_held_out() -> None:
    made, fold = net(), np.arange(60) % 5
    own, held = seen(made, slice(60)), seen(made, slice(60, 100))
    found = rejection_of(parts(), made, fold)
    assert isinstance(found, Fitted)
    assert found.rejection.n == 100
    random = fit_rejection(own, held, Features.of(made.network), Folds(fold, fold, np.ones(60, np.bool_)))
    assert isinstance(random, Fitted)
    assert found.rejection.parts[0] == random.rejection.parts[0]
    assert found.rejection.parts[1] != random.rejection.parts[1]  # noise is no drawing: its features go by blocks


@pytest.mark.parametrize(
    "formula", ["conv(3, 1) + gap", "crop(5) + conv(3, 2) + gap", "conv(4, 3) + relu + conv(3, 1) + gap"]
)
def test_features_are_what_the_last_layer_with_weights_reads(formula: str) -> None:
    made = net(formula=formula)
    layout = Features.of(made.network)
    scaled = (IMAGES[:4] - np.float32(99)) / np.float32(50)
    made.eval()
    with torch.inference_mode():
        outputs = [torch.from_numpy(scaled), *made.outputs(torch.from_numpy(IMAGES[:4]))]
    wanted = outputs[layout.node + 1].flatten(1).numpy()
    made.train()
    np.testing.assert_allclose(features_of(made, layout, IMAGES[:4]), wanted, rtol=1e-6, atol=1e-6)
    assert made.training  # as it was


def test_without_held_out_pictures_there_is_none() -> None:
    made = parts()
    alone = Parts(made.dataset, made.train, None)
    assert str(rejection_of(alone, net(), None)).endswith("no pictures were held out")
