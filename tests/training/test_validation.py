"""How many pictures are held out, and what a network scores on them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from convscope import data
from convscope.data import Split
from convscope.data.subset import Subset
from convscope.errors import InputError
from convscope.evaluation import score
from convscope.pictures.input_spec import InputSpec
from convscope.pictures.preprocessing import preprocess
from convscope.training.options import TrainOptions
from convscope.training.recipes import RECIPES
from convscope.training.resolve import resolve_settings
from convscope.training.start_recipes import HEAD
from convscope.training.validation import (
    LabelledImages,
    as_tensor,
    choose_held_out,
    default_held_out,
    scores,
    sixth,
    split_training,
)
from convscope.training.workers import SingleWorker
from tests.toys import small, toy

CPU = torch.device("cpu")


def grey(n: int, tested: bool) -> data.Dataset:
    images, labels = np.zeros((n, 1, 2, 2), np.uint8), np.arange(n) % 2
    return data.arrays(images, labels, ["a", "b"], test=(images[:4], labels[:4]) if tested else None)


@pytest.mark.parametrize(("n", "held"), [(60, 10), (65, 10), (70_000, 10_000)])
def test_a_sixth_is_held_out_where_there_are_no_test_pictures(n: int, held: int) -> None:
    dataset = grey(n, tested=False)
    assert default_held_out(dataset, RECIPES["fast"]) == default_held_out(dataset, RECIPES["slides"]) == held
    assert sixth(dataset) == min(10_000, n // 6)


@pytest.mark.parametrize(
    ("n", "held"),
    [(16, 2), (149, 24), (150, 30), (180, 30), (300, 50), (360, 60), (600, 60), (5_000, 500), (60_000, 5_000)],
)
def test_where_there_are_test_pictures_what_calibration_needs_is_held_out(n: int, held: int) -> None:
    assert default_held_out(grey(n, tested=True), RECIPES["fast"]) == held
    assert default_held_out(grey(n, tested=True), RECIPES["slides"]) == 0  # the lecture trains on all


@pytest.mark.parametrize(
    ("n", "tested", "held"), [(40, True, 0), (1_500, True, 0), (1_501, True, 150), (600, False, 100)]
)
def test_of_few_pictures_none_is_held_out_for_a_head_that_is_tested(n: int, tested: bool, held: int) -> None:
    assert default_held_out(grey(n, tested=tested), HEAD) == held


def test_every_picture_is_trained_on_or_held_out_and_the_seed_says_which() -> None:
    dataset, held = grey(200, tested=True), []
    for seed in (0, 0, 1):
        rows = choose_held_out(dataset, RECIPES["fast"], None, seed)
        train, held_out = split_training(dataset, rows)
        assert held_out is not None
        held.append(held_out.rows.tolist())
        assert sorted([*train.rows.tolist(), *held[-1]]) == list(range(200))
        assert sorted(np.bincount(held_out.labels).tolist()) == [16, 17]
    assert held[0] == held[1] != held[2]
    assert choose_held_out(dataset, RECIPES["fast"], 0, 0) is None
    train, none = split_training(dataset, None)
    assert (len(train), none) == (200, None)


def test_of_one_group_none_is_held_out_alone_and_every_class_keeps_one() -> None:
    dataset = grey(200, tested=False)
    groups = np.arange(200) // 4  # two pictures of either class
    rows = choose_held_out(dataset, RECIPES["fast"], None, 0, groups)
    assert rows is not None
    assert not set(groups[rows]) & set(np.delete(groups, rows))
    assert len(rows) in (32, 36)
    alone = np.arange(200) % 2  # each class is one group: none can go
    assert choose_held_out(dataset, RECIPES["fast"], None, 0, alone) is None
    with pytest.raises(InputError):
        choose_held_out(dataset, RECIPES["fast"], 5, 0, alone)


def test_the_datas_own_validation_pictures_are_what_validates() -> None:
    dataset = grey(200, tested=False)
    dataset = replace(dataset, validation=dataset.train.head(7))
    assert choose_held_out(dataset, RECIPES["fast"], None, 0) is None
    train, held_out = split_training(dataset, None)
    assert held_out is not None
    assert (len(train), held_out.split) == (200, dataset.validation)
    with pytest.raises(InputError, match=r"validation pictures of its own.*got val= and 7 pictures\ntry: leave val="):
        resolve_settings(TrainOptions(dataset, "fc", val=3), dataset, SingleWorker())


def test_scores_are_those_of_evaluation_and_leave_the_net_as_it_was() -> None:
    images, _ = toy(n=21)
    net = small("crop(6) + conv(4, 3) + bn + dropout(0.5) + fc").train()
    before = {n: v.clone() for n, v in net.state_dict().items()}
    got = scores(net, (images[i : i + 4] for i in range(0, 21, 4)))
    assert net.training
    assert all(torch.equal(v, before[n]) for n, v in net.state_dict().items())
    with torch.no_grad():
        np.testing.assert_allclose(got, net.eval()(images).numpy(), rtol=1e-5, atol=1e-6)
    assert scores(net, ()).shape == (0, 3)
    assert not net.training


def test_pictures_at_rows_are_measured_as_the_network_reads_them() -> None:
    images, labels = (tensor.numpy() for tensor in toy(n=30))
    images[4] = 255
    images[4, :, 3:5, 3:5] = 0  # dark on light
    rows = np.array([7, 4, 4, 29])
    spec = InputSpec((1, 8, 8), invert="auto")
    measured = LabelledImages.of(Subset(Split(images, labels), rows), ("a", "b", "c"), spec, CPU)
    read = [preprocess(spec, images[row]).pixels for row in rows]
    assert (read[1] != images[4]).any()
    np.testing.assert_array_equal(torch.cat(list(measured.batches(slice(0, 4), size=3))).numpy(), np.stack(read))
    assert [len(batch) for batch in measured.batches(slice(1, 4), size=2)] == [2, 1]
    net = small()
    expected = score(scores(net, [torch.from_numpy(np.stack(read))]), labels[rows], "abc")
    assert measured.evaluate(net).to_json() == {**expected.to_json(), "classes": ["a", "b", "c"]}


def test_memory_that_is_only_read_becomes_a_tensor_without_a_copy() -> None:
    array = np.arange(5, dtype=np.uint8)
    array.flags.writeable = False
    tensor = as_tensor(array, CPU)
    assert tensor.data_ptr() == array.ctypes.data
