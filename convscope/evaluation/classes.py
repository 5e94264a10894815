"""Matching the classes of some data with those that a model knows, by name."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..errors import InputError, Phrase, did_you_mean, phrase
from .figures import listed
from .intervals import Whole


def matched(labels: Whole, classes: Sequence[str], known: Sequence[str]) -> Whole:
    """Return `labels` into `classes` as labels into `known`, by name.

    Raises InputError that lists both sides for a class with pictures that is not known.
    """
    places = {name: i for i, name in enumerate(known)}
    there = [classes[i] for i in np.unique(labels)]
    if unknown := [name for name in there if name not in places]:
        raise InputError(
            "evaluation.class",
            got=listed(unknown),
            expected=listed(known),
            hint=did_you_mean(unknown[0], list(known)) if len(unknown) == 1 else "",
        )
    return np.array([places.get(name, -1) for name in classes], dtype=np.int64)[labels]


def missing(labels: Whole, known: Sequence[str]) -> tuple[Phrase, ...]:
    """Return a note that lists the known classes without a picture among `labels`, and those that have some."""
    counts = np.bincount(labels, minlength=len(known))
    absent = [name for name, n in zip(known, counts, strict=True) if not n]
    if not absent or len(absent) == len(known):
        return ()
    there = [name for name, n in zip(known, counts, strict=True) if n]
    return (phrase("note.absent", absent=listed(absent), there=listed(there)),)
