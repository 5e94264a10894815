"""With which weights a training begins: its own, or those of another network, under a new head or whole."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from .. import modelfile
from ..baseline.sample import balanced_rows
from ..data.subset import Subset
from ..errors import InputError, phrase
from ..formula import Plan
from ..transfer.choice import LOOKED_AT, Tried, choose
from ..transfer.features import Rows as Features
from ..transfer.features import features_of
from ..transfer.head import Linear, class_weights, fit
from ..transfer.rows import TapRows
from ..transfer.start import Start, body_of, grey_fits
from ..transfer.taps import Tap, taps_of, with_head

if TYPE_CHECKING:
    from ..data.dataset import Rows
    from ..modelfile import ModelFile
    from ..transfer.features import Progress
    from .options import TrainOptions

PRETRAINED = "lite0"  # what the default tries
SIDE = 96  # pixels of a side that it is given: of 128 it makes no more, in twice the time (docs/log.md)


@dataclass(frozen=True, slots=True)
class Fitted:
    """What came of a head on frozen features: the start with its taps and strength, all that was tried, and the layer
    on the training pictures' features.
    """

    start: Start
    best: Tried
    tried: tuple[Tried, ...]


def wanted_shape(file: ModelFile, options: TrainOptions) -> tuple[int | tuple[int, int] | None, int | None]:
    """Return the size and the channels that pictures become for a start; None leaves either as it is."""
    channels, height, width = file.spec.shape
    size: int | tuple[int, int] | None = options.size
    if size is None:
        size = SIDE if is_pretrained(options.from_) else (height, width)
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
    progress: Progress | None = None,
    cache: bool = True,
) -> tuple[Fitted, Features, TapRows]:
    """Return the head that predicts best those of the training pictures that were left out, and the features of all
    taps (n, F).
    """
    body = body_of(file, train.images.shape[1:])
    taps = taps_of(body.network)
    if not taps:
        raise InputError("start.taps", where=str(file.path), got=file.formula, hint="--tune all")
    tapped = TapRows(body, taps)
    features = features_of(train.images, tapped, cache=cache, progress=progress)
    rows = balanced_rows(train.labels, LOOKED_AT)
    own = np.arange(len(rows)) if groups is None else groups[rows]
    sets = {str(number): some for number, some in enumerate(candidates(taps))}
    best, tried = choose(
        {number: tapped.part(features[rows], some) for number, some in sets.items()},
        train.labels[rows],
        classes,
        own,
        balanced,
    )
    start = Start(name, file.digest, tune, sets[best.name], best.strength, balanced)
    return Fitted(start, best, tried), features, tapped


def fit_head(start: Start, features: Features, labels: Rows, classes: int) -> Linear:
    """Return the head of a start on the features (n, F) of its training pictures at its taps."""
    assert start.strength is not None
    return fit(features, labels, classes, start.strength, class_weights(labels, classes, start.balanced))


def plan_of(file: ModelFile, start: Start) -> Plan:
    """Return the plan that a start makes of its model file's: with a new head where maps are tapped for it."""
    return with_head(file.plan, start.taps) if start.taps else file.plan


def file_of(start: Start) -> ModelFile:
    """Return the model file that a run began with. Raises InputError where it is not there or another."""
    file = modelfile.read(start.name)
    if file.digest != start.digest:
        raise InputError("start.changed", where=start.name, hint=phrase("run.anew.try"))
    return file
