"""Whether pictures are photographs, and what a training from scratch changes in them each time that they are shown."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ..data.subset import Subset
from ..errors import Phrase, phrase
from .recipes import Augmentation, Recipe

Pixels = np.ndarray[Any, np.dtype[np.uint8]]

FLAT = 0.4  # share of neighbouring pixels that are the same in pictures that are drawn rather than photographed
SAME = 1  # levels of 255 between neighbours that are the same
LOOKED_AT = 200
ZOOM = 0.4  # up to 1.4 times as near, or as far


@dataclass(frozen=True, slots=True)
class Views:
    """Whether pictures are shown nearer and farther as well, and the sentence that says why, where there is something
    to say.
    """

    on: bool
    said: tuple[Phrase, ...] = ()


def decide_views(recipe: Recipe, pictures: Subset, flips: bool) -> Views:
    """Return whether the training pictures are shown nearer and farther as well. A recipe's "yes" and "no" are
    obeyed; for "auto" they are if they are colour photographs that mean the same in a mirror (`flips`): letters do not,
    and what is drawn is none.
    """
    if recipe.augment != "auto":
        return Views(True, (phrase("augment.yes"),)) if recipe.augment == "yes" else Views(False)
    colour = pictures.images.shape[1] == 3
    if not (colour and flips and len(pictures) and are_photographs(pictures)):
        return Views(False)
    return Views(True, (phrase("augment.photographs"),))


def as_photographs(how: Augmentation) -> Augmentation:
    """Return an augmentation for photographs: in place of its shift, nearer and farther views, moved as much."""
    return replace(how, shift=0, translate=max(how.translate, float(how.shift)), zoom=ZOOM, edge=True)


def are_photographs(pictures: Subset) -> bool:
    """Return whether pictures are photographs rather than drawings, letters and things on an even ground: whether, in
    half of them, most neighbouring pixels differ.
    """
    rows = np.unique(np.linspace(0, len(pictures) - 1, LOOKED_AT).astype(np.int64))
    return float(np.median([flatness(pictures.images[int(row) : int(row) + 1][0]) for row in rows])) < FLAT


def flatness(picture: Pixels) -> float:
    """Return the share of neighbouring pixels of a picture (C, H, W) that are the same in all channels.

    >>> flatness(np.array([[[0, 1, 9], [0, 5, 9]]], np.uint8))  # 1 of 4 pairs across, 2 of 3 down
    0.4583333333333333
    """
    levels = picture.astype(np.int16)
    shares = []
    for axis in (2, 1):
        apart = np.abs(np.diff(levels, axis=axis)).max(0)
        if apart.size:
            shares.append(float((apart <= SAME).mean()))
    return sum(shares) / len(shares) if shares else 1.0
