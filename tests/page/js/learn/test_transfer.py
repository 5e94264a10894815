"""A new head on frozen features, fitted and chosen in the page, is that of convscope.transfer."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest

from convscope import modelfile
from convscope.explain.payload import nodes
from convscope.explain.payload.encoding import as_json
from convscope.formula import parse, trace
from convscope.lab.pretrained_file import pretrained_file
from convscope.page.large import forward_modules
from convscope.training.left_out import fitted_without
from convscope.training.starting import HeadRows
from convscope.transfer.choice import choose, strengths
from convscope.transfer.head import class_weights, fit
from convscope.transfer.rows import TapRows
from convscope.transfer.start import body_of
from convscope.transfer.taps import taps_of
from tests.page.js.learn.node import Learner

pytestmark = pytest.mark.medium

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


@pytest.mark.parametrize(("modules", "side"), [(forward_modules(), 224), ({}, 128)], ids=["webassembly", "javascript"])
def test_features_are_those_that_python_makes(learn: Learner, modules: Mapping[str, str], side: int) -> None:
    """Of smaller pictures where plain JavaScript is slow: the weights out of the file are the same."""
    shape = (3, side, side)
    known, data = pretrained_file()
    body = body_of(modelfile.read(known.model), shape)
    network = trace(parse(known.rows), shape, known.width)
    picture = np.random.default_rng(5).integers(0, 256, shape, dtype=np.uint8)
    found = learn.call(
        "frozen",
        nodes=as_json(nodes.page_nodes(network)),
        input={**known.input.to_json(), "shape": shape},
        weights={name: place.to_json() for name, place in known.weights.items()},
        bytes=np.frombuffer(data, np.uint8),
        picture=picture.ravel(),
        modules=modules,
    )
    tapped = TapRows(body, taps_of(body.network))
    wanted = tapped.of(picture[None])[0]
    assert found["fast"] == bool(modules)
    assert np.abs(found["row"] - wanted).max() < 1e-3 * np.abs(wanted).max()
    by_tap = [wanted[columns] for columns in tapped.columns.values()]
    places = {columns for head in known.heads for columns in head.columns}
    assert places == {(columns.start, columns.stop) for columns in tapped.columns.values()}
    assert min(np.abs(one).max() for one in by_tap) > 0.1, "every tap says something"


def test_what_is_learned_of_rows_is_what_python_learns(learn: Learner) -> None:
    """Scores of pictures left out, the head of all, and which of two choices of columns they come of."""
    rows = np.concatenate([features(3, 60, 0.1), features(4, 60, 1.0)], axis=1)
    looks = np.random.default_rng(1).normal(size=(len(LABELS), 12))
    found = learn.call(
        "transfer",
        rows=rows.tolist(),
        statistics=looks.tolist(),
        labels=LABELS.tolist(),
        classes=3,
        fold=FOLD.tolist(),
        again=[np.roll(FOLD, 1).tolist()],
        candidates=[[[0, 60]], [[60, 120]]],
    )
    assert (found["candidate"], found["balanced"]) == (1, False), "14 pictures are less than thrice 5"
    own = HeadRows(rows[:, 60:], LABELS, class_weights(LABELS, 3, False), len(LABELS))
    wanted = fitted_without(own, 3, found["strength"], FOLD)
    logits = np.array([one["logits"] for one in found["leftOut"]])
    np.testing.assert_allclose(logits, wanted.logits, rtol=2e-3, atol=2e-3)
    head = own.fit(3, found["strength"])
    scores = rows[:, 60:] @ np.reshape(found["head"]["weight"], (3, 60)).T + found["head"]["bias"]
    np.testing.assert_allclose(scores, head.scores(rows[:, 60:]), rtol=2e-3, atol=2e-3)
    assert {len(one["distances"]) for one in found["leftOut"]} == {2}, "left out once more, by the other folds"
    assert len({far["features"] for one in found["leftOut"] for far in one["distances"]}) == 2 * len(LABELS)


def test_pictures_taken_one_after_another_are_left_out_together(learn: Learner) -> None:
    labels = np.array([0] * 7 + [1] * 5 + [0] * 3)
    fold = np.array(learn.call("folds", labels=labels.tolist()))
    assert fold[labels == 0].tolist() == [0, 0, 1, 1, 2, 2, 3, 3, 4, 4]
    assert fold[labels == 1].tolist() == [0, 1, 2, 3, 4]
