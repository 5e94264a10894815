"""What stands several times behind one another, drawn once: a residual block × 3."""

from __future__ import annotations

import itertools
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace

from .units import Unit

LONGEST = 12  # blocks between two necks that may repeat together


@dataclass(frozen=True, slots=True)
class Frame:
    """Units `first` … `last` of those that are left, which the network has so many `times` behind one another."""

    first: int
    last: int
    times: int


def necks(units: Sequence[Unit]) -> list[int]:
    """Return the units that every way through the network passes, in order; the first and the last among them."""
    farthest, found = 0, []
    reach = list(range(len(units)))
    for i, unit in enumerate(units):
        for source in unit.sources:
            reach[source] = max(reach[source], i)
    for i in range(len(units)):
        if farthest <= i:
            found.append(i)
        farthest = max(farthest, reach[i])
    return found


def folded(units: Sequence[Unit]) -> tuple[list[Unit], list[Frame]]:
    """Return the units without what repeats what stands just before it, layer for layer and size for size, and the
    frames that say how often it stands there.
    """
    at = necks(units)
    blocks = [range(a + 1, b + 1) for a, b in itertools.pairwise(at)]
    signs = [_sign(units, block) for block in blocks]
    kept: list[int] = [0]
    frames: list[Frame] = []
    new = {0: 0}  # where each unit went; of one that is left out, its first likeness
    i = 0
    while i < len(blocks):
        length, times = _repeat(signs, blocks, i)
        first = len(kept)
        for block in blocks[i : i + length]:
            for unit in block:
                new[unit] = len(kept)
                kept.append(unit)
        if times > 1:
            frames.append(Frame(first, len(kept) - 1, times))
            whole = sum(len(block) for block in blocks[i : i + length])
            begin = blocks[i].start
            for unit in range(begin + whole, begin + whole * times):
                new[unit] = new[begin + (unit - begin) % whole]
        i += length * times
    return [replace(units[u], sources=tuple(new[s] for s in units[u].sources)) for u in kept], frames


def _sign(units: Sequence[Unit], block: range) -> Hashable:
    """Return what two blocks have in common that are drawn alike: layers, sizes, and who reads whom."""
    return tuple(
        (str(u.layer), tuple(map(str, u.bands)), u.input, u.output, tuple(block.start - s for s in u.sources))
        for u in (units[i] for i in block)
    )


def _repeat(signs: Sequence[Hashable], blocks: Sequence[range], i: int) -> tuple[int, int]:
    """Return how many blocks from block `i` on repeat, and how often they stand there: what saves most; else 1, 1."""
    best, saved = (1, 1), 0
    for length in range(1, min(LONGEST, len(signs) - i) + 1):
        times = 1
        while signs[i : i + length] == signs[i + times * length : i + (times + 1) * length]:
            times += 1
        gain = (times - 1) * sum(len(block) for block in blocks[i : i + length])
        if gain > saved:
            best, saved = (length, times), gain
    return best
