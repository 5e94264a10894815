"""What each channel answers to: the parts of a data set's pictures that excite it most and least.

Every patch is exactly the receptive field of the unit that answered, cut at the picture's borders (Zeiler & Fergus
2014, figure 2, shows such patches beside their reconstructions). Memory is bounded by one batch and the patches kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ..formula import Concat, Network, seen
from ..nn import Net
from .batching import batches
from .features import layer_outputs
from .receptive import Box, crop, node_index

Pixels = np.ndarray[Any, np.dtype[np.uint8]]


@dataclass(frozen=True, eq=False)
class Patch:
    """A place in a picture and what a channel answered there. `picture` (C, h, w) is what the unit saw, `index` of
    which picture.

    `at` is the unit's (row, column) on the node's map, `box` (top, left, bottom, right), inclusive, its field in the
    picture.
    """

    value: float
    index: int
    at: tuple[int, int]
    box: Box
    picture: Pixels


def extremes(net: Net, pictures: Pixels, name: str, keep: int = 9) -> tuple[list[list[Patch]], list[list[Patch]]]:
    """Return for each channel of node `name` the `keep` highest and the `keep` lowest patches, most extreme first.

    At most one patch a picture, the first place where a picture has its extreme; of equal values the earlier picture's.
    Places that see padding alone do not count. uint8 pictures (N, C, H, W); the net is left as it was.
    """
    finder = Finder(net.network, node_index(net.network, name), keep)
    for at, batch in batches(net, pictures):
        finder.add(layer_outputs(net, batch, [name])[name], at)
    return finder.patches(pictures)


class Finder:
    """Keeps the extremes of one node's channels batch by batch."""

    def __init__(self, network: Network, index: int, keep: int) -> None:
        self.network, self.index, self.keep = network, index, keep
        node = network.nodes[index]
        self.columns = 1 if node.flat else node.output[2]
        self.blind = [] if node.flat else _blind(network, index)
        channels = node.output[0]
        self.high, self.low = (
            (
                torch.full((channels, 0), 0.0),
                torch.zeros(channels, 0, dtype=torch.int64),
                torch.zeros(channels, 0, dtype=torch.int64),
            )
            for _ in range(2)
        )

    def add(self, output: Tensor, first: int) -> None:
        """Take in one batch, (N, F, h, w) or (N, F), whose first picture has the index `first`."""
        flat = output.detach().to("cpu", torch.float32)
        flat = flat.flatten(2) if flat.dim() == 4 else flat[:, :, None]  # (N, F, places)
        for sign, name in ((1.0, "high"), (-1.0, "low")):
            signed = flat * sign
            if self.blind:
                signed[:, :, self.blind] = -torch.inf
            at = signed.argmax(2)  # (N, F), the first of equals
            value = signed.gather(2, at[:, :, None])[:, :, 0]
            index = torch.arange(first, first + len(flat))[:, None].expand_as(at)
            setattr(self, name, self._best(getattr(self, name), (value.T, index.T, at.T)))

    def _best(self, kept: tuple[Tensor, ...], new: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        value, index, at = (torch.cat(pair, 1) for pair in zip(kept, new, strict=True))  # (F, kept + N)
        order = torch.sort(value, dim=1, descending=True, stable=True).indices[:, : self.keep]
        return value.gather(1, order), index.gather(1, order), at.gather(1, order)

    def patches(self, pictures: Pixels) -> tuple[list[list[Patch]], list[list[Patch]]]:
        """Return the highest and the lowest patches of each channel, cut out of `pictures` (N, C, H, W)."""
        return self._cut(self.high, 1.0, pictures), self._cut(self.low, -1.0, pictures)

    def _cut(self, kept: tuple[Tensor, ...], sign: float, pictures: Pixels) -> list[list[Patch]]:
        flat, boxes = self.network.nodes[self.index].flat, dict[tuple[int, int, int | None], Box | None]()
        apart = _apart(self.network, self.index)
        patches = []
        for channel, rows in enumerate(zip(*(t.tolist() for t in kept), strict=True)):
            found = []
            for value, index, place_ in zip(*rows, strict=True):
                if value == -torch.inf:
                    continue  # it sees nothing anywhere
                at = (channel, 0) if flat else divmod(place_, self.columns)
                of = channel if apart and not flat else None
                if (*at, of) not in boxes:
                    boxes[*at, of] = seen(self.network, self.index, at, of)
                box = boxes[*at, of]
                if box is not None:
                    found.append(
                        Patch(sign * value, index, (0, 0) if flat else at, box, crop(pictures[index], box).copy())
                    )
            patches.append(found)
        return patches


def _apart(network: Network, index: int) -> bool:
    """Whether units at one place of different channels may see different pixels: behind a concat of maps they may."""
    return any(isinstance(node.layer, Concat) and not node.flat for node in network.nodes[: index + 1])


def _blind(network: Network, index: int) -> list[int]:
    """Return the places of a node's map that see padding alone."""
    _, rows, columns = network.nodes[index].output
    down = (
        [seen(network, index, (y, x)) is None for y in range(rows) for x in range(columns)]
        if _padded(network, index)
        else []
    )
    return [i for i, nothing in enumerate(down) if nothing]


def _padded(network: Network, index: int) -> bool:
    """Whether any window up to node `index` has a pad that a whole kernel fits into, so that a unit may see nothing."""
    windows = [node.window for node in network.nodes[: index + 1] if node.window]
    pads = ((w, i, max(w.pad[i], w.pad_end[i])) for w in windows for i in (0, 1))
    return any(pad >= w.kernel[i] or (pad > 0 and w.dilation[i] > 1) for w, i, pad in pads)
