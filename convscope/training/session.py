"""`train`, the entry point: one training session, from data to model file, of a new or a resumed run."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING

from ..formula import Plan
from .context import RunContext, ignore
from .events import Event
from .execution import run_training
from .live_curve import shown_live
from .options import TrainOptions
from .recipes import Recipe
from .result import Result
from .torchrun import join_workers, launched

if TYPE_CHECKING:
    from ..data import Dataset

__all__ = ["Result", "train", "train_with"]


def train(
    data: str | os.PathLike[str] | Dataset | None = None,
    *,
    from_: str | os.PathLike[str] | None = None,
    tune: str | None = None,
    arch: str | Plan | None = None,
    recipe: str | Recipe | None = None,
    epochs: float | None = None,
    budget: str | None = None,
    batch_size: int | None = None,
    lr: float | None = None,
    flips: str | None = None,
    augment: str | None = None,
    balance: str | None = None,
    seed: int | None = None,
    val: int | None = None,
    device: str = "auto",
    threads: int | None = None,
    size: int | None = None,
    data_root: str | os.PathLike[str] | None = None,
    label_from: str | None = None,
    group_by: str | None = None,
    changes: str | os.PathLike[str] | None = None,
    out: str | os.PathLike[str] | None = None,
    resume: str | os.PathLike[str] | None = None,
    cache: bool = True,
    strict: bool = False,
    progress: Callable[[Event], None] | None = None,
    stop: Callable[[], bool] | None = None,
    keep_seconds: float = 15.0,
) -> Result:
    """Train a network and return where its model file is and how good it is.

    `data` is "mnist" (the default), another name, a path, or a Dataset; `arch` a plan, its formula or name
    (default: the recipe's own); `recipe` "fast" (the default), another name, or a Recipe, of which `epochs`,
    `batch_size` and `lr` replace what it says, and so does `flips`: "yes", "no", or "auto" to exchange left and
    right at random where the pictures mean the same in a mirror; and `augment`: "yes", "no", or "auto" to show
    photographs nearer and farther as well; `budget` is a time, "30s" or "2m", into which the
    whole schedule is planned at the speed measured here, or an accuracy, "99.5%": by a recipe known to reach it on
    MNIST, else until the pictures held out do, or cannot (docs/why.md). `seed` is 0 unless given. `val` pictures of
    the training set are held out, measured at the end of every epoch, and calibrate the probabilities (default: a
    sixth; what calibration needs where there are test pictures; none where the data has validation pictures of its
    own). `out` is the run directory to make (default: runs/<date>-<data>-<recipe>). `resume` continues the run in that
    directory, with its own settings, to the bits it would have had.

    `from_` is the network that training begins with: a name, "lite0", a model file or a run. `tune` is "head", a linear
    layer fitted to frozen features of it (the default for a name), or "all" (the default for a model or a run: of
    classes that it knows it goes on, for a new class its head is new). Without it, and without anything that says how
    to train, both a head on lite0 and a training from scratch are tried where that is quick, and the better one on
    pictures held out is taken. `balance` says how classes of very unlike sizes are made to count the same: "weights" of
    the losses, "oversample", "none", or "auto" for weights where one class has three times the pictures of another.

    `device` is "auto" (a GPU where there is one), "cpu", "cuda" or "mps"; `threads` the CPU threads (default: one for
    every CPU that is free). Pictures of a folder are resized to `size` × `size` pixels; `data_root` is the folder that
    holds fashion-mnist's files; `label_from` and `group_by` are regular expressions that find the label and the group
    of a picture in its path, as in `convscope.datasets.load`; `changes` is a CSV of label changes, as a report's page
    saves it (docs/report.md). Without `cache` every picture is decoded anew; with
    `strict` a fault that `check` finds in the data ends it before it begins.

    `progress` is called with each line of the log as it is written, and with a BeginLine, LoadingLines and NoteLines,
    which the log does not hold (see training.events); `to_json()` of a line is what the log holds. Left out, a notebook
    shows the curves of loss and accuracy while they grow, and anything else shows nothing. Training stops with
    a checkpoint when `stop()` is true; without `stop`, on Ctrl-C, SIGTERM or SIGHUP. Checkpoints are `keep_seconds`
    seconds apart.

    Raises UsageError, InputError (also for a loss that is no longer finite), EnvironmentFault, Interrupted, PlanError,
    FormulaError.

    >>> result = train("mnist")                                                   # doctest: +SKIP
    >>> result.test.accuracy                                                      # doctest: +SKIP
    0.9941
    """
    options = TrainOptions(
        data=data,
        from_=from_,
        tune=tune,
        arch=arch,
        recipe=recipe,
        epochs=epochs,
        budget=budget,
        batch_size=batch_size,
        lr=lr,
        flips=flips,
        augment=augment,
        balance=balance,
        seed=seed,
        val=val,
        device=device,
        threads=threads,
        size=size,
        data_root=data_root,
        label_from=label_from,
        group_by=group_by,
        changes=changes,
        out=out,
        resume=resume,
        cache=cache,
        strict=strict,
    )
    if progress is not None:
        return train_with(options, progress, stop, keep_seconds)
    with shown_live() as live:
        return train_with(options, live or ignore, stop, keep_seconds)


def train_with(
    options: TrainOptions,
    progress: Callable[[Event], None] = ignore,
    stop: Callable[[], bool] | None = None,
    keep_seconds: float = 15.0,
    brief: bool = False,
) -> Result:
    """Train as `options` say; `train` describes the rest, RunContext what a `brief` training leaves out."""
    launch = launched()
    with join_workers(launch, options.device) as workers:
        on_event = progress if workers.rank == 0 else ignore
        return run_training(options, RunContext(workers, on_event, stop, keep_seconds, brief=brief))
