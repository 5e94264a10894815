"""What depth costs, and what pooling saves (the lecture's S9 and S11), by the formula's own sums.

>>> map_sizes(9, 3)
[9, 7, 5, 3, 1]
>>> map_sizes(9, 3, pad=1, layers=4)
[9, 9, 9, 9, 9]
>>> stack_costs(3600, 1800, 300).last
(3000, 1200)
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from ..errors import UsageError, phrase


class StackCosts(NamedTuple):
    """A stack of convolutions on one picture: what it computes and keeps, and how large its last map is."""

    macs: int
    """Multiply-adds for one picture, all layers together."""
    numbers: int
    """Numbers on all maps together, which training keeps (4 bytes each in float32)."""
    last: tuple[int, int]
    """Width and height of the last map."""
    layers: int
    """How many convolutions fitted."""


def map_sizes(size: int, kernel: int, pad: int = 0, layers: int | None = None) -> list[int]:
    """Return the side of a square picture before and after each convolution, until one no longer fits or all are done.

    Raises UsageError where neither the size nor `layers` would end it.
    """
    if layers is None and kernel - 2 * pad <= 1:
        raise UsageError("padding.large", got=f"pad={pad}", hint=phrase("padding.large.try"))
    found = [size]
    while (layers is None or len(found) <= layers) and found[-1] + 2 * pad >= kernel:
        found.append(found[-1] - kernel + 2 * pad + 1)
    return found


def field_sizes(windows: Sequence[tuple[int, int]]) -> list[int]:
    """Return the side of the receptive field after each layer of (window, stride).

    A window adds its side − 1 steps, each as wide as two neighbours of the layer before lie apart in the picture.

    >>> field_sizes([(5, 1), (5, 1), (2, 2), (5, 1), (5, 1)])          # 1 + 4 + 4 + 1 + 4·2 + 4·2
    [5, 9, 10, 18, 26]
    """
    found, size, jump = [], 1, 1
    for window, stride in windows:
        size += (window - 1) * jump
        jump *= stride
        found.append(size)
    return found


def stack_costs(
    width: int, height: int, layers: int, channels: int = 1, kernel: int = 3, pad: int = 0, pool_every: int = 0
) -> StackCosts:
    """Return what `layers` convolutions of `channels` maps cost, with 2×2 pooling after every `pool_every` (0: never).

    The picture has one channel. Stops early where a kernel no longer fits; bias and pooling's comparisons are not
    counted.

    >>> stack_costs(3600, 1800, 300).macs
    13433041800
    >>> stack_costs(3600, 1800, 300, pad=1, pool_every=30)
    StackCosts(macs=2332746270, numbers=261353834, last=(3, 1), layers=300)
    """
    macs = numbers = done = 0
    inputs = 1
    while done < layers and min(width, height) + 2 * pad >= kernel:
        width, height = (side - kernel + 2 * pad + 1 for side in (width, height))
        done += 1
        macs += channels * width * height * inputs * kernel * kernel
        numbers += channels * width * height
        inputs = channels
        if pool_every and done % pool_every == 0 and min(width, height) >= 2:
            width, height = width // 2, height // 2
            numbers += channels * width * height
    return StackCosts(macs, numbers, (width, height), done)


def pool(rows: Sequence[Sequence[float]], mean: bool) -> list[list[float]]:
    """Return 2×2 windows with stride 2 as their largest number, or as their mean; a last odd row or column is left out.

    >>> pool([[1, 2, 5, 6], [3, 4, 7, 8]], False), pool([[1, 2, 5, 6], [3, 4, 7, 8]], True)
    ([[4, 8]], [[2.5, 6.5]])
    """
    found = []
    for above, below in zip(rows[::2], rows[1::2], strict=False):
        windows = zip(above[::2], above[1::2], below[::2], below[1::2], strict=False)
        found.append([sum(four) / 4 if mean else max(four) for four in windows])
    return found
