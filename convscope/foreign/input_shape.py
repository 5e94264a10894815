"""The shape of what a foreign file reads: its own word, what is asked, what lies beside it, or a guess that is said."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import numpy as np

from ..errors import InputError, phrase
from .opening import Opened
from .sidecar import Facts

USUAL = 224  # rows and columns that are read where a file leaves them open and nothing else is known


def layout(opened: Opened) -> tuple[bool, int]:
    """Return whether channels stand last in what the graph reads, and how many dimensions that has."""
    sizes = declared(opened)
    last = len(sizes) == 4 and sizes[3] in (1, 3, 4) and sizes[1] not in (1, 3, 4)
    return last, len(sizes)


def declared(opened: Opened) -> tuple[int, ...]:
    """Return the sizes of the input as the file says them, 0 where it leaves one open."""
    return tuple(int(d.dim_value) for d in opened.picture.type.tensor_type.shape.dim)


def size_is_guess(opened: Opened, given: Sequence[int] | None, known: Facts) -> bool:
    """Tell whether the file, and what is known of it, leaves its rows or columns open."""
    return len(sizes := declared(opened)) == 4 and 0 in sizes[1:] and not given and not known.size


def input_shape(opened: Opened, given: Sequence[int] | None, known: Facts) -> tuple[int, int, int]:
    """Return channels, rows and columns; raises InputError where the file reads no pictures, or none as `given`."""
    sizes = declared(opened)
    if len(sizes) == 4:
        last, _ = layout(opened)
        own = (sizes[3], sizes[1], sizes[2]) if last else sizes[1:]
        wanted = tuple(given or ())
        fits = not wanted or (len(wanted) == 3 and all(a in (0, b) for a, b in zip(own, wanted, strict=True)))
        if not fits:
            raise InputError("foreign.shape", got=wanted, expected=str(tuple(own)))
        c, h, w = (n or m for n, m in zip(own, wanted or (3, *(known.size or (USUAL, USUAL))), strict=True))
        return c, h, w
    if len(sizes) == 2 and given is not None and len(given) == 3 and sizes[1] in (0, int(np.prod(given))):
        return given[0], given[1], given[2]
    if len(sizes) == 2 and int(sizes[1] ** 0.5) ** 2 == sizes[1] > 0:
        side = int(sizes[1] ** 0.5)
        return 1, side, side
    raise InputError("foreign.reads", got=sizes, expected=phrase("foreign.reads.expected"))


@contextmanager
def hinting(guess: bool) -> Iterator[None]:
    """Say of what is raised here that the size was a guess, if it was."""
    try:
        yield
    except InputError as error:
        if guess and not error.hint:
            error.hint = phrase("foreign.size.try", size=f"{USUAL}×{USUAL}")
        raise
