"""What a bound does on own and on made-up pictures, and what the made-up ones are."""

from __future__ import annotations

import types
from typing import Any

import numpy as np

from convscope.reporting.outsiders import MADE, blank, curve_of, noise, outsiders_of, shuffled
from tests.reporting.made import part


def test_a_curve_by_hand() -> None:
    own, others = np.arange(10.0), np.array([4.5, 7.5, 8.5, 20.0])
    points = curve_of(own, others)
    assert points[0] == (0.0, 0.25)
    assert points[1] == (0.1, 0.5)
    assert points[2] == (0.2, 0.75)
    assert points[-1] == (0.5, 1.0)
    assert curve_of(np.zeros(6), np.ones(2)) == ((0.0, 1.0),), "equal scores are above no bound"


def test_made_up_pictures() -> None:
    rng = np.random.default_rng(0)
    pictures = rng.integers(0, 256, (3, 3, 9, 10), dtype=np.uint8)
    mixed = shuffled(pictures, np.random.default_rng(1))
    assert (mixed != pictures).any()
    for before, after in zip(pictures, mixed, strict=True):
        tiles = [
            sorted(p[:, r : r + 2, c : c + 2].tobytes() for r in range(0, 8, 2) for c in range(0, 8, 2))
            for p in (before, after)
        ]
        assert tiles[0] == tiles[1]
    assert (mixed[:, :, 8] == pictures[:, :, 8]).all()
    assert all(len(np.unique(p.reshape(3, -1), axis=1).T) == 1 for p in blank(pictures, rng))
    assert noise(pictures, rng).shape == pictures.shape
    assert shuffled(pictures[:, :, :3, :3], rng).tolist() == pictures[:, :, :3, :3].tolist()


class Plain:
    """A model to which a picture is the more foreign, the less its pixels vary."""

    def __init__(self, threshold: float | None) -> None:
        rejection = threshold if threshold is None else types.SimpleNamespace(
            threshold=threshold, level=0.95, n=40, refused=0.05
        )  # fmt: skip
        self.file = types.SimpleNamespace(metadata=types.SimpleNamespace(rejection=rejection))
        self.spec = types.SimpleNamespace(invert="no", shape=(1, 8, 8))
        self.predictor: Any = self

    def outsiders(self, pictures: np.ndarray[Any, Any]) -> tuple[None, np.ndarray[Any, Any]]:
        return None, -pictures.std((1, 2, 3)).astype(np.float32)


def test_what_a_bound_does_is_counted() -> None:
    found = outsiders_of(Plain(-30.0), part())  # type: ignore[arg-type]
    assert found is not None
    assert (found.n, found.refused) == (90, 0.0)
    caught = {one.kind: one.caught for one in found.kinds}
    assert caught == {"shuffled": 0.0, "noise": 0.0, "blank": 1.0}
    assert found.kinds[2].interval[0] > 1 - 5 / MADE
    assert outsiders_of(Plain(None), part()) is None  # type: ignore[arg-type]
