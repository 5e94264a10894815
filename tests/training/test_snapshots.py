"""Snapshots: when they are taken, what they hold, and how small they are."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
import torch

from convscope.data import Split
from convscope.formula import parse, resolve, trace
from convscope.nn import build
from convscope.pictures.input_spec import InputSpec
from convscope.runs.tensor_files import pack
from convscope.training.snapshots import Sample, snapshot_steps, take


@pytest.mark.parametrize(
    ("steps", "wanted"),
    [(1, 2), (2, 3), (10, 7), (16, 8), (40, 9), (100, 9), (164, 10), (250, 15), (256, 16), (562, 16), (3_750_000, 16)],
)
def test_at_most_16_from_first_to_last(steps: int, wanted: int) -> None:
    when = sorted(snapshot_steps(steps))
    assert len(when) == wanted
    assert (when[0], when[-1]) == (0, steps)
    gaps = np.diff(when)
    assert all(b >= a - 1 for a, b in pairwise(gaps))


SPEC, CPU = InputSpec((1, 1, 1)), torch.device("cpu")


def test_the_sample_is_spread_over_everything() -> None:
    images, labels = np.arange(1000, dtype=np.uint8).reshape(1000, 1, 1, 1), np.arange(1000)
    sample = Sample.of(Split(images, labels), False, False, frozenset(), SPEC, CPU)
    assert len(sample.labels) == 250
    assert (sample.labels[0], sample.labels[-1]) == (0, 999)
    assert np.diff(sample.labels).max() <= 5
    assert np.array_equal(sample.images[:, 0, 0, 0].numpy(), sample.labels.astype(np.uint8))
    few = Sample.of(Split(images[:3], labels[:3]), False, False, frozenset(), SPEC, CPU)
    assert len(few.labels) == 3


def test_it_holds_kernels_maps_and_confusion() -> None:
    net = build(
        trace(parse("crop(9) + conv(12, 3) + bn + relu + dropout(0.5) + conv(4, 2) + fc"), (3, 11, 10), 5),
        InputSpec((3, 11, 10)),
    ).train()
    rng = np.random.default_rng(0)
    images, labels = rng.integers(0, 256, (20, 3, 11, 10), dtype=np.uint8), rng.integers(0, 5, 20)
    before = {n: v.clone() for n, v in net.state_dict().items()}
    snapshot = take(net, torch.from_numpy(images), labels, 7, held_out=True, bf16=False)
    tensors, facts = snapshot.tensors, snapshot.facts
    assert net.training
    assert all(torch.equal(v, before[n]) for n, v in net.state_dict().items())
    with torch.no_grad():
        outputs = net.eval().outputs(torch.from_numpy(images))
    predicted = outputs[-1].argmax(1).numpy()
    assert (facts.step, facts.n) == (7, 20)
    assert facts.accuracy == (predicted == labels).mean()
    assert (facts.pictures, facts.kernels) == ("held out", "conv1")
    assert [(int(r), int(c)) for r, c in np.argwhere(tensors["confusion"])] == sorted(
        {(int(t), int(p)) for t, p in zip(labels, predicted, strict=True)}
    )
    assert np.array_equal(tensors["kernels"], net.get_parameter("conv1.weight").detach().numpy().astype(np.float16))
    np.testing.assert_allclose(tensors["maps.conv1"], outputs[1][0, :8].numpy(), atol=2e-3, rtol=2e-3)
    np.testing.assert_allclose(tensors["maps.conv2"], outputs[5][0].numpy(), atol=2e-3, rtol=2e-3)
    np.testing.assert_allclose(tensors["scores"], outputs[-1][0].numpy(), atol=1e-5)
    assert np.array_equal(tensors["picture"], images[0])


def test_numbers_beyond_half_precision_are_cut_to_its_largest() -> None:
    net = build(trace(parse("conv(1, 1) + fc"), (1, 2, 2), 2), InputSpec((1, 2, 2)))
    with torch.no_grad():
        net.get_parameter("conv1.weight").fill_(-1e9)
    snapshot = take(
        net, torch.zeros(1, 1, 2, 2, dtype=torch.uint8), np.zeros(1, np.int64), 3, held_out=False, bf16=False
    )
    assert snapshot.tensors["kernels"].item() == -65504


def test_a_network_without_convolutions_has_no_kernels() -> None:
    net = build(trace(parse("fc(5) + relu + fc"), (1, 4, 4), 2), InputSpec((1, 4, 4)))
    snapshot = take(
        net, torch.zeros(3, 1, 4, 4, dtype=torch.uint8), np.zeros(3, np.int64), 3, held_out=False, bf16=False
    )
    assert sorted(snapshot.tensors) == ["confusion", "picture", "scores"]
    assert (snapshot.facts.kernels, snapshot.facts.pictures) == (None, "training")


def test_sixteen_of_slides_are_small() -> None:
    net = build(trace(resolve("slides")), InputSpec((1, 28, 28)))
    snapshot = take(
        net, torch.zeros(2, 1, 28, 28, dtype=torch.uint8), np.zeros(2, np.int64), 3, held_out=False, bf16=False
    )
    assert 16 * len(pack(snapshot.tensors, snapshot.facts.to_json(), "x")) < 500_000
