"""Changed copies of photographs for a head: nearer and farther, moved and mirrored; and which pictures are photographs.

Frozen features see a photograph from where it was taken. Copies show them the same thing from elsewhere, and the linear
layer learns what is the same in both.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..data.subset import Subset
from ..pictures.stack import Stack
from .seeding import derive_seed

Pixels = np.ndarray[Any, np.dtype[np.uint8]]

COPIES = 2  # of each picture: a third brings nothing more (docs/log.md)
MOST = 1500  # training pictures that are copied: of more, the pictures themselves show enough
FLAT = 0.4  # share of neighbouring pixels that are the same in pictures that are drawn rather than photographed
SAME = 1  # levels of 255 between neighbours that are the same
LOOKED_AT = 200
ZOOM = 0.7  # the logarithm of the nearest and farthest views' distance, less a third: more of them are nearer
MOVE = 0.07  # share of a side that a view is moved at most, besides what its nearness allows
AT_ONCE = 128


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


class ChangedCopies:
    """Copies of pictures uint8 (N, C, H, W) as a stack of count · N: first one of each, then the second ones.

    They follow from the seed and the picture's place alone. `flip`: half of them are mirrored.
    """

    def __init__(self, pictures: Stack, count: int, flip: bool, seed: int) -> None:
        self._pictures, self._flip, self._seed = pictures, flip, seed
        self._count = count * len(pictures)
        self.shape = (self._count, *pictures.shape[1:])

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, which: slice, /) -> Pixels:
        """Return the copies in a slice; each is made when it is asked for."""
        n = len(self._pictures)
        made = [self._copy(place // n, place % n) for place in range(*which.indices(len(self)))]
        return np.stack(made) if made else np.empty((0, *self.shape[1:]), np.uint8)

    def _copy(self, turn: int, row: int) -> Pixels:
        import torch

        from .augmentation import affine

        generator = torch.Generator().manual_seed(derive_seed(self._seed, turn, row))
        draw = torch.rand(6, generator=generator)
        height, width = self.shape[2:]
        zoom = float(torch.exp((2 * draw[0] - 1.3) * ZOOM))
        sides = torch.tensor([width, height])
        room = max(0.0, 1 - zoom) / 2 + MOVE
        moved = (2 * draw[1:3] - 1) * room * sides
        view = torch.tensor([[zoom, 0.0, float(moved[0])], [0.0, zoom, float(moved[1])]])[None]
        picture = torch.from_numpy(np.array(self._pictures[row : row + 1])).float()
        seen = affine(picture, view, (height, width), edge=True)
        if self._flip and float(draw[3]) < 0.5:
            seen = seen.flip(3)
        return np.asarray(seen.round().clamp(0, 255).to(torch.uint8).numpy()[0])
