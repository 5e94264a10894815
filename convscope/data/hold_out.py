"""Which training pictures are held out for validation: by row number, so that no pixel is copied."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError, phrase


def held_out_rows(
    labels: NDArray[np.int64], n: int, *, seed: int = 0, groups: NDArray[np.int64] | None = None, where: str = ""
) -> NDArray[np.bool_]:
    """Return which of the pictures with these labels (N,) are held out, bool (N,): about `n`, chosen by `seed`.

    Each class gives its share, in proportion, never its only picture. Pictures of one group (N,) go together: a group
    of several classes counts for the class of its first picture, and the number held out is as near to `n` as whole
    groups allow. Without `groups` it is exactly `n`. A picture's draw depends on nothing but the seed and its row.

    Raises InputError unless 1 <= n <= what the classes can give.
    """
    if groups is None:
        groups = np.arange(len(labels))
    _, firsts, member = np.unique(groups, return_index=True, return_inverse=True)  # groups, by their first picture
    sizes = np.bincount(member, minlength=len(firsts))
    owner = labels[firsts]
    classes = int(labels.max(initial=-1)) + 1
    most = most_held_out(labels, groups)
    if not 1 <= n <= most:
        raise InputError(
            "validation.held",
            where=where,
            got=n,
            expected=phrase("value.from.to", low=1, high=most) if most else phrase("validation.held.larger"),
            hint=phrase("validation.held.try", n=max(1, most // 6), all=len(labels)) if most else "",
        )
    counts = [int(sizes[owner == k].sum()) if _spare(sizes[owner == k]) else 0 for k in range(classes)]
    held = np.zeros(len(firsts), dtype=bool)
    for k, share in enumerate(shares(counts, min(n, sum(max(0, count - 1) for count in counts)))):
        mine = sorted(np.flatnonzero(owner == k).tolist(), key=lambda g: _draw(seed, int(firsts[g])), reverse=True)
        given = 0
        for group in mine[:-1]:  # the last one stays: no class is held out whole
            if given + sizes[group] <= share or (given < share and sizes[group] < 2 * (share - given)):
                held[group] = True
                given += int(sizes[group])
    if not held.any():  # groups larger than every share: the smallest that can go
        movable = [g for k in range(classes) if (owner == k).sum() > 1 for g in np.flatnonzero(owner == k).tolist()]
        held[min(movable, key=lambda g: (int(sizes[g]), _draw(seed, int(firsts[g]))))] = True
    return held[member]


def most_held_out(labels: NDArray[np.int64], groups: NDArray[np.int64] | None = None) -> int:
    """Return how many of the pictures with these labels (N,) and groups (N,) can be held out: a class keeps one group.

    >>> most_held_out(np.array([0, 0, 0, 1]))
    2
    """
    if groups is None:
        groups = np.arange(len(labels))
    _, firsts, sizes = np.unique(groups, return_index=True, return_counts=True)
    owner = labels[firsts]
    return sum(_spare(sizes[owner == k]) for k in range(int(labels.max(initial=-1)) + 1))


def shares(counts: Sequence[int], n: int) -> list[int]:
    """Share `n` among classes of these sizes, in proportion (largest remainders), leaving each at least one picture.

    >>> shares([50, 30, 20], 10)
    [5, 3, 2]
    """
    spare = [max(0, count - 1) for count in counts]
    total = sum(counts)
    given = [min(n * count // total, most) for count, most in zip(counts, spare, strict=True)]
    remainders = [n * count % total for count in counts]
    order = sorted(range(len(counts)), key=lambda k: (-remainders[k], k))
    while sum(given) < n:  # at most a few rounds: each gives one to every class that has some to spare
        before = sum(given)
        for k in order:
            if sum(given) < n and given[k] < spare[k]:
                given[k] += 1
        if sum(given) == before:
            raise ValueError(f"cannot share {n} among {list(counts)}")
    return given


def _spare(sizes: NDArray[np.int64]) -> int:
    """Return how many pictures a class of groups of these sizes can give at most: all groups but the smallest."""
    return int(sizes.sum() - sizes.min()) if len(sizes) > 1 else 0


def _draw(seed: int, row: int) -> bytes:
    """Return a number for this picture that depends on nothing but the seed: the same on every machine and version."""
    return hashlib.sha256(f"{seed} {row}".encode()).digest()
