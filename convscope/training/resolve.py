"""From what a user asked to the settings of a run: the plan, the pictures, and everything measured or derived."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import TYPE_CHECKING

from ..data import Dataset
from ..errors import InputError, phrase
from ..formula import BatchNorm, Network, Plan, trace
from ..formula import resolve as resolve_plan
from ..formula.zoo import ZOO
from ..pictures.input_spec import check_ends
from ..runs.packed_rows import pack_rows
from ..runs.records import DataSource
from ..transfer.start import Start, body_of
from .balance import resolve_balance
from .balance import said as balance_said
from .flips import decide_flips
from .footprint import require_memory, require_speed
from .input_scaling import input_spec
from .loading import absolute
from .options import TrainOptions
from .photographs import as_photographs, decide_views
from .recipes import Augmentation, Recipe
from .settings import RunSettings
from .start_recipes import HEAD
from .starting import plan_of
from .validation import choose_held_out, split_training

if TYPE_CHECKING:
    from ..checking import Copies
    from ..modelfile import ModelFile
    from .workers import Workers

CENTRED_SHAPE = (1, 28, 28)  # what the recipes' plans for centred pictures are made for, with their crop to 24


def resolve_settings(
    options: TrainOptions,
    dataset: Dataset,
    workers: Workers,
    copies: Copies | None = None,
    start: Start | None = None,
    file: ModelFile | None = None,
) -> RunSettings:
    """Return the settings of a new run on `dataset`, whatever its budget; of its `copies` none is held out alone. It
    begins with `start`, a network in `file`, or from scratch.

    Raises InputError, PlanError, and EnvironmentFault for what does not fit into memory.
    """
    from ..machine.device import cpu_settings, environment, resolve_device  # the first thing that needs PyTorch
    from ..machine.precision import resolve_precision

    new_head = start is not None and bool(start.taps)
    recipe = HEAD if start is not None and start.tune == "head" else options.chosen_recipe(new_head)
    centred = dataset.facts.centred and dataset.shape == CENTRED_SHAPE
    asked = options.arch if options.arch is not None else recipe.plan if centred else recipe.general_plan
    if start is not None and file is not None:
        asked = plan_of(file, start)
    plan = asked if isinstance(asked, Plan) else resolve_plan(asked)
    network = trace(plan, dataset.shape, len(dataset.classes))
    require_speed(network)
    if options.val is not None and dataset.validation is not None:
        own = phrase("validation.given.got", n=f"{len(dataset.validation):,}")
        raise InputError("validation.given", where=dataset.name, got=own, hint=phrase("validation.given.try"))
    groups = None if copies is None else copies.training_groups()
    held_out = choose_held_out(dataset, recipe, options.val, options.seed or 0, groups)
    pictures, held = split_training(dataset, held_out)
    spec = replace(input_spec(pictures.images, recipe.scaling), white=dataset.white)
    if start is not None and file is not None:
        read_as = body_of(file, dataset.shape).spec
        spec = replace(spec, mean=read_as.mean, std=read_as.std)
    check_ends(network, spec)
    check_batches(network, recipe, len(pictures), workers.size)
    balance = resolve_balance(options.balance, pictures.labels)
    device, here = resolve_device(options.device), environment(options.threads)
    if recipe.name != HEAD.name:
        require_memory(network, recipe, len(pictures), workers.size, device.type)
    flips = decide_flips(recipe, dataset, pictures, None if groups is None else groups[pictures.rows])
    views = decide_views(recipe, pictures, flips.on)
    how = resolve_augmentation(recipe, dataset.shape, centred, flips.on)
    recipe = replace(recipe, augmentation=as_photographs(how) if views.on else how)
    with cpu_settings(here.threads):
        recipe = replace(recipe, precision=resolve_precision(recipe.precision, device))
    steps = recipe.steps(len(pictures))
    return RunSettings(
        formula=str(plan),
        plan=asked if isinstance(asked, str) and asked in ZOO else None,
        recipe=recipe,
        seed=options.seed or 0,
        epochs=steps / recipe.batches(len(pictures)),
        steps=steps,
        rounds=(steps,),
        target=None,
        budget=None,
        data=replace(
            _data_source(options, dataset),
            train=len(pictures),
            validation=0 if held is None else len(held),
            held_out=None if held_out is None else pack_rows(held_out, len(dataset.train)),
        ),
        classes=tuple(dataset.classes),
        input=spec,
        device=device.type,
        **asdict(here),
        processes=workers.size,
        launch=workers.launch.id if workers.launch else None,
        balance=balance,
        understood=(
            *(() if recipe.name == HEAD.name else (flips.reason, *views.said)),
            *balance_said(balance, pictures.labels),
        ),
        start=start,
    )


def resolve_augmentation(recipe: Recipe, shape: tuple[int, int, int], centred: bool, flip: bool) -> Augmentation:
    """Return the augmentation for training pictures of `shape` (C, H, W): `recipe.augmentation` is for `centred` ones.

    A general shift is that of pictures of 28 pixels, and in proportion for others.
    """
    how = recipe.augmentation
    if not centred and recipe.general_augmentation is not None:
        how = recipe.general_augmentation
        how = replace(how, shift=round(how.shift * min(shape[1:]) / 28))
    return replace(how, flip=flip)


def _data_source(options: TrainOptions, dataset: Dataset) -> DataSource:
    given = "mnist" if options.data is None else options.data
    return DataSource(
        name=None if isinstance(given, Dataset) else absolute(given),
        size=options.size,
        data_root=None if options.data_root is None else absolute(options.data_root),
        set=dataset.name,
        fingerprint=dataset.fingerprint,
        shape=tuple(dataset.shape),
        train=len(dataset.train),
        validation=0,
        test=len(dataset.test) if dataset.test is not None else 0,
        label_from=options.label_from,
        group_by=options.group_by,
        white=dataset.white,
        changes=dataset.changes,
    )


def check_batches(network: Network, recipe: Recipe, pictures: int, processes: int) -> None:
    """Check that every process gets a picture of a whole batch, and two of every batch where BatchNorm needs them; or
    raise InputError.
    """
    if pictures == 0:
        raise InputError("training.pictures")
    least = min(recipe.batch_size, pictures)
    if least < processes:
        expected = phrase("batch.share.expected", n=processes)
        raise InputError("batch.share", got=least, expected=expected, hint=phrase("batch.share.try"))
    if recipe.partial_batches and pictures % recipe.batch_size:
        least = pictures % recipe.batch_size  # of which a process may have none
    shard = least // processes
    if shard < 2 and any(isinstance(node.layer, BatchNorm) for node in network.nodes):
        key = "batch.norm" if processes == 1 else "batch.norm.process"
        raise InputError(key, got=shard, hint=phrase("batch.norm.try"))
