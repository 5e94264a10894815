"""Margins against scikit-learn's ridge regression; the order by its promises; and what a training really shows."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from sklearn.linear_model import Ridge

from convscope.training import augmentation, hard_examples
from convscope.training.hard_examples import RIDGE, margins, move_hard_to_front
from convscope.training.loop import fit
from convscope.training.schedule import Schedule
from convscope.training.seeding import permutation
from convscope.training.state import State
from tests.toys import recipe, small, toy


@pytest.mark.parametrize(("shape", "every"), [((1, 8, 8), 1), ((3, 5, 7), 1), ((2, 1, 6), 1), ((1, 8, 8), 4)])
def test_margins_are_those_of_a_ridge_regression_on_shrunk_pictures(
    shape: tuple[int, int, int], every: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hard_examples, "SOLVED_ON", 1203 // every)
    rng = np.random.default_rng(3)
    images = rng.integers(0, 256, (1203, *shape), dtype=np.uint8)
    labels = (images.mean((1, 2, 3)) > 127).astype(np.int64) + (rng.random(1203) < 0.2)
    found = margins(torch.from_numpy(images), torch.from_numpy(labels), torch.arange(1203), 4).numpy()  # no 3

    h, w = (max(1, side // 2) for side in shape[1:])
    rows, columns = min(2, shape[1]), min(2, shape[2])
    cut = images[:, :, : h * rows, : w * columns].astype(float) / 255
    x = cut.reshape(1203, shape[0], h, rows, w, columns).mean((3, 5)) * rows / 2  # a side of 1 has no second pixel
    x = np.hstack([x.reshape(1203, -1), np.ones((1203, 1))])
    alpha = RIDGE * (x[::every] ** 2).sum(0).mean()
    scores = Ridge(alpha=alpha, fit_intercept=False).fit(x[::every], np.eye(4)[labels[::every]]).predict(x)
    own = scores[np.arange(1203), labels]
    scores[np.arange(1203), labels] = -np.inf
    np.testing.assert_allclose(found, own - scores.max(1), atol=2e-4)


@given(st.integers(1, 60), st.integers(0, 60), st.floats(1, 3), st.floats(0, 0.5), st.integers(0, 1000))
@pytest.mark.medium
def test_the_hardest_come_first_each_in_its_place(n: int, shown: int, spare: float, wrong: float, seed: int) -> None:
    order = permutation(n, seed, 0)
    margin = torch.rand(n, generator=torch.Generator().manual_seed(seed)) - wrong
    new = move_hard_to_front(order, margin, shown, spare)
    pool = min(n, max(round(spare * shown), 4 * int((margin <= 0).sum())))
    assert sorted(new.tolist()) == list(range(n))
    hard = set(margin.argsort()[:pool].tolist())
    assert set(new[:pool].tolist()) == hard
    assert new[:pool].tolist() == [i for i in order.tolist() if i in hard]
    assert new[pool:].tolist() == [i for i in order.tolist() if i not in hard]


def test_where_the_classifier_gets_a_quarter_wrong_nothing_is_preferred() -> None:
    order, margin = permutation(100, 0, 0), torch.linspace(-0.24, 0.76, 100)
    assert int((margin <= 0).sum()) == 24
    assert not torch.equal(move_hard_to_front(order, margin, 10, 1.3), order)
    assert torch.equal(move_hard_to_front(order, margin - 0.01, 10, 1.3), order)


@pytest.mark.parametrize(("steps", "broken"), [(1, None), (2, 0), (4, None), (5, None), (6, 1), (7, 1), (8, None)])
def test_only_an_epoch_that_is_broken_off_after_a_third_prefers_hard_pictures(
    steps: int, broken: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    images, labels = toy(n=64)  # four steps an epoch
    seen: list[int] = []
    batch = augmentation.batch
    monkeypatch.setattr(
        augmentation, "batch", lambda x, chosen, *rest: (seen.extend(chosen.tolist()), batch(x, chosen, *rest))[1]
    )
    how = recipe(hard=1.25)
    assert how.batches(64) == 4
    fit(State(small(), how), images, labels, Schedule((steps,)), seed=1)
    shown = [seen[i : i + 64] for i in range(0, len(seen), 64)]
    for epoch, pictures in enumerate(shown):
        order = permutation(64, 1, epoch)
        if epoch == broken:
            order = move_hard_to_front(order, margins(images, labels, torch.arange(64), 3), len(pictures), 1.25)
        assert pictures == order[: len(pictures)].tolist()
