"""Copies among what is measured, and of what was trained on."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from convscope import data
from convscope.evaluation.origins import find_origins


def noise(n: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (n, 1, 12, 12), dtype=np.uint8)


def with_copies() -> data.Dataset:
    """20 training pictures, of which 18 and 19 are copies of 0; 6 test pictures, of which 3 is a copy of 5, 4 of
    training picture 7, and 5 of test picture 1.
    """
    train, test = noise(20), noise(6, seed=1)
    train[18], train[19] = train[0], train[0]
    test[3], test[4], test[5] = train[5], train[7], test[1]
    return data.arrays(train, np.arange(20) % 2, ["a", "b"], test=(test, np.arange(6) % 2))


def test_test_pictures_that_training_has_seen() -> None:
    groups, leaked = find_origins(with_copies(), "test", None)
    assert leaked.tolist() == [False, False, False, True, True, False]
    assert groups[5] == groups[1]
    assert len(set(groups.tolist())) == 5
    held_out = find_origins(with_copies(), "test", np.array([5, 9]))  # what is held out calibrates
    assert held_out.leaked.tolist() == leaked.tolist()


def test_held_out_pictures_whose_copies_were_trained_on() -> None:
    groups, leaked = find_origins(with_copies(), "validation", np.array([0, 3, 18]))
    assert leaked.tolist() == [True, False, True]  # picture 19 was trained on
    assert groups[0] == groups[2] != groups[1]
    assert find_origins(with_copies(), "validation", np.array([0, 18, 19])).leaked.tolist() == [False] * 3


def test_the_datas_own_validation_pictures() -> None:
    whole = with_copies()
    own = replace(whole, validation=whole.test, test=None)
    assert find_origins(own, "validation", None).leaked.tolist() == [False] * 3 + [True, True, False]


def test_training_pictures_do_not_leak_but_are_copies() -> None:
    groups, leaked = find_origins(with_copies(), "train", None)
    assert not leaked.any()
    assert groups[0] == groups[18] == groups[19]


@pytest.mark.parametrize(("most", "found"), [(26, 5), (25, 6)])
def test_near_copies_are_looked_for_up_to_a_number_of_pictures(
    monkeypatch: pytest.MonkeyPatch, most: int, found: int
) -> None:
    from convscope.evaluation import origins

    smooth = np.kron(noise(6, seed=2)[:, :, ::3, ::3], np.ones((1, 1, 6, 6))).astype(np.uint8)
    smooth[5] = (smooth[1].astype(float) * 0.8 + 20).astype(np.uint8)  # darker
    train = np.kron(noise(20, seed=3)[:, :, ::3, ::3], np.ones((1, 1, 6, 6))).astype(np.uint8)
    dataset = data.arrays(train, np.arange(20) % 2, ["a", "b"], test=(smooth, np.arange(6) % 2))
    monkeypatch.setattr(origins, "MOST", most)
    assert len(set(find_origins(dataset, "test", None).groups.tolist())) == found
