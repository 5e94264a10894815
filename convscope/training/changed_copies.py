"""Changed copies of photographs for a head: nearer and farther, moved and mirrored.

Frozen features see a photograph from where it was taken. Copies show them the same thing from elsewhere, and the linear
layer learns what is the same in both.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..pictures.stack import Stack
from .seeding import derive_seed

Pixels = np.ndarray[Any, np.dtype[np.uint8]]

COPIES = 2  # of each picture: a third brings nothing more (docs/log.md)
MOST = 1500  # training pictures that are copied: of more, the pictures themselves show enough
ZOOM = 0.7  # the logarithm of the nearest and farthest views' distance, less a third: more of them are nearer
MOVE = 0.07  # share of a side that a view is moved at most, besides what its nearness allows
AT_ONCE = 128


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
