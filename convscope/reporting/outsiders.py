"""What a bound for "none of these" does: how many of the classes' own pictures it refuses, and how many made-up ones
that belong to none.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from ..evaluation import wilson
from ..evaluation.intervals import independent
from .part import Part
from .pictures import Pixels, address_of
from .records import OutsiderKind, Outsiders

if TYPE_CHECKING:
    from ..prediction import Model

MOST = 1_000  # own pictures
MADE = 100  # pictures of each kind that is made up
TILES = 4  # a side, into which own pictures are cut
POINTS = 41  # of a curve
FARTHEST = 0.5  # share of own pictures refused, up to which a curve is drawn

Scores = np.ndarray[Any, np.dtype[np.float64]]


def outsiders_of(model: Model, part: Part) -> Outsiders | None:
    """Return what the model's bound does on pictures of a part and on made-up ones; None for a model without one."""
    rejection = model.file.metadata.rejection
    if rejection is None:
        return None
    rng = np.random.default_rng(0)
    rows = np.sort(rng.permutation(len(part))[:MOST])
    own = _scores(model, part.pictures.images[rows])
    refused = float((own > rejection.threshold).mean())
    worth = float(len(rows)) if part.groups is None else independent(part.groups[rows])
    some = part.pictures.images[rows[rng.integers(0, len(rows), MADE)]]
    kinds = []
    for kind, make in KINDS.items():
        pictures = make(some, rng)
        scores = _scores(model, pictures)
        caught = float((scores > rejection.threshold).mean())
        interval = wilson(caught * len(scores), len(scores))
        kinds.append(OutsiderKind(kind, caught, interval, address_of(pictures[0]), curve_of(own, scores)))
    return Outsiders(
        threshold=rejection.threshold,
        level=rejection.level,
        n=len(rows),
        refused=refused,
        interval=wilson(refused * worth, worth),
        held_out=rejection.n,
        held_out_refused=rejection.refused,
        kinds=tuple(kinds),
    )


def curve_of(own: Scores, others: Scores) -> tuple[tuple[float, float], ...]:
    """Return, for bounds that refuse from none to half of the own pictures, the share of own pictures above each bound
    and the share of the others.

    >>> curve_of(np.array([0.0, 1.0]), np.array([0.5, 2.0]))
    ((0.0, 0.5), (0.5, 1.0))
    """
    falling = np.sort(own)[::-1]
    counts = np.unique(np.linspace(0, FARTHEST * len(own), POINTS).astype(np.int64))
    points = []
    for count in counts.tolist():
        bound = falling[min(count, len(falling) - 1)]  # `count` scores are above it, or fewer where some are equal
        points.append((round(float((own > bound).mean()), 6), round(float((others > bound).mean()), 6)))
    return tuple(dict.fromkeys(points))


def noise(pictures: Pixels, rng: np.random.Generator) -> Pixels:
    """Return as many pictures whose every number is drawn by itself."""
    drawn = rng.bytes(pictures.size)
    return np.frombuffer(drawn, np.uint8).reshape(pictures.shape)


def blank(pictures: Pixels, rng: np.random.Generator) -> Pixels:
    """Return as many pictures of one colour each."""
    colours = rng.integers(0, 256, (*pictures.shape[:2], 1, 1), dtype=np.uint8)
    return np.ascontiguousarray(np.broadcast_to(colours, pictures.shape))


def shuffled(pictures: Pixels, rng: np.random.Generator) -> Pixels:
    """Return the pictures cut into 4 × 4 tiles that are put together in another order; what is left at the right and at
    the bottom stays.
    """
    made = pictures.copy()
    height, width = (side // TILES for side in pictures.shape[2:])
    if not height or not width:
        return made
    places = [(r * height, c * width) for r in range(TILES) for c in range(TILES)]
    for i, picture in enumerate(pictures):
        for (r, c), k in zip(places, rng.permutation(len(places)).tolist(), strict=True):
            row, column = places[k]
            made[i, :, r : r + height, c : c + width] = picture[:, row : row + height, column : column + width]
    return made


KINDS: dict[str, Callable[[Pixels, np.random.Generator], Pixels]] = {
    "shuffled": shuffled,
    "noise": noise,
    "blank": blank,
}


def _scores(model: Model, pictures: Pixels) -> Scores:
    """Return how foreign pictures are to a model, (n,)."""
    from ..pictures.preprocessing import preprocess_stack

    read, _ = preprocess_stack(model.spec, pictures)
    _, found = model.predictor.outsiders(read)
    assert found is not None  # the file has a bound
    scores: Scores = found.astype(np.float64)
    return scores
