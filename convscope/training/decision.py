"""From which weights a training begins, decided before its run is made: as asked, or what is better on pictures held
out of those that are quick to try.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from .. import modelfile
from ..baseline.comparison import balanced_accuracy
from ..checking import check
from ..data import Dataset
from ..data.dataset import Rows
from ..data.resize_dataset import fitted
from ..data.subset import Subset
from ..errors import Phrase, UsageError, phrase
from ..evaluation import wilson
from ..formula import parse as parse_formula
from ..formula import trace
from ..transfer.features import features_of
from ..transfer.start import Start
from ..transfer.taps import taps_of
from .balance import resolve_balance
from .beginning import Beginning
from .changed_copies import COPIES
from .context import RunContext, ignore
from .flips import decide_flips
from .loading import absolute, load_dataset
from .options import TrainOptions
from .parts import Parts
from .photographs import are_photographs
from .planning import USUAL_MACS, plan_settings, usual_seconds
from .settings import RunSettings
from .start_recipes import HEAD, TUNED
from .starting import (
    FEW,
    PRETRAINED,
    SIDES,
    FittedHead,
    choose_head,
    head_rows,
    is_pretrained,
    places,
    tune_of,
    wanted_shape,
)
from .trial import Trial
from .validation import choose_held_out, split_training

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ..modelfile import ModelFile
    from ..transfer.rows import TapRows

Scores: TypeAlias = "NDArray[np.floating[Any]]"
QUICK = 0.5  # seconds that looking for copies may take here
MOST_TRIED = 8_000  # training pictures, half a minute of it: what has more is trained from scratch
ENOUGH = 0.99  # accuracy of what is tried first at which nothing else is tried
FEWEST = 8  # training pictures, and
EACH = 2  # of each class, to choose a head by those left out


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """A head that was chosen: the pictures at its size, those trained on, what cuts the network, a sentence on it, and
    its accuracy on training pictures that were left out.
    """

    dataset: Dataset
    train: Subset
    start: Start
    tapped: TapRows
    said: Phrase
    accuracy: float


def load_data(options: TrainOptions, context: RunContext) -> tuple[Dataset, ModelFile | None]:
    """Return the data that a training asks for, as the network that it begins with reads it, and that network."""
    if options.from_ is None:
        return load_dataset(options, progress=context.loading), None
    file = modelfile.read(options.from_)
    size, channels = wanted_shape(file, options)
    return load_dataset(options, size=size, channels=channels, progress=context.loading), file


def decide(options: TrainOptions, dataset: Dataset, context: RunContext, file: ModelFile | None = None) -> Beginning:
    """Return what a training begins with: as asked with the network in `file`, or what is found to be better. Raises
    UsageError, InputError.
    """
    if file is not None:
        if context.workers.size > 1:
            raise UsageError("start.processes", got=context.workers.size)
        return _asked(options, file, dataset, context)
    return _tried(options, dataset, context) if _may_try(options, dataset, context) else Beginning(dataset)


def _asked(options: TrainOptions, file: ModelFile, dataset: Dataset, context: RunContext) -> Beginning:
    """Return the beginning that `--from` and `--tune` ask for."""
    assert options.from_ is not None
    tune = tune_of(options)
    name = str(options.from_) if is_pretrained(options.from_) else absolute(options.from_)
    if tune == "all" and _goes_on(options, file, dataset):
        return Beginning(dataset, Start(name, file.digest, tune), file)
    groups = check(dataset, seconds=QUICK).copies.training_groups()
    found = _best_size(options, file, name, tune, dataset, groups, context)
    return Beginning(found.dataset, found.start, file, (found.said,))


def _goes_on(options: TrainOptions, file: ModelFile, dataset: Dataset) -> bool:
    """Whether a start is one's own network that goes on as it is, its head too: for pictures of its size, of the
    classes that it knows. One without maps can only do that.
    """
    if is_pretrained(options.from_) or dataset.shape != file.spec.shape:
        return False
    return set(dataset.classes) <= set(file.classes) or not taps_of(file.network)


def _may_try(options: TrainOptions, dataset: Dataset, context: RunContext) -> bool:
    """Whether the default tries the pretrained network too: nothing says how to train, and its features are cheap."""
    named = (options.arch, options.recipe, options.epochs, options.budget, options.batch_size, options.lr, options.size)
    if any(one is not None for one in named) or context.workers.size > 1:
        return False
    counts = np.bincount(dataset.train.labels, minlength=len(dataset.classes))
    return FEWEST <= len(dataset.train) <= MOST_TRIED and bool(counts.min() >= EACH)


def _feature_seconds(file: ModelFile, dataset: Dataset) -> float:
    """Return about how long the pretrained network takes for the training pictures, on a usual machine."""
    sides = SIDES if len(dataset.train) <= FEW else SIDES[:1]
    macs = sum(trace(file.plan, (3, side, side), len(file.classes)).macs for side in sides)
    return len(dataset.train) * macs / USUAL_MACS


def _tried(options: TrainOptions, dataset: Dataset, context: RunContext) -> Beginning:
    """Return the better of a head on the pretrained network's features and a training from scratch, the quicker one
    tried first, and alone where it is good enough.
    """
    settings, copies = plan_settings(options, dataset, replace(context, on_event=ignore))
    network = trace(parse_formula(settings.formula), dataset.shape, len(dataset.classes))
    file = modelfile.read(PRETRAINED)
    head_seconds, scratch_seconds = 1.5 * _feature_seconds(file, dataset) + 2, usual_seconds(settings, network)
    seconds = {"head": f"{head_seconds:.0f}", "scratch": f"{scratch_seconds:.0f}"}
    scratch_first = scratch_seconds < head_seconds
    context.note(phrase("start.trying.scratch" if scratch_first else "start.trying", name=PRETRAINED, **seconds))
    trial = Trial.of(settings, dataset, copies, context) if scratch_first else None
    scratch = None if trial is None else _trial_accuracy(trial, dataset)
    if trial is not None and scratch is not None and _is_enough(scratch, trial):
        said = phrase("start.scratch.enough", accuracy=_percent(scratch))
        return Beginning(dataset, said=(said,), trial=trial)
    found = _best_size(options, file, PRETRAINED, "head", dataset, copies.training_groups(), context)
    head = Beginning(found.dataset, found.start, file, (found.said,))
    if not settings.data.validation or (found.accuracy >= ENOUGH and not scratch_first):
        return head
    if trial is None:
        trial = Trial.of(settings, dataset, copies, context)
        scratch = _trial_accuracy(trial, dataset)
    held = _head_accuracy(found, settings, context)
    if scratch is None or held is None:
        return head
    better = scratch > held
    key = "start.scratch" if better else "start.features"
    n = f"{settings.data.validation:,}"
    said = phrase(key, name=PRETRAINED, head=_percent(held), scratch=_percent(scratch), n=n)
    return Beginning(dataset, said=(said,), trial=trial) if better else replace(head, said=(*head.said, said))


def _head_accuracy(found: Found, settings: RunSettings, context: RunContext) -> float | None:
    """Return the accuracy of a head on the pictures that a training from scratch holds out, fitted without these; None
    where there are none.
    """
    parts, start, tapped = Parts.of(found.dataset, settings.data), found.start, found.tapped
    if parts.held is None or not len(parts.held):
        return None
    assert start.strength is not None
    rows = head_rows(start, tapped, found.train, settings.seed, context)
    layer = rows.only(np.isin(found.train.rows, parts.train.rows)).fit(len(settings.classes), start.strength)
    features = features_of(parts.held.images, tapped, cache=context.cache, progress=context.features)
    return _accuracy(parts.held.labels, layer.scores(tapped.part(features, start.taps)), start.balanced)


def _trial_accuracy(trial: Trial, dataset: Dataset) -> float | None:
    """Return the accuracy of a training from scratch on the pictures held out; None where none are."""
    held = Parts.of(dataset, trial.settings.data).held
    if held is None or not len(held) or trial.scores is None:
        return None
    return _accuracy(held.labels, trial.scores, trial.settings.balance != "none")


def _is_enough(accuracy: float, trial: Trial) -> bool:
    """Whether a training's accuracy on the pictures held out may well be ENOUGH: of a hundred pictures two wrong ones
    do not tell it from 99 %. Where classes are balanced, as it is.
    """
    if trial.scores is None or trial.settings.balance != "none":
        return accuracy >= ENOUGH
    n = len(trial.scores)
    return wilson(accuracy * n, n)[1] >= ENOUGH


def _best_size(
    options: TrainOptions,
    file: ModelFile,
    name: str,
    tune: str,
    dataset: Dataset,
    groups: Rows,
    context: RunContext,
) -> Found:
    """Return the head that predicts best those of the training pictures that were left out. A pretrained network is
    given few pictures at two sizes, unless the options name one.
    """
    began = time.monotonic()
    free = is_pretrained(name) and options.size is None
    sides = (SIDES if len(dataset.train) <= FEW else SIDES[:1]) if free else (None,)
    balanced = resolve_balance(options.balance, dataset.train.labels) != "none"
    tried = 0
    best: tuple[FittedHead, Dataset, TapRows, Subset] | None = None
    for side in sides:
        seen = dataset if side in (None, *dataset.shape[1:]) else _resized(options, dataset, side, None, context)
        train, _ = _parts(options, seen, groups)
        found, tapped = choose_head(
            file, name, tune, train, len(dataset.classes), groups[train.rows], balanced, context
        )
        tried += found.tried
        if best is None or found.error < best[0].error:
            best = found, seen, tapped, train
    assert best is not None
    found, seen, tapped, train = best
    start = _with_copies(found.start, seen, train, groups)
    said = phrase(
        "start.head",
        name=name,
        n=f"{len(train):,}",
        taps=places(start),
        numbers=f"{sum(tapped.columns[tap].stop - tapped.columns[tap].start for tap in start.taps):,}",
        accuracy=_percent(found.best.accuracy),
        tried=tried,
        seconds=f"{time.monotonic() - began:.0f}",
    )
    return Found(seen, train, start, tapped, said, found.best.accuracy)


def _with_copies(start: Start, dataset: Dataset, train: Subset, groups: Rows) -> Start:
    """Return the start with changed copies of its pictures, where these are few photographs that may be mirrored."""
    if len(train) > FEW or not are_photographs(train):
        return start
    flips = decide_flips(TUNED, dataset, train, groups[train.rows])
    return replace(start, copies=COPIES, mirrored=True) if flips.on else start


def _parts(options: TrainOptions, dataset: Dataset, groups: Rows) -> tuple[Subset, Subset | None]:
    """Return the pictures to train on and those held out, as the run will have them."""
    held_out = choose_held_out(dataset, HEAD, options.val, options.seed or 0, groups)
    return split_training(dataset, held_out)


def _resized(options: TrainOptions, dataset: Dataset, size: int, channels: int | None, context: RunContext) -> Dataset:
    """Return the pictures at another size, read anew where they are files."""
    if dataset.train.files is None or isinstance(options.data, Dataset):
        return fitted(dataset, size, channels)
    return load_dataset(options, size=size, channels=channels, progress=context.loading)


def _accuracy(labels: Rows, scores: Scores, balanced: bool) -> float:
    """Return the share of pictures that is recognised by scores (n, K), each class counting the same if `balanced`."""
    predicted = scores.argmax(1)
    return balanced_accuracy(labels, predicted) if balanced else float((predicted == labels).mean())


def _percent(share: float) -> str:
    return f"{100 * share:.1f}"
