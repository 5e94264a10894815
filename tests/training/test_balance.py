"""Classes of unlike sizes: when they are balanced, by what weights, and in which order small ones are shown."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from sklearn.utils.class_weight import compute_class_weight

from convscope import data
from convscope.training.balance import loss_weights, oversampled, resolve_balance
from convscope.training.session import train

CPU = torch.device("cpu")


@pytest.mark.parametrize(("counts", "auto"), [((9, 4), "none"), ((9, 3), "weights"), ((0, 9, 4), "none")])
def test_auto_balances_where_one_class_is_three_times_another(counts: tuple[int, ...], auto: str) -> None:
    labels = np.repeat(np.arange(len(counts)), counts)
    assert resolve_balance(None, labels) == resolve_balance("auto", labels) == auto
    assert [resolve_balance(asked, labels) for asked in ("none", "oversample")] == ["none", "oversample"]


def test_weights_are_scikit_learns() -> None:
    labels = np.repeat([0, 1, 2], [50, 20, 5])
    wanted = compute_class_weight("balanced", classes=np.arange(3), y=labels)
    np.testing.assert_allclose(loss_weights(labels, 3, CPU).numpy(), wanted, rtol=1e-6)
    assert loss_weights(labels, 4, CPU)[3] == 0


@given(st.lists(st.integers(0, 3), min_size=1, max_size=60), st.integers(0, 9))
@pytest.mark.medium
def test_every_class_is_shown_as_often_and_small_ones_again(classes: list[int], seed: int) -> None:
    labels = np.array(classes)
    order = np.random.default_rng(seed).permutation(len(labels))
    shown = oversampled(labels, order)
    counts = np.bincount(labels[shown], minlength=4)[np.unique(labels)]
    assert len(shown) == len(labels)
    assert counts.max() - counts.min() <= 1
    for k in np.unique(labels):
        mine = shown[labels[shown] == k]
        assert len(set(mine[: (labels == k).sum()].tolist())) == min(len(mine), (labels == k).sum())


def test_classes_of_one_size_are_shown_each_once() -> None:
    labels, order = np.array([0, 1, 1, 0]), np.array([3, 2, 0, 1])
    assert oversampled(labels, order).tolist() == [3, 2, 0, 1]


@pytest.mark.parametrize("balance", ["weights", "oversample"])
@pytest.mark.medium
def test_a_rare_class_is_found_more_often(tmp_path: Path, balance: str) -> None:
    """Two classes that overlap, 30 to 1: without balance nearly nothing is called the rare one."""
    rng = np.random.default_rng(0)

    def pictures(*counts: int) -> tuple[np.ndarray, np.ndarray]:
        labels = np.repeat([0, 1], counts)
        noise = rng.normal(0, 50, (len(labels), 1, 6, 6)) + (110 + 20 * labels)[:, None, None, None]
        return noise.clip(0, 255).astype(np.uint8), labels

    images, labels = pictures(300, 10)
    given = data.arrays(images, labels, ["common", "rare"], test=pictures(100, 100), name="rare")
    found = {}
    for how in ("none", balance):
        asked = {"arch": "conv(2, 3) + relu + fc", "epochs": 8, "threads": 1, "val": 0, "flips": "no"}
        result = train(given, out=tmp_path / how, balance=how, **asked)  # type: ignore[arg-type]
        assert result.test is not None
        found[how] = result.test.confusion[1, 1]
    assert found[balance] > found["none"] + 10
