"""The schedule that keeps a budget: what MNIST is known to need is looked up, all else is measured here."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from ..checking import Copies, check, find_copies
from ..checking.packaged import shipped
from ..data import Dataset
from ..data.credits import MNIST_FINGERPRINT
from ..errors import InputError, phrase
from ..evaluation.figures import check_classes
from ..formula import Network, trace
from ..formula import parse as parse_formula
from .beginning import Beginning
from .budget import Budget, parse
from .context import RunContext, ignore
from .measured import MEASURED, Measured, most_accurate_within, quickest_reaching
from .options import TrainOptions, asked_words
from .parts import Parts
from .resolve import resolve_settings
from .schedule import Schedule
from .settings import RunSettings
from .understanding import understood
from .validation import sixth

if TYPE_CHECKING:
    from torch import Tensor

    from .state import State

ROUNDS = 5  # of training until an accuracy is reached, each twice as long as the last: 31 times the recipe's own length
MARGIN = 0.92  # share of the time that is planned for: a machine is not always as fast as when it was measured
PROBE = 0.6  # seconds at most that a measurement of speed takes,
PROBE_SHARE = 0.03  # and share of the budget
QUICK = 0.5  # seconds that the check of the data may always take,
CHECK_SHARE = 0.1  # and share of the training's time otherwise,
USUAL_MACS = 2e10  # by how many multiplications a second of two usual CPUs, whatever this machine does just now
GLANCE = 0.1  # seconds that a first estimate takes, or one step
STILL = 1e-12  # a learning rate that changes nothing


def plan_settings(
    options: TrainOptions, dataset: Dataset, context: RunContext, begins: Beginning | None = None
) -> tuple[RunSettings, Copies]:
    """Return the settings of a new run, its length by the recipe or by the budget; and which pictures are copies.

    The data is checked first. What would take more than a tenth of the time that training usually takes is put off, and
    said. A trial was planned already. Raises InputError, also for a fault that the check finds where the options are
    strict, and PlanError.
    """
    begins = begins or Beginning(dataset)
    if (trial := begins.trial) is not None:
        return replace(trial.settings, understood=(*trial.settings.understood, *begins.said)), trial.copies
    check_classes(len(dataset.classes))
    report = check(dataset, seconds=QUICK)
    settings = _planned(options, begins, context, report.copies)
    network = trace(parse_formula(settings.formula), dataset.shape, len(dataset.classes))
    within = CHECK_SHARE * usual_seconds(settings, network)
    if report.put_off and within > QUICK:
        quick, report = report, check(dataset, seconds=within)
        if not np.array_equal(quick.groups, report.groups):
            settings = _planned(options, begins, replace(context, on_event=ignore), report.copies)
    if options.strict and report.findings:
        first = report.findings[0].what
        raise InputError("training.strict", where=dataset.name, got=first, hint=phrase("training.strict.try"))
    near = all(part.key != "check.late.near" for part in report.put_off)
    said = (*understood(dataset, settings, network, report), *begins.said)
    settings = replace(settings, copies="near" if near else "exact", understood=said, asked=asked_words(options))
    return settings, report.copies


def usual_seconds(settings: RunSettings, network: Network) -> float:
    """Return about how long the training takes on a usual machine: forward and backward are three times the MACs.

    What decides which pictures are held out must not be measured: the same command would hold out others when the
    machine is busy.
    """
    return 3 * network.macs * min(settings.recipe.batch_size, settings.data.train) * settings.steps / USUAL_MACS


def copies_of(dataset: Dataset, settings: RunSettings) -> Copies:
    """Return which pictures of a run's data are copies, as it was found when it began."""
    known = shipped(dataset)
    return find_copies(dataset, near=settings.copies == "near") if known is None else known.copies


def _planned(options: TrainOptions, begins: Beginning, context: RunContext, copies: Copies) -> RunSettings:
    """Return the settings as far as they depend on nothing but the pictures that are trained on."""
    dataset = begins.dataset
    if begins.start is not None:
        settings = resolve_settings(options, dataset, context.workers, copies, begins.start, begins.file)
        if settings.is_fit:
            return settings  # nothing is known of how long the fit takes
        if options.budget is not None and (seconds := parse(options.budget).seconds) is not None:
            pace = seconds_per_step(settings, dataset, PROBE)
            settings = lasting(settings, max(1, int(MARGIN * seconds / pace)))
            settings = replace(settings, budget=options.budget, planned_seconds=round(pace * settings.steps, 3))
    elif options.budget is None:
        settings = resolve_settings(options, dataset, context.workers, copies)
    elif (budget := parse(options.budget)).seconds is not None:
        settings = _for_seconds(budget, budget.seconds, options, dataset, context, copies)
        settings = replace(settings, budget=budget.text)
    else:
        assert budget.accuracy is not None
        settings = _for_accuracy(budget, budget.accuracy, options, dataset, context, copies)
        settings = replace(settings, budget=budget.text)
    if settings.planned_seconds is None and not context.brief:
        pace = seconds_per_step(settings, dataset, GLANCE)
        settings = replace(settings, planned_seconds=round(pace * settings.rounds[0], 3))
    return settings


