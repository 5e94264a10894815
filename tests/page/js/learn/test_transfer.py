"""A new head on frozen features, fitted and chosen in the page, is that of convscope.transfer."""

from __future__ import annotations

import numpy as np
import pytest

from convscope.transfer.choice import choose, strengths
from convscope.transfer.head import class_weights, fit
from tests.page.js.learn.node import Learner

COUNTS = (14, 9, 5)
LABELS = np.repeat(np.arange(3), COUNTS)
FOLD = np.concatenate([np.arange(count) * 5 // count for count in COUNTS])


def features(seed: int, width: int, apart: float) -> np.ndarray:
    """Return rows of which the classes lie so far apart, in units that differ from column to column."""
    rng = np.random.default_rng(seed)
    shift = rng.normal(size=(3, width))
    rows = rng.normal(size=(len(LABELS), width)) + apart * shift[LABELS]
    return np.asarray((rows * np.geomspace(0.01, 30, width) + 3).astype(np.float32))


@pytest.mark.parametrize("balanced", [False, True])
@pytest.mark.parametrize("width", [4, 90])
def test_a_head_is_at_pythons_optimum(learn: Learner, width: int, balanced: bool) -> None:
    """Of fewer features than pictures nothing is turned, of more the pictures' own directions are enough."""
    rows = features(0, width, 0.8)
    wanted = fit(rows, LABELS, 3, 0.1, class_weights(LABELS, 3, balanced), 1e-9)
    found = learn.call(
        "head",
        features=rows.tolist(),
        columns=[[0, width]],
        labels=LABELS.tolist(),
        classes=3,
        strength=0.1,
        balanced=balanced,
        tolerance=1e-9,
    )
    weight = np.reshape(found["weight"], (3, width))
    np.testing.assert_allclose(weight, wanted.weight, rtol=1e-4, atol=1e-5 * np.abs(wanted.weight).max())
    scores = rows @ weight.T + np.array(found["bias"])
    np.testing.assert_allclose(scores, wanted.scores(rows), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("telling", [0, 1, 2])
def test_the_choice_is_pythons(learn: Learner, telling: int) -> None:
    """Three sets of features of which one tells most: two of their columns side by side, and one of two pieces."""
    parts = [features(seed, 40, 1.2 if seed == telling else 0.1) for seed in range(3)]
    rows = np.concatenate(parts, axis=1)
    columns = {"0": [[0, 40]], "1": [[40, 80]], "2": [[80, 120]], "3": [[0, 40], [80, 120]]}
    sets = {name: np.concatenate([rows[:, a:b] for a, b in some], axis=1) for name, some in columns.items()}
    best, error = choose(sets, LABELS, 3, FOLD, True)
    found = learn.call(
        "choice",
        features=rows.tolist(),
        candidates=list(columns.values()),
        labels=LABELS.tolist(),
        classes=3,
        fold=FOLD.tolist(),
        balanced=True,
    )
    assert str(found["candidate"]) == best.name
    assert found["strength"] == best.strength
    assert found["error"] == pytest.approx(error, rel=1e-6)
    tried = strengths(best.name, sets[best.name], LABELS, 3, FOLD, True)
    assert [one["loss"] for one in found["tried"]] == pytest.approx([one.loss for one in tried], rel=2e-3)
