"""With which weights a training begins: its own, or those of another network, under a new head or whole."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from .. import modelfile
from ..baseline.sample import balanced_rows
from ..data.subset import Subset
from ..errors import InputError, Phrase, phrase
from ..formula import Plan
from ..transfer.choice import LOOKED_AT, Tried, choose
from ..transfer.features import features_of
from ..transfer.head import Floats, Linear, Numbers, class_weights, fit
from ..transfer.rows import TapRows
from ..transfer.start import Start, body_of, grey_fits
from ..transfer.taps import Tap, taps_of, with_head
from .changed_copies import ChangedCopies

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ..data.dataset import Rows
    from ..modelfile import ModelFile
    from .context import RunContext
    from .options import TrainOptions

PRETRAINED = "lite0"  # what the default tries
SIDES = (96, 128)  # pixels of a side that it is given: what is better, of few pictures; the first, of more
FEW = 1500
FITTED = 1e-6  # the slope of the mean loss at which a head is at its optimum


@dataclass(frozen=True, slots=True)
class FittedHead:
    """A head on frozen features: the start with its taps and strength, what it makes of pictures left out, and the
    error by which it was chosen, of so many candidates.
    """

    start: Start
    best: Tried
    error: float
    tried: int


def wanted_shape(file: ModelFile, options: TrainOptions) -> tuple[int | tuple[int, int] | None, int | None]:
    """Return the size and the channels that pictures become for a start; None leaves either as it is."""
    channels, height, width = file.spec.shape
    size: int | tuple[int, int] | None = options.size
    if size is None:
        size = SIDES[0] if is_pretrained(options.from_) else (height, width)
    return size, None if channels == 3 and grey_fits(file) else channels


def is_pretrained(given: str | os.PathLike[str] | None) -> bool:
    """Whether a start is one that ships: a network for pictures of any size."""
    from .. import pretrained

    return given is not None and str(given) in pretrained.NAMES and not os.path.lexists(given)


def tune_of(options: TrainOptions) -> str:
    """Return what is trained of a start: as asked, else the head of a network that ships, and all of one's own."""
    return options.tune or ("head" if is_pretrained(options.from_) else "all")


def candidates(taps: tuple[Tap, ...]) -> tuple[tuple[Tap, ...], ...]:
    """Return which taps are tried together: the means of the last maps; with each layout alone that is among the last;
    and ever more of them, from the last one backwards.
    """
    *layouts, means = taps
    if not layouts:
        return ((means,),)
    windows = [tuple(layouts[-count:]) for count in range(1, len(layouts) + 1)]
    early = tuple(layouts[-3:-1])
    return ((means,), *windows, *((early,) if len(early) == 2 else ()))


def choose_head(
    file: ModelFile,
    name: str,
    tune: str,
    train: Subset,
    classes: int,
    groups: Rows | None,
    balanced: bool,
    context: RunContext,
) -> tuple[FittedHead, TapRows]:
    """Return the head that predicts best those of the training pictures that were left out, and the cut network."""
    body = body_of(file, train.images.shape[1:])
    taps = taps_of(body.network)
    if not taps:
        raise InputError("start.taps", where=str(file.path), got=file.formula, hint="--tune all")
    tapped = TapRows(body, taps)
    features = features_of(train.images, tapped, cache=context.cache, progress=context.features)
    rows = balanced_rows(train.labels, LOOKED_AT)
    own = np.arange(len(rows)) if groups is None else groups[rows]
    sets = {str(number): some for number, some in enumerate(candidates(taps))}
    best, error = choose(
        {number: tapped.part(features[rows], some) for number, some in sets.items()},
        train.labels[rows],
        classes,
        own,
        balanced,
    )
    start = Start(name, file.digest, tune, sets[best.name], best.strength, balanced)
    return FittedHead(start, best, error, len(sets)), tapped


@dataclass(frozen=True, slots=True, eq=False)
class HeadRows:
    """What a head is fitted to: features of the `count` training pictures, then those of their copies, with the class
    and the weight of each row.
    """

    features: Numbers
    labels: Rows
    weights: Floats
    count: int

    def only(self, which: NDArray[np.bool_]) -> HeadRows:
        """Return some of the pictures, bool (count,), with their copies. The losses of these weigh as much as all did,
        so that scores keep their scale.
        """
        some = np.tile(which, len(self.labels) // self.count)
        weights = self.weights[some] * (self.weights.sum() / self.weights[some].sum())
        return HeadRows(self.features[some], self.labels[some], weights, int(which.sum()))

    def fit(self, classes: int, strength: float) -> Linear:
        """Return the head at its optimum."""
        return fit(self.features, self.labels, classes, strength, self.weights, FITTED)


def head_rows(start: Start, tapped: TapRows, train: Subset, seed: int, context: RunContext) -> HeadRows:
    """Return the features of training pictures and their copies at a start's taps."""
    own = tapped.part(features_of(train.images, tapped, cache=context.cache, progress=context.features), start.taps)
    labels, times = train.labels, 1 + start.copies
    weights = class_weights(labels, int(labels.max(initial=0)) + 1, start.balanced)
    if train.weights is not None:
        weights = weights * train.weights
    if not start.copies:
        return HeadRows(own, labels, weights, len(own))
    changed = ChangedCopies(train.images, start.copies, start.mirrored, seed)
    theirs = tapped.part(features_of(changed, tapped, cache=context.cache, progress=context.features), start.taps)
    rows = np.concatenate([own, theirs])
    return HeadRows(rows, np.tile(labels, times), np.tile(weights / times, times), len(own))


def fit_head(
    start: Start, tapped: TapRows, train: Subset, classes: int, seed: int, context: RunContext
) -> tuple[Linear, Numbers]:
    """Return the head of a start, fitted to its training pictures and their copies, and the features (n, F) of the
    pictures at its taps.
    """
    assert start.strength is not None
    rows = head_rows(start, tapped, train, seed, context)
    return rows.fit(classes, start.strength), rows.features[: rows.count]


def places(start: Start) -> Phrase:
    """Return at how many places of its network a start's features are taken, in words."""
    n = len(start.taps)
    return phrase("start.places.one") if n == 1 else phrase("start.places", n=n)


def plan_of(file: ModelFile, start: Start) -> Plan:
    """Return the plan that a start makes of its model file's: with a new head where maps are tapped for it."""
    return with_head(file.plan, start.taps) if start.taps else file.plan


def file_of(start: Start) -> ModelFile:
    """Return the model file that a run began with. Raises InputError where it is not there or another."""
    file = modelfile.read(start.name)
    if file.digest != start.digest:
        raise InputError("start.changed", where=start.name, hint=phrase("run.anew.try"))
    return file
