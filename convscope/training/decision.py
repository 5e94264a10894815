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
from ..formula import parse as parse_formula
from ..formula import trace
from ..transfer.features import features_of
from ..transfer.start import Start
from .balance import resolve_balance
from .beginning import Beginning
from .context import RunContext
from .loading import absolute, load_dataset
from .options import TrainOptions
from .planning import usual_seconds
from .resolve import resolve_settings
from .schedule import Schedule
from .start_recipes import HEAD
from .starting import PRETRAINED, SIDE, choose_head, fit_head, is_pretrained, tune_of, wanted_shape
from .validation import LabelledImages, as_tensor, choose_held_out, split_training

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ..modelfile import ModelFile
    from ..transfer.features import Rows as Features
    from ..transfer.rows import TapRows

Scores: TypeAlias = "NDArray[np.floating[Any]]"
TRIES = False
QUICK = 0.5  # seconds that looking for copies may take here
USUAL_MACS = 2e10  # multiplications a second of a usual CPU, whatever this machine does just now
MOST_SECONDS = 30.0  # that trying the features may take on it: what has more pictures is trained from scratch
ENOUGH = 0.99  # accuracy of what is tried first at which nothing else is tried
FEWEST = 8  # training pictures, and
EACH = 2  # of each class, to choose a head by those left out


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence on a head, and its accuracy on training pictures left out."""

    phrase: Phrase
    accuracy: float


def load_data(options: TrainOptions, context: RunContext) -> Dataset:
    """Return the data that a training asks for, as the network that it begins with reads it."""
    if options.from_ is None:
        return load_dataset(options, progress=context.loading)
    size, channels = wanted_shape(modelfile.read(options.from_), options)
    return load_dataset(options, size=size, channels=channels, progress=context.loading)


def decide(options: TrainOptions, dataset: Dataset, context: RunContext) -> Beginning:
    """Return what a training begins with. Raises UsageError, InputError."""
    if options.from_ is not None:
        if context.workers.size > 1:
            raise UsageError("start.processes", got=context.workers.size)
        return _asked(options, dataset, context)
    return _tried(options, dataset, context) if _may_try(options, dataset, context) else Beginning(dataset)


def _asked(options: TrainOptions, dataset: Dataset, context: RunContext) -> Beginning:
    """Return the beginning that `--from` and `--tune` ask for."""
    assert options.from_ is not None
    file, tune = modelfile.read(options.from_), tune_of(options)
    name = str(options.from_) if is_pretrained(options.from_) else absolute(options.from_)
    if tune == "all" and dataset.shape == file.spec.shape and not is_pretrained(options.from_):
        return Beginning(dataset, Start(name, file.digest, tune), file)  # one's own network goes on, as it is
    groups = check(dataset, seconds=QUICK).copies.training_groups()
    train, _ = _parts(options, dataset, groups)
    start, _, _, said = _chosen(options, file, name, tune, train, groups, dataset, context)
    return Beginning(dataset, start, file, (said.phrase,))


def _may_try(options: TrainOptions, dataset: Dataset, context: RunContext) -> bool:
    """Whether the default tries the pretrained network too: nothing says how to train, and its features are cheap."""
    if not TRIES:
        return False
    named = (options.arch, options.recipe, options.epochs, options.budget, options.batch_size, options.lr, options.size)
    if any(one is not None for one in named) or context.workers.size > 1 or options.balance is not None:
        return False
    counts = np.bincount(dataset.train.labels, minlength=len(dataset.classes))
    if len(dataset.train) < FEWEST or counts.min() < EACH:
        return False
    return _feature_seconds(dataset) <= MOST_SECONDS


def _feature_seconds(dataset: Dataset) -> float:
    """Return about how long the pretrained network takes for the training pictures, on a usual machine."""
    file = modelfile.read(PRETRAINED)
    macs = trace(file.plan, (3, SIDE, SIDE), len(file.classes)).macs
    return len(dataset.train) * macs / USUAL_MACS


def _tried(options: TrainOptions, dataset: Dataset, context: RunContext) -> Beginning:
    """Return the better of a head on the pretrained network's features and a training from scratch, the quicker one
    tried first, and alone where it is good enough.
    """
    settings = resolve_settings(options, dataset, context.workers, None)
    network = trace(parse_formula(settings.formula), dataset.shape, len(dataset.classes))
    head_seconds, scratch_seconds = 1.5 * _feature_seconds(dataset) + 2, usual_seconds(settings, network)
    seconds = {"head": f"{head_seconds:.0f}", "scratch": f"{scratch_seconds:.0f}"}
    scratch_first = scratch_seconds < head_seconds
    context.note(phrase("start.trying.scratch" if scratch_first else "start.trying", name=PRETRAINED, **seconds))
    groups = check(dataset, seconds=QUICK).copies.training_groups()
    scratch = _scratch_accuracy(options, dataset, groups, context) if scratch_first else None
    if scratch is not None and scratch >= ENOUGH:
        return Beginning(dataset, said=(phrase("start.scratch.enough", accuracy=_percent(scratch)),))
    head, left_out, held = _head(options, dataset, groups, context)
    if held is None or (left_out >= ENOUGH and not scratch_first):
        return head
    scratch = _scratch_accuracy(options, dataset, groups, context) if scratch is None else scratch
    if scratch is None:
        return head
    better = scratch > held
    key = "start.scratch" if better else "start.features"
    said = phrase(key, name=PRETRAINED, head=_percent(held), scratch=_percent(scratch))
    return Beginning(dataset, said=(said,)) if better else replace(head, said=(*head.said, said))


def _head(
    options: TrainOptions, dataset: Dataset, groups: Rows, context: RunContext
) -> tuple[Beginning, float, float | None]:
    """Return the head on the pretrained network's features as a beginning, and its accuracy on training
    pictures left out and on those held out.
    """
    file = modelfile.read(PRETRAINED)
    seen = _resized(options, dataset, SIDE, None, context)
    train, held = _parts(options, seen, groups)
    start, features, tapped, said = _chosen(options, file, PRETRAINED, "head", train, groups, seen, context)
    beginning = Beginning(seen, start, file, (said.phrase,))
    if held is None or not len(held):
        return beginning, said.accuracy, None
    layer = fit_head(start, tapped.part(features, start.taps), train.labels, len(seen.classes))
    seen_by = features_of(held.images, tapped, cache=options.cache, progress=context.features)
    scores = layer.scores(tapped.part(seen_by, start.taps))
    return beginning, said.accuracy, _accuracy(held.labels, scores, start.balanced)


def _scratch_accuracy(options: TrainOptions, dataset: Dataset, groups: Rows, context: RunContext) -> float | None:
    """Return the accuracy, on the pictures held out, of the training that the options ask for; None where none
    are held out. Nothing of it is kept.
    """
    import torch

    from ..machine.device import cpu_settings, resolve_device
    from .loop import fit
    from .state import State

    train, held = _parts(options, dataset, groups)
    if held is None or not len(held):
        return None
    settings = resolve_settings(options, dataset, context.workers, None)
    device = resolve_device(settings.device)
    network = trace(parse_formula(settings.formula), dataset.shape, len(dataset.classes))
    with cpu_settings(settings.threads), torch.random.fork_rng():
        state = State.initial(network, settings.input, settings.recipe, settings.seed, device)
        images, labels, rows = (as_tensor(one, device) for one in (train.split.images, train.split.labels, train.rows))
        fit(
            state,
            images,
            labels,
            Schedule.of(settings.recipe, settings.recipe.steps(len(train))),
            seed=settings.seed,
            rows=rows,
            context=RunContext(should_stop=context.should_stop),
            balance=settings.balance,
        )
        measured = LabelledImages.of(held, dataset.classes, settings.input, device)
        return _accuracy(held.labels, measured.scores(state.result), settings.balance != "none")


def _chosen(
    options: TrainOptions,
    file: ModelFile,
    name: str,
    tune: str,
    train: Subset,
    groups: Rows,
    dataset: Dataset,
    context: RunContext,
) -> tuple[Start, Features, TapRows, Said]:
    """Choose a head, and say what it came to."""
    began = time.monotonic()
    balanced = resolve_balance(options.balance, train.labels) != "none"
    found, features, tapped = choose_head(
        file,
        name,
        tune,
        train,
        len(dataset.classes),
        groups[train.rows],
        balanced,
        context.features,
        options.cache,
    )
    said = phrase(
        "start.head",
        name=name,
        n=f"{len(train):,}",
        taps=len(found.start.taps),
        numbers=f"{sum(tapped.columns[tap].stop - tapped.columns[tap].start for tap in found.start.taps):,}",
        accuracy=_percent(found.best.accuracy),
        tried=len(found.tried),
        seconds=f"{time.monotonic() - began:.0f}",
    )
    return found.start, features, tapped, Said(said, found.best.accuracy)


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
