"""The sample pictures of a page: a few of each class, evenly chosen, with names and labels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from ...data.dataset import Split
from ...errors import InputError, phrase

if TYPE_CHECKING:
    from .examples import Examples
    from .subject import Subject

Pixels: TypeAlias = NDArray[np.uint8]

MOST = 20  # pictures
MOST_BYTES = 400_000


@dataclass(frozen=True, eq=False)
class Samples:
    """Pictures uint8 (n, C, H, W), for each its class (None: not known) and a name."""

    pictures: Pixels
    labels: tuple[int | None, ...]
    names: tuple[str, ...]

    def __post_init__(self) -> None:
        n = len(self.pictures)
        if self.pictures.dtype != np.uint8 or self.pictures.ndim != 4 or len(self.labels) != n or len(self.names) != n:
            got = f"{self.pictures.dtype} {self.pictures.shape}, {len(self.labels)} labels, {len(self.names)} names"
            raise InputError("explain.names", got=got, expected=phrase("explain.names.expected"))

    def __len__(self) -> int:
        return len(self.labels)

    def first(self, n: int) -> Samples:
        """Return the first `n`."""
        return Samples(self.pictures[:n], self.labels[:n], self.names[:n])


def choose_samples(split: Split, known: NDArray[np.int64] | None, classes: Sequence[str], most: int = MOST) -> Samples:
    """Return up to `most` pictures of `split`, the classes in turn: the first of each, the second of each …

    `known` (N,) are the labels into `classes`; without them pictures are taken evenly spaced. Fewer where pictures are
    so large that they would take over 400 kB.
    """
    size = max(1, int(np.prod(split.images.shape[1:])))
    most = max(1, min(most, MOST_BYTES // size))
    if known is None:
        turns = np.unique(np.linspace(0, len(split) - 1, min(most, len(split))).astype(np.int64)).tolist()
        labels: tuple[int | None, ...] = (None,) * len(turns)
    else:
        seats = [np.flatnonzero(known == k)[:most] for k in range(len(classes))]
        turns = [int(seat[i]) for i in range(most) for seat in seats if i < len(seat)][:most]
        turns.sort(key=lambda i: (int(known[i]), i))
        labels = tuple(int(known[i]) for i in turns)
    names = split.paths or tuple(f"#{i}" for i in range(len(split)))
    return Samples(split.images[turns], labels, tuple(names[i] for i in turns))


def gallery(subject: Subject, given: Samples | None, examples: Examples | None, most: int) -> Samples:
    """Return the pictures given, then those of the data while there is room for `most`; without either a blank one."""
    if examples is not None and (room := most - len(given or ())) > 0:
        own = choose_samples(examples.pictures, examples.labels, subject.classes, room)
        return own if given is None else concatenate(given, own)
    return blank(subject.spec.shape, subject.spec.mean) if given is None else given


def concatenate(first: Samples, then: Samples) -> Samples:
    """Return both as one, in that order."""
    pictures = np.concatenate([first.pictures, then.pictures])
    return Samples(pictures, first.labels + then.labels, first.names + then.names)


def blank(shape: tuple[int, int, int], mean: Sequence[float]) -> Samples:
    """Return one picture of nothing but the mean, for a model that comes without any: a page to draw on."""
    value: Any = np.clip(np.round(np.array(mean)), 0, 255).astype(np.uint8).reshape(-1, 1, 1)
    return Samples(np.broadcast_to(value, shape)[None].copy(), (None,), ("",))