def _for_seconds(
    budget: Budget,
    seconds: float,
    options: TrainOptions,
    dataset: Dataset,
    context: RunContext,
    copies: Copies,
) -> RunSettings:
    began, probe = time.monotonic(), min(PROBE, PROBE_SHARE * seconds)
    settings = resolve_settings(options, dataset, context.workers, copies)
    pace = seconds_per_step(settings, dataset, probe)
    if _is_measured(options, dataset) and (line := _best(seconds, pace, settings)) is not None:
        context.note(phrase("note.fits", plan=line.plan, recipe=line.recipe, budget=budget.text))
        if (line.plan, line.recipe) != (settings.plan, settings.recipe.name):
            options = replace(options, arch=line.plan, recipe=line.recipe)
            settings = resolve_settings(options, dataset, context.workers, copies)
            pace = seconds_per_step(settings, dataset, probe)
    left = seconds - (time.monotonic() - began)
    settings = lasting(settings, max(1, int(MARGIN * left / pace)))
    speed = settings.recipe.batch_size / pace
    epochs = f"{settings.epochs:.3g}"
    context.note(phrase("note.speed", speed=f"{speed:,.0f}", epochs=epochs, budget=budget.text))
    return replace(settings, planned_seconds=round(pace * settings.steps, 3))


def _for_accuracy(
    budget: Budget,
    accuracy: float,
    options: TrainOptions,
    dataset: Dataset,
    context: RunContext,
    copies: Copies,
) -> RunSettings:
    if _is_measured(options, dataset):
        line = quickest_reaching(accuracy)
        if line is not None:
            accuracy_percent = f"{100 * line.accuracy:.2f}"
            context.note(
                phrase("note.measured", name=line.name, plan=line.plan, recipe=line.recipe, accuracy=accuracy_percent)
            )
            options = replace(options, arch=line.plan, recipe=line.resolved_recipe())
            return resolve_settings(options, dataset, context.workers, copies)
        context.note(phrase("note.unmeasured", accuracy=budget.text))
    if options.val is None and dataset.validation is None:
        options = replace(options, val=max(1, sixth(dataset)))
    settings = resolve_settings(options, dataset, context.workers, copies)
    rounds = tuple(settings.steps * (2**k - 1) for k in range(1, ROUNDS + 1))
    return replace(lasting(settings, rounds[-1]), rounds=rounds, target=accuracy)


def lasting(settings: RunSettings, steps: int) -> RunSettings:
    """Return the settings for a schedule of so many steps."""
    epochs = steps / settings.recipe.batches(settings.data.train)
    recipe = replace(settings.recipe, epochs=min(epochs, 1e6), least_steps=1)
    return replace(settings, recipe=recipe, steps=steps, epochs=epochs, rounds=(steps,))


def seconds_per_step(settings: RunSettings, dataset: Dataset, least: float = PROBE) -> float:
    """Measure the seconds that a training step of these settings takes, over `least` seconds or more, or one step.

    A copy is trained at a rate that changes nothing; torch's random state is as before.
    """
    import torch

    from ..machine.device import cpu_settings, resolve_device
    from .state import State
    from .validation import as_tensor

    device = resolve_device(settings.device)
    shard = max(1, settings.recipe.batch_size // settings.processes)
    recipe = replace(settings.recipe.changed(lr=STILL), batch_size=shard, hard=0.0)
    pictures = Parts.of(dataset, settings.data).train
    network = trace(parse_formula(settings.formula), dataset.shape, len(dataset.classes))
    with cpu_settings(settings.threads), torch.random.fork_rng():
        state = State.initial(network, settings.input, recipe, settings.seed, device)
        rows = as_tensor(pictures.rows, device)
        images, labels = (as_tensor(array, device) for array in (dataset.train.images, dataset.train.labels))
        _timed(state, images, labels, rows, 2)  # builds the kernels
        once = _timed(state, images, labels, rows, 1)
        if once >= least:
            return once
        steps = max(3, min(2000, round(least / max(once, 1e-5))))
        return _timed(state, images, labels, rows, steps) / steps


def _timed(state: State, images: Tensor, labels: Tensor, rows: Tensor, steps: int) -> float:
    """Train so many more steps and return the seconds that they took."""
    from .loop import fit

    began = time.monotonic()
    fit(state, images, labels, Schedule.of(state.recipe, state.step + steps), seed=0, rows=rows)
    return time.monotonic() - began


def _is_measured(options: TrainOptions, dataset: Dataset) -> bool:
    """Whether the table of measured recipes holds for this training: MNIST, with nothing but the budget given."""
    return options.arch is None and options.recipe is None and dataset.fingerprint == MNIST_FINGERPRINT


def _best(seconds: float, pace: float, settings: RunSettings) -> Measured | None:
    """Return the most accurate line that fits into `seconds` here, where a step of `settings`, the recipe fast, takes
    `pace`.
    """
    lines = [line for line in MEASURED if (line.plan, line.recipe) == ("fast", "fast")]
    reference = max(lines, key=lambda line: line.epochs, default=None)  # where the steps weigh most beside the start
    if reference is None:
        raise InputError("budget.table", hint=phrase("budget.table.try"))
    here = pace * 60_000 * reference.epochs / settings.recipe.batch_size
    return most_accurate_within(MARGIN * seconds * reference.seconds / here)
