"""Facts of a data set: what holds for nearly all its pictures, measured, so that a recipe can choose its plan by it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..pictures.inversion import border_mask, light_on_dark

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


def measure_facts(images: NDArray[np.uint8]) -> Facts:
    """Return the facts of pictures (N, C, H, W); at most 500, evenly spread, are looked at."""
    if not light_on_dark(images):
        return Facts(light_on_dark=False, centred=False)
    picks = np.linspace(0, len(images) - 1, min(len(images), LOOKED_AT)).astype(np.int64)
    ink = _ink(images[picks])
    total = np.maximum(ink.sum((1, 2)), 1e-9)
    in_middle = np.abs(_centres_of_mass(ink)).max(1) <= OFF_CENTRE
    border_free = ink[:, border_mask(images.shape[2:])].sum(1) <= IN_BORDER * total
    return Facts(light_on_dark=True, centred=bool((in_middle & border_free).mean() >= NEARLY_ALL))


def _ink(images: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Return by how much each pixel of (N, C, H, W) is lighter than its picture's ground, 0 or more: (N, H, W).

    The ground is the median of the border.
    """
    grey = images.mean(1, dtype=np.float64)
    border = np.sort(grey[:, border_mask(images.shape[2:])], axis=1)
    ground = border[:, border.shape[1] // 2]
    ink: NDArray[np.float64] = np.maximum(grey - ground[:, None, None], 0)
    return ink


def _centres_of_mass(ink: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return where the centre of mass of each (N, H, W) lies from the middle, as fractions of the sides, (N, 2)."""
    _, height, width = ink.shape
    total = np.maximum(ink.sum((1, 2)), 1e-9)
    rows = (ink.sum(2) * np.arange(height)).sum(1) / total - (height - 1) / 2
    columns = (ink.sum(1) * np.arange(width)).sum(1) / total - (width - 1) / 2
    return np.stack([rows / height, columns / width], axis=1)
