"""Facts of a data set: what holds for nearly all its pictures, measured, so that a recipe can choose its plan by it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..pictures.ink import centres_of_mass, ink_of
from ..pictures.inversion import border_mask, light_on_dark
from ..pictures.stack import Stack

LOOKED_AT = 500  # pictures, evenly spread
NEARLY_ALL = 0.95  # of them
OFF_CENTRE = 0.04  # of a side: how far the centre of mass may lie from the middle; 1.1 pixels of 28
IN_BORDER = 0.05  # of the ink: how much may lie in the outermost 1/14


@dataclass(frozen=True, slots=True)
class Facts:
    """What holds for nearly all pictures of a data set.

    `light_on_dark`: they are light ink on a dark ground. `centred`: they are that, the ink's centre of mass lies in
    the middle, and the border is free of ink: whoever made the pictures placed them so, as MNIST's authors did, and
    cutting off the border or moving a picture by so much loses nothing.
    """

    light_on_dark: bool
    centred: bool


def measure_facts(images: Stack) -> Facts:
    """Return the facts of pictures (N, C, H, W); at most 500, evenly spread, are looked at."""
    if not light_on_dark(images):
        return Facts(light_on_dark=False, centred=False)
    picks = np.linspace(0, len(images) - 1, min(len(images), LOOKED_AT)).astype(np.int64)
    ink = ink_of(images[picks])
    total = np.maximum(ink.sum((1, 2)), 1e-9)
    in_middle = np.abs(centres_of_mass(ink)).max(1) <= OFF_CENTRE
    border_free = ink[:, border_mask(images.shape[2:])].sum(1) <= IN_BORDER * total
    return Facts(light_on_dark=True, centred=bool((in_middle & border_free).mean() >= NEARLY_ALL))
