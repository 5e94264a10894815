"""One training session, from data to model file: a new run or the rest of an old one. `train` is the front door.

PyTorch is imported only once it is needed, in a thread beside the loading of the data.
"""

from __future__ import annotations

import contextlib
import functools
import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import UsageError
from ..formula import Plan, resolve
from ..machine.signals import Interrupts
from . import budget as budgets
from . import execution
from .execution import Result
from .recipes import Recipe, named
from .torchrun import launched

if TYPE_CHECKING:
    from ..data import Dataset

Line = dict[str, Any]
__all__ = ["DEVICES", "Result", "train"]
DEVICES = ("auto", "cpu", "cuda", "mps")


def train(
    data: str | os.PathLike[str] | Dataset | None = None,
    *,
    arch: str | Plan | None = None,
    recipe: str | Recipe | None = None,
    epochs: float | None = None,
    budget: str | None = None,
    batch_size: int | None = None,
    lr: float | None = None,
    seed: int | None = None,
    val: int | None = None,
    device: str = "auto",
    threads: int | None = None,
    size: int | None = None,
    data_root: str | os.PathLike[str] | None = None,
    out: str | os.PathLike[str] | None = None,
    resume: str | os.PathLike[str] | None = None,
    progress: Callable[[Line], None] = lambda line: None,
    stop: Callable[[], bool] | None = None,
    keep_seconds: float = 15.0,
) -> Result:
    """Train a network and return where its model file is and how good it is.

    `data` is "mnist" (the default), another name, a path, or a Dataset; `arch` a plan, its formula or name (default:
    the recipe's own); `recipe` "fast" (the default), another name, or a Recipe, of which `epochs`, `batch_size` and
    `lr` replace what it says; `budget` is a time, "30s" or "2m", into which the whole schedule is planned at the speed
    measured here, or an accuracy, "99.5%": by a recipe known to reach it on MNIST, else until the pictures held out do,
    or cannot (docs/why.md). `seed` is 0 unless given. `val` pictures of the training set are held out and measured at
    the end of every epoch (default: none, or a sixth where there are no test pictures). `out` is the run directory to
    make (default: runs/<date>-<data>-<recipe>). `resume` continues the run in that directory, with its own settings, to
    the bits it would have had.

    `progress` gets each line of the log as it is written, and lines of kind "begin" and "note" besides. Training stops
    with a checkpoint when `stop` says so; without `stop`, on Ctrl-C or SIGTERM. Checkpoints are `keep_seconds` apart.

    Raises UsageError, InputError (also for a loss that is no longer finite), EnvironmentFault, Interrupted, PlanError,
    FormulaError.

    >>> result = train("mnist")                                                   # doctest: +SKIP
    >>> result.test.accuracy                                                      # doctest: +SKIP
    0.9941
    """
    if device not in DEVICES:
        raise UsageError("training.device", got=device, expected=", ".join(DEVICES))
    for name, number, most in (("threads", threads, 1024), ("size", size, 2**15)):
        if number is not None and (type(number) is not int or not 1 <= number <= most):
            raise UsageError("value.whole.from.to", name=name, low=1, high=most, got=number)
    watch = Interrupts(apart=2.0 if launched() else 0.0)
    with watch if stop is None else contextlib.nullcontext():
        asked = stop or watch.asked
        if resume is not None:
            own = (arch, recipe, epochs, budget, batch_size, lr, seed, val, size, data_root, out)
            if any(value is not None for value in own) or isinstance(data, (str, os.PathLike)):
                raise UsageError("training.resume", hint=f"convscope train --resume {resume}")
            with execution.terms(device, threads, progress, asked, keep_seconds) as terms:
                return execution.resume(Path(resume), data, terms)
        seed = 0 if seed is None else seed
        for name, value, below in (("seed", seed, 2**63), ("val", val, 2**40)):
            if value is not None and (type(value) is not int or not 0 <= value < below):
                raise UsageError("value.whole.from", name=name, least=0, got=value)
        chosen = named(recipe or "fast").changed(epochs, batch_size, lr)
        wanted = None if budget is None else budgets.parse(budget)
        if wanted is not None:
            budgets.check(wanted, epochs, val)
        if isinstance(arch, str):
            resolve(arch)  # a mistake in it shows before anything is loaded
        from . import settings

        source = settings.source(data, size, data_root)

        def settle(dataset: Dataset, terms: execution.Terms) -> Line:
            def one(plan: str | Plan | None, recipe: Recipe, held_out: int | None) -> Line:
                place = (terms.device, terms.threads, terms.team.size)
                return settings.settle(source, dataset, plan, recipe, seed, held_out, *place)

            if wanted is None:
                return one(arch, chosen, val)
            change = functools.partial(Recipe.changed, batch_size=batch_size, lr=lr)
            return budgets.planned(wanted, dataset, arch, recipe, change, val, one, terms.note)

        with execution.terms(device, threads, progress, asked, keep_seconds) as terms:
            begun = execution.begun(out, terms.team)
            if begun is not None:
                return execution.resume(begun, data, terms, finished=True)
            return execution.begin(source, data, settle, out, terms)
